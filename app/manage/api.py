"""The API of the fleet: scales with their computed answers, and the acts on them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from flask import Blueprint
from pydantic import ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain import scanned
from app.domain.calendar import local_date
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import Action, IllegalTransitionError, State
from app.domain.permissions import ACTION_ROLES, AUTHORITY, OPENERS, needs_step_up
from app.domain.roles import Role
from app.domain.tokens import TokenScope
from app.domain.verdicts import Verdict
from app.ledger.orders import NoOrderError, OrderStandsError
from app.manage import acts, queries, scanning, service
from app.manage.forms import CHOOSE, LONGEST_NOTE, LONGEST_NUMBER
from app.manage.queries import LONGEST, Asked
from app.manage.service import Act, BlockedError, SuspendReason, WrongPlaceError
from app.models import Scale, ScaleEvent
from app.standing import standings
from app.web import api, scale_api
from app.web.access import READERS, ForbiddenError, StepUpError, access, caller, require_role
from app.web.database import installation, reading
from app.web.scale_api import ScaleOut, scale_out

bp = Blueprint("manage_api", __name__, url_prefix="/api/v1")

DOERS: Final = (
    Role.MANAGER,
    Role.INSPECTOR,
    Role.REGULATOR,
    Role.VERIFIER,
    Role.REPAIRER,
)
Uid = Annotated[str, Field(min_length=1, max_length=36)]


class ScaleQuery(api.ListQuery):
    """Which scales."""

    state: State | None = None
    legal: LegalCode | None = None
    firmware: Verdict | None = None
    place: Uid | None = None
    q: Annotated[str, Field(max_length=LONGEST, description="number, serial, stall or trader")] = ""


class ActionIn(api.Body):
    """An act and what it needs to know. What belongs to other acts is not looked at."""

    model_config = ConfigDict(extra="ignore", strict=True)

    action: Action
    stall: Uid | None = Field(None, description="deploy: uid of a stall of the scale's place")
    trader: Uid | None = Field(None, description="deploy: uid of a trader of the scale's place")
    reason: SuspendReason | None = Field(None, description="suspend: why")
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""


class OrderKind(StrEnum):
    """What an authority may decide about a scale."""

    STOP_ORDER = "stop_order"
    LIFT_STOP_ORDER = "lift_stop_order"
    HOLD = "hold"
    RELEASE_HOLD = "release_hold"


STOPPING: Final = frozenset({OrderKind.STOP_ORDER, OrderKind.LIFT_STOP_ORDER})
LIFTING: Final = frozenset({OrderKind.LIFT_STOP_ORDER, OrderKind.RELEASE_HOLD})


class OrderIn(api.Body):
    """An authority's decision, by the number of its document."""

    kind: OrderKind
    number: Annotated[str, Field(min_length=1, max_length=LONGEST_NUMBER)]


class OpeningIn(api.Body):
    """The seals broken to open the case."""

    seals: Annotated[list[Uid], Field(max_length=20)]
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""


class StepOut(api.Model):
    """One step of a scale's story, in codes."""

    uid: str
    ledger_seq: int
    action: str
    at: datetime
    from_state: State
    to_state: State
    details: dict[str, Any]


class CodeIn(api.Body):
    """What was read or typed."""

    code: Annotated[str, Field(min_length=1, max_length=4000)]


class ScanOut(api.Model):
    """What stands behind a code; of several scales a person chooses."""

    outcome: scanning.Outcome
    scales: list[str]


SCAN_PROBLEMS: Final = (
    scanned.EmptyScanError,
    scanned.LongScanError,
    scanned.UnseenCharactersError,
)


@bp.get("/scales")
@api.lists("List scales", ScaleOut, query=ScaleQuery)
@access(*READERS)
def scales(session: Session, query: ScaleQuery) -> api.Listed[ScaleOut]:
    """Those of the caller's regions, by place, each with its computed answers."""
    who, today = caller(), local_date(utcnow())
    asked = Asked(
        scope=who.scope(),
        today=today,
        q=query.q,
        state=query.state,
        legal=query.legal,
        firmware=query.firmware,
        place=query.place,
    )
    page = queries.fleet(session, asked, query.after, query.limit)
    found = standings(session, page.items, today)
    items = [scale_out(row, found[row.id], who.roles_at(row.path)) for row in page.items]
    return api.Listed[ScaleOut](items=items, next=page.next)


@bp.get("/scales/<uid:scale>")
@api.read("Read a scale", returns=ScaleOut)
@access(*READERS)
def read_scale(session: Session, scale: str) -> api.Answer:
    """State, legal status, advisories and the acts open to the caller now."""
    row = queries.scale_in(session, caller().scope(), scale)
    return scale_api.answer(session, row, caller(), utcnow())


