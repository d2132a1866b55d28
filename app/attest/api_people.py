"""The people's API of this slice: evidence, stations, readings asked for."""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Final

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from app.attest import queries, showing, stations, tasks
from app.attest.profiles import BadProfileError
from app.db.session import utcnow
from app.domain.roles import Role
from app.domain.stations import StationHealth
from app.domain.tasks import TaskState
from app.domain.tokens import TokenScope
from app.domain.verdicts import Verdict
from app.ledger import entries
from app.models import Evidence, EvidenceStatus, Scale, Station, StationScale, Task
from app.web import api
from app.web.access import READERS, access, caller
from app.web.paging import BadCursorError, Cursor, fetch

bp = Blueprint("people", __name__)

ASKERS: Final = (Role.MANAGER, Role.INSPECTOR)
KEEPERS: Final = (Role.MANAGER, Role.ADMIN)
WATCHERS: Final = (*KEEPERS, Role.INSPECTOR, Role.REGULATOR, Role.AUDITOR)
FOLLOWERS: Final = (*ASKERS, Role.REGULATOR, Role.AUDITOR)
ENVELOPE: Final = api.Document(
    "SignedReport", {"type": "object", "required": ["payloadType", "payload", "signatures"]}
)
UID: Final = Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


class DifferenceOut(api.Model):
    """An address range that differs; `end` is the first address behind it."""

    start: int
    end: int
    kind: str


class EvidenceOut(api.Model):
    """One reading of one scale, and the server's verdict on it."""

    id: str
    scale: str
    station: str
    seq: int
    status: EvidenceStatus
    verdict: Verdict | None
    reasons: list[str]
    level: Annotated[int, Field(ge=0, le=5)]
    partial: bool
    fresh: Annotated[bool, Field(description="a challenge of ours vouches for it")]
    counts: Annotated[bool, Field(description="it may change what stands")]
    stands: Annotated[bool, Field(description="it is what stands for the scale now")]
    taken_at: datetime
    received_at: datetime
    clock_offset_s: int
    protocol: str
    length: int
    sha256: str | None
    code_sha256: str | None
    parameters_sha256: str | None
    crc32: str
    similarity: Annotated[int | None, Field(description="per mille; 1000 is equal code")]
    differences: list[DifferenceOut]
    payload_sha256: str


class EvidenceQuery(api.ListQuery):
    """Which readings."""

    scale: Annotated[str | None, UID] = None


class PortOut(api.Model):
    """A scale on a port."""

    scale: str
    port: str
    since: datetime


class StationOut(api.Model):
    """A station as it looks from the server."""

    id: str
    name: str
    place: str
    health: StationHealth
    last_seen_at: datetime | None
    enrolled_at: datetime | None
    agent: str
    keyid: str | None
    scales: list[PortOut]


class NewStation(api.Body):
    """Where a station will stand, and what people call it."""

    place: Annotated[str, UID]
    name: Annotated[str, Field(min_length=1, max_length=120)]


class NewStationOut(StationOut):
    """A fresh station with its code, shown this once."""

    code: str
    code_expires_at: datetime | None


class PortIn(api.Body):
    """The scale to put on a port."""

    scale: Annotated[str, UID]
    port: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/@-]{1,60}$")]


class ReadingOut(api.Model):
    """A reading that was asked for, and how far it is."""

    id: str
    scale: str
    station: str
    state: TaskState
    created_at: datetime
    expires_at: datetime | None
    progress: dict[str, Any]
    result: dict[str, Any]


@bp.get("/evidence")
@api.read(
    "List evidence",
    query=EvidenceQuery,
    returns=api.Listed[EvidenceOut],
    problems=(BadCursorError,),
)
@access(*READERS)
def list_evidence(session: Session, query: EvidenceQuery) -> api.Listed[EvidenceOut]:
    """The newest first; of one scale where it is named."""
    found = queries.evidence_list(caller().scope(*READERS))
    if query.scale is not None:
        found = found.join(Scale, Evidence.scale_id == Scale.id).where(Scale.uid == query.scale)
    cursor = Cursor.parse(query.after, int)
    page = fetch(session, found, [Evidence.id], cursor, query.limit, newest_first=True)
    return api.Listed[EvidenceOut](items=[_evidence(row) for row in page.items], next=page.next)


@bp.get("/evidence/<uid:evidence>")
@api.read("Read one piece of evidence", returns=EvidenceOut)
@access(*READERS)
def evidence(session: Session, evidence: str) -> EvidenceOut:
    """With its digests, its level and where it differs."""
    return _evidence(queries.evidence(session, caller().scope(*READERS), evidence))


