"""The API of the fleet: scales with their computed answers, and the acts on them."""

from typing import Annotated, Any, Final

from flask import Blueprint, request
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import Action, IllegalTransitionError, State
from app.domain.permissions import ACTION_ROLES, needs_step_up
from app.domain.roles import Role
from app.domain.verdicts import Verdict
from app.manage import acts, queries, service
from app.manage.forms import CHOOSE, LONGEST_NOTE
from app.manage.queries import LONGEST, Asked
from app.manage.service import Act, BlockedError, SuspendReason, WrongPlaceError
from app.models import Scale
from app.standing import standing_of, standings
from app.web import api
from app.web.access import READERS, ForbiddenError, StepUpError, access, caller, require_role
from app.web.api_reading import PreconditionFailedError
from app.web.paging import BadCursorError, Cursor
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


@bp.get("/scales")
@api.read(
    "List scales",
    query=ScaleQuery,
    returns=api.Listed[ScaleOut],
    problems=(BadCursorError,),
)
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
    page = queries.fleet(session, asked, Cursor.parse(query.after, str, str), query.limit)
    found = standings(session, page.items, today)
    items = [scale_out(row, found[row.id], who.roles_at(row.path)) for row in page.items]
    return api.Listed[ScaleOut](items=items, next=page.next)


@bp.get("/scales/<uid:scale>")
@api.read("Read a scale", returns=ScaleOut)
@access(*READERS)
def read_scale(session: Session, scale: str) -> api.Answer:
    """State, legal status, advisories and the acts open to the caller now."""
    return _answer(session, queries.scale_in(session, caller().scope(), scale))


@bp.post("/scales/<uid:scale>/actions")
@api.write(
    "Do an act",
    body=ActionIn,
    returns=ScaleOut,
    problems=(
        ForbiddenError,
        StepUpError,
        IllegalTransitionError,
        BlockedError,
        PreconditionFailedError,
    ),
)
@access(*DOERS)
def do(session: Session, scale: str, body: ActionIn) -> api.Answer:
    """One step of the scale's life. With If-Match only if nothing happened since it was read.

    Results of a verification have effect in law and answer `step_up_required`.
    """
    row = queries.scale_in(session, caller().scope(), scale)
    require_role(row.path, *ACTION_ROLES[body.action])
    if needs_step_up(body.action):
        raise StepUpError("a result of a verification is recorded in person")
    seen = None
    if "If-Match" in request.headers:
        seen = service.last_step(session, row)
        api.match(seen)
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
    return _answer(session, row)


def _command(session: Session, row: Scale, body: ActionIn, seen: int | None) -> Act:
    given: dict[str, Any] = {"action": body.action, "reason": body.reason, "note": body.note}
    if body.stall is not None:
        given["stall"] = queries.stall_of(session, row.place, body.stall)
    if body.trader is not None:
        given["trader"] = queries.trader_of(session, row.place, body.trader)
    return Act(**given, seen=seen)


def _answer(session: Session, row: Scale) -> api.Answer:
    standing = standing_of(session, row, local_date(utcnow()))
    body = scale_out(row, standing, caller().roles_at(row.path))
    return api.Answer(body, version=service.last_step(session, row))
