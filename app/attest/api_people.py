"""The people's API of evidence and of readings asked for."""

from datetime import datetime
from typing import Annotated, Any, Final

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from app.attest import queries, tasks
from app.attest.profiles import BadProfileError
from app.db.session import utcnow
from app.domain.roles import Role
from app.domain.tasks import TaskState
from app.domain.tokens import TokenScope
from app.domain.verdicts import Verdict
from app.models import Evidence, EvidenceStatus, Scale, Task
from app.web import api
from app.web.access import READERS, access, caller

bp = Blueprint("people", __name__)

ASKERS: Final = (Role.MANAGER, Role.INSPECTOR)
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
@api.lists("List evidence", EvidenceOut, query=EvidenceQuery)
@access(*READERS)
def list_evidence(session: Session, query: EvidenceQuery) -> api.Listed[EvidenceOut]:
    """The newest first; of one scale where it is named."""
    found = queries.evidence_list(caller().scope(*READERS))
    if query.scale is not None:
        found = found.join(Scale, Evidence.scale_id == Scale.id).where(Scale.uid == query.scale)
    return api.listed(session, query, found, [Evidence.id], _evidence, newest_first=True)


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


@bp.get("/evidence/<uid:evidence>/envelope")
@api.read("Read the signed report", returns=ENVELOPE)
@access(*READERS)
def envelope(session: Session, evidence: str) -> api.Answer:
    """The DSSE envelope as it was received, for whoever checks the signature."""
    return api.Answer(queries.evidence(session, caller().scope(*READERS), evidence).envelope)


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