def _evidence(row: Evidence) -> EvidenceOut:
    same = {name: getattr(row, name) for name in _SAME}
    return EvidenceOut(
        id=row.uid,
        scale=row.scale.uid,
        station=row.station.uid,
        stands=row.scale.standing_evidence_id == row.id,
        differences=[DifferenceOut(**each) for each in row.differences],
        **same,
    )


_SAME: Final = tuple(
    EvidenceOut.model_fields.keys() - {"id", "scale", "station", "stands", "differences"}
)


@bp.get("/stations")
@api.read(
    "List stations",
    query=api.ListQuery,
    returns=api.Listed[StationOut],
    problems=(BadCursorError,),
)
@access(*WATCHERS)
def list_stations(session: Session, query: api.ListQuery) -> api.Listed[StationOut]:
    """Those of the caller's regions, by place."""
    page = fetch(
        session,
        queries.stations(caller().scope(*WATCHERS)),
        [Station.path, Station.uid],
        Cursor.parse(query.after, str, str),
        query.limit,
    )
    ports = queries.scales_of(session, page.items)
    return api.Listed[StationOut](
        items=[StationOut(**_station(row, ports[row.id])) for row in page.items], next=page.next
    )


@bp.get("/stations/<uid:station>")
@api.read("Read a station", returns=StationOut)
@access(*WATCHERS)
def station(session: Session, station: str) -> api.Answer:
    """With the scales on its ports."""
    row = queries.station(session, caller().scope(*WATCHERS), station)
    ports = queries.scales_of(session, [row])[row.id]
    return api.Answer(StationOut(**_station(row, ports)), version=_version(row, ports))


def _station(row: Station, ports: list[StationScale]) -> dict[str, Any]:
    return {
        "id": row.uid,
        "name": row.name,
        "place": row.place.uid,
        "health": showing.health_of(row, utcnow()),
        "last_seen_at": row.last_seen_at,
        "enrolled_at": row.enrolled_at,
        "agent": row.agent,
        "keyid": row.keyid,
        "scales": [
            PortOut(scale=each.scale.uid, port=each.port, since=each.since) for each in ports
        ],
    }


@bp.get("/evidence/<uid:evidence>/envelope")
@api.read("Read the signed report", returns=ENVELOPE)
@access(*READERS)
def envelope(session: Session, evidence: str) -> api.Answer:
    """The DSSE envelope as it was received, for whoever checks the signature."""
    return api.Answer(queries.evidence(session, caller().scope(*READERS), evidence).envelope)


@bp.post("/stations")
@api.write(
    "Make a station",
    body=NewStation,
    returns={201: NewStationOut},
    scope=TokenScope.STATIONS,
)
@access(*KEEPERS)
def make_station(session: Session, body: NewStation) -> api.Answer:
    """The code enrols one machine, once, within 24 hours."""
    place = queries.place(session, caller().scope(*KEEPERS), body.place)
    row, code = stations.create(session, place, body.name, by=caller().uid, at=utcnow())
    where = {"Location": url_for(".station", station=row.uid)}
    return _with_code(session, row, code, 201, where)


@bp.post("/stations/<uid:station>/code")
@api.write(
    "Make a new enrolment code",
    returns={200: NewStationOut},
    problems=(stations.AlreadyEnrolledError, stations.StationRevokedError),
    conditional=True,
    scope=TokenScope.STATIONS,
)
@access(*KEEPERS)
def renew_code(session: Session, station: str) -> api.Answer:
    """For a station that never enrolled; the old code is void."""
    row = _station_to_change(session, station)
    code = stations.renew_code(session, row, by=caller().uid, at=utcnow())
    return _with_code(session, row, code, 200, {})


@bp.post("/stations/<uid:station>/revoke")
@api.write(
    "Take a station out of use",
    returns={200: StationOut},
    problems=(stations.StationRevokedError,),
    conditional=True,
    scope=TokenScope.STATIONS,
)
@access(*KEEPERS)
def revoke(session: Session, station: str) -> api.Answer:
    """For good: its token is void and its scales are free. Its evidence is kept."""
    row = _station_to_change(session, station)
    stations.revoke(session, row, by=caller().uid, at=utcnow())
    return _shown(session, row)


def _with_code(
    session: Session, row: Station, code: str, status: int, where: dict[str, str]
) -> api.Answer:
    ports = queries.scales_of(session, [row])[row.id]
    told = NewStationOut(**_station(row, ports), code=code, code_expires_at=row.code_expires_at)
    return api.Answer(told, status, version=_version(row, ports), headers=where)


