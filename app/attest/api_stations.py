"""The people's API of stations: made, enrolled, their ports, taken out of use."""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Final

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from app.attest import queries, showing, stations
from app.attest.api_people import UID
from app.db.session import utcnow
from app.domain.roles import Role
from app.domain.stations import StationHealth
from app.domain.tokens import TokenScope
from app.ledger import entries
from app.models import Station, StationScale
from app.web import api
from app.web.access import access, caller
from app.web.paging import fetch

bp = Blueprint("stations", __name__)

KEEPERS: Final = (Role.MANAGER, Role.ADMIN)
WATCHERS: Final = (*KEEPERS, Role.INSPECTOR, Role.REGULATOR, Role.AUDITOR)


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


@bp.get("/stations")
@api.lists("List stations", StationOut)
@access(*WATCHERS)
def list_stations(session: Session, query: api.ListQuery) -> api.Listed[StationOut]:
    """Those of the caller's regions, by place."""
    page = fetch(
        session,
        queries.stations(caller().scope(*WATCHERS)),
        [Station.path, Station.uid],
        query.after,
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