@bp.post("/scales/<uid:scale>/actions")
@api.write(
    "Do an act",
    body=ActionIn,
    returns=ScaleOut,
    problems=(ForbiddenError, StepUpError, IllegalTransitionError, BlockedError),
    conditional=True,
    scope=TokenScope.FLEET,
)
@access(*DOERS)
def do(session: Session, scale: str, body: ActionIn) -> api.Answer:
    """One step of the scale's life, if nothing happened since it was read.

    Results of a verification have effect in law and answer `step_up_required`.
    """
    row = queries.scale_in(session, caller().scope(), scale)
    require_role(row.path, *ACTION_ROLES[body.action])
    if needs_step_up(body.action):
        raise StepUpError("a result of a verification is recorded in person")
    seen = scale_api.match(session, row, caller(), utcnow())
    try:
        command = _command(session, row, body, seen)
        service.perform(session, row, command, by=caller().uid, at=utcnow())
    except BlockedError as error:
        error.facts["errors"] = [
            {"field": one.value, "message": acts.sentence(one)} for one in error.obstacles
        ]
        raise
    except WrongPlaceError as error:
        raise api.invalid((error.field, str(CHOOSE))) from None
    return scale_api.answer(session, row, caller(), utcnow())


@bp.post("/scales/<uid:scale>/orders")
@api.write(
    "Record an order of the authority",
    body=OrderIn,
    returns=ScaleOut,
    problems=(ForbiddenError, StepUpError, NoOrderError, OrderStandsError),
    conditional=True,
    scope=TokenScope.FLEET,
)
@access(*AUTHORITY)
def order(session: Session, scale: str, body: OrderIn) -> api.Answer:
    """A stop order, a hold as evidence, or the decision that lifts one.

    It has effect in law: a token is always answered `step_up_required`, and a page does it.
    """
    row = queries.scale_in(session, caller().scope(), scale)
    require_role(row.path, *AUTHORITY)
    scale_api.match(session, row, caller(), utcnow())
    stands = row.stop_order if body.kind in STOPPING else row.hold_document
    if body.kind in LIFTING and not stands:
        raise NoOrderError("there is none in force")
    if body.kind not in LIFTING and stands:
        raise OrderStandsError("one is in force already")
    raise StepUpError(f"{body.kind} is recorded in person")


@bp.post("/scales/<uid:scale>/opening")
@api.write(
    "Record that the case was opened",
    body=OpeningIn,
    returns=ScaleOut,
    problems=(ForbiddenError, BlockedError),
    conditional=True,
    scope=TokenScope.FLEET,
)
@access(*OPENERS)
def opening(session: Session, scale: str, body: OpeningIn) -> api.Answer:
    """Only a passed verification leads back to a stall."""
    row = queries.scale_in(session, caller().scope(), scale)
    require_role(row.path, *OPENERS)
    scale_api.match(session, row, caller(), utcnow())
    seals = [seal for seal in row.seals if seal.uid in body.seals]
    if len(seals) != len(set(body.seals)):
        raise api.invalid(("seals", str(CHOOSE)))
    command = service.Opening(seals, body.note)
    service.record_opening(session, row, command, by=caller().uid, at=utcnow())
    return scale_api.answer(session, row, caller(), utcnow())


@bp.get("/scales/<uid:scale>/story")
@api.lists("Read the story of a scale", StepOut)
@access(*READERS)
def story(session: Session, scale: str, query: api.ListQuery) -> api.Listed[StepOut]:
    """What happened to it, the newest first; `ledger_seq` names the entry that told it."""
    row = queries.scale_in(session, caller().scope(), scale)
    return api.listed(
        session,
        query,
        select(ScaleEvent).where(ScaleEvent.scale_id == row.id),
        [ScaleEvent.id],
        lambda one: StepOut(**{name: getattr(one, name) for name in StepOut.model_fields}),
        newest_first=True,
    )


@bp.post("/scans")
@api.plain("Look a code up", body=CodeIn, returns={200: ScanOut}, problems=SCAN_PROBLEMS)
@access(*READERS)
def scan(body: CodeIn) -> ScanOut:
    """What a camera read or a hand typed: a tag, its number, or any code a scale carries.

    A question, not a change; the code stands in the body so that no log keeps it.
    """
    found = installation()
    host, key = found.settings.host, found.keys.tag.public_key()
    with reading() as session:
        seen = scanning.look_up(session, scanned.read(body.code, host), caller().scope(), key, host)
        return ScanOut(outcome=seen.outcome, scales=[scale.uid for scale in seen.scales])


def _command(session: Session, row: Scale, body: ActionIn, seen: int) -> Act:
    given: dict[str, Any] = {"action": body.action, "reason": body.reason, "note": body.note}
    if body.stall is not None:
        given["stall"] = queries.stall_of(session, row.place, body.stall)
    if body.trader is not None:
        given["trader"] = queries.trader_of(session, row.place, body.trader)
    return Act(**given, seen=seen)