def _station_to_change(session: Session, uid: str) -> Station:
    """Return the station at the version that the caller read."""
    row = queries.station(session, caller().scope(*KEEPERS), uid)
    entries.lock(session)
    api.match(_version(row, queries.scales_of(session, [row])[row.id]))
    return row


def _shown(session: Session, row: Station) -> api.Answer:
    session.flush()
    ports = queries.scales_of(session, [row])[row.id]
    return api.Answer(StationOut(**_station(row, ports)), version=_version(row, ports))


def _version(row: Station, ports: list[StationScale]) -> str:
    """Return the ETag: what people change; not when it was last heard of."""
    told = [row.uid, row.name, row.enrolled_at, row.revoked_at, row.code_digest, row.keyid]
    there = [(each.scale.uid, each.port) for each in ports]
    return hashlib.sha256(repr((told, there)).encode()).hexdigest()[:32]


@bp.post("/stations/<uid:station>/scales")
@api.write(
    "Put a scale on a port",
    body=PortIn,
    returns={200: StationOut},
    problems=(
        stations.StationRevokedError,
        stations.OutOfReachError,
        stations.PortTakenError,
        stations.AssignedElsewhereError,
    ),
    conditional=True,
    scope=TokenScope.STATIONS,
)
@access(*KEEPERS)
def assign(session: Session, station: str, body: PortIn) -> api.Answer:
    """From now on the station's evidence about this scale counts."""
    row = _station_to_change(session, station)
    scale = queries.scale(session, caller().scope(*KEEPERS), body.scale)
    stations.assign(session, row, scale, body.port, by=caller().uid, at=utcnow())
    return _shown(session, row)


@bp.delete("/stations/<uid:station>/scales/<uid:scale>")
@api.write(
    "Take a scale off a station",
    returns={204: None},
    conditional=True,
    scope=TokenScope.STATIONS,
)
@access(*KEEPERS)
def unassign(session: Session, station: str, scale: str) -> None:
    """What the station reports of it from now on is kept and changes nothing."""
    row = _station_to_change(session, station)
    found = queries.assignment(session, row.id, scale)
    stations.unassign(session, found, by=caller().uid, at=utcnow())


@bp.post("/scales/<uid:scale>/readings")
@api.write(
    "Ask for a reading",
    returns={202: ReadingOut},
    problems=(
        tasks.NoStationError,
        tasks.NotReadableError,
        tasks.EvidenceHeldError,
        BadProfileError,
    ),
    scope=TokenScope.STATIONS,
)
@access(*ASKERS)
def request_reading(session: Session, scale: str) -> api.Answer:
    """One that waits already is returned instead of a second one."""
    row = queries.scale(session, caller().scope(*ASKERS), scale)
    task = tasks.request_reading(session, row, by=caller().uid, at=utcnow())
    where = url_for(".reading", scale=scale, task=task.uid)
    return api.Answer(_reading(task), 202, headers={"Location": where})


@bp.get("/scales/<uid:scale>/readings/<uid:task>")
@api.read("Follow a reading", returns=ReadingOut)
@access(*FOLLOWERS)
def reading(session: Session, scale: str, task: str) -> ReadingOut:
    """How far it is; its result names the evidence."""
    scope = caller().scope(*FOLLOWERS)
    queries.scale(session, scope, scale)
    return _reading(queries.task(session, scope, task))


@bp.post("/scales/<uid:scale>/readings/<uid:task>/cancel")
@api.write(
    "Call a reading off",
    returns=ReadingOut,
    problems=(tasks.TaskGoneError,),
    scope=TokenScope.STATIONS,
)
@access(*ASKERS)
def cancel(session: Session, scale: str, task: str) -> ReadingOut:
    """However far it is: nothing of anybody else's is overwritten, so it names no version."""
    scope = caller().scope(*ASKERS)
    queries.scale(session, scope, scale)
    found = queries.task(session, scope, task)
    tasks.cancel(session, found, at=utcnow())
    return _reading(found)


def _reading(task: Task) -> ReadingOut:
    return ReadingOut(
        id=task.uid,
        scale=task.scale.uid if task.scale else "",
        station=task.station.uid if task.station else "",
        state=task.state,
        created_at=task.created_at,
        expires_at=task.expires_at,
        progress={key: value for key, value in task.progress.items() if key != "at"},
        result=dict(task.result),
    )
