"""Acts of the life of a scale, each with its conditions. The table itself is in the domain."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.blocking import OFFICERS, Obstacle
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.lifecycle import Action, ScaleRole, next_state
from app.domain.permissions import ACTION_ROLES, LEGAL_ACTS
from app.domain.roles import Role
from app.domain.suspension import DECIDED_AS, OFFICER, SuspensionReason
from app.ledger import entries, remarks
from app.ledger.door import act
from app.models import Scale, ScaleEvent, Stall, Trader
from app.standing import Hindrance, standing_of
from app.standing.doers import roles_of


class SuspendReason(StrEnum):
    """Why a person takes a scale out of use; the story keeps the code."""

    SPOT_CHECK = "spot_check"
    SEAL = "seal"
    DISPLAY = "display"
    COMPLAINT = "complaint"
    OTHER = "other"


class BlockedError(DomainError):
    """The state allows the act, but its conditions are not met."""

    code = "blocked"

    def __init__(self, action: Action, obstacles: tuple[Obstacle | Hindrance, ...]) -> None:
        named = [obstacle.value for obstacle in obstacles]
        super().__init__(f"{action} is blocked: {', '.join(named)}", obstacles=named)
        self.action = action
        self.obstacles = obstacles


class WrongPlaceError(DomainError):
    """The stall or the trader is missing, or belongs to another place than the scale."""

    code = "wrong_place"

    def __init__(self, field: str) -> None:
        super().__init__(f"the {field} is missing or is not of the scale's place", field=field)
        self.field = field


class ChangedMeanwhileError(DomainError):
    """Somebody else did something to the scale after the page was read."""

    code = "precondition_failed"


class NotForPersonsError(DomainError):
    """Time alone does this act, or a verification record does."""

    code = "not_for_persons"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act as a person asks for it.

    Attributes:
        reason: Why, for a suspension; no other act asks.
        note: A short remark; it stands beside the story and can be erased.
        seen: The ledger's number of the scale's last step the person knew of; None: any.
    """

    action: Action
    reason: SuspendReason | None = None
    note: str = ""
    stall: Stall | None = None
    trader: Trader | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Deploy:
    """Hand out to a trader at a stall; a fair scale needs neither."""

    stall: Stall | None = None
    trader: Trader | None = None
    note: str = ""


# Where a scale no longer is with anybody after the act.
LEAVES_THE_STALL: Final = frozenset(
    {Action.RETURN, Action.STORE, Action.RETIRE, Action.SEND_TO_REPAIR}
)
# Verification has its own record; expiry is the work of time.
ELSEWHERE: Final = LEGAL_ACTS | {action for action, roles in ACTION_ROLES.items() if not roles}


def deploy(session: Session, scale: Scale, command: Deploy, *, by: str, at: datetime) -> None:
    """Hand a scale out.

    Raises:
        IllegalTransitionError: It is not ready.
        BlockedError: The law or an advisory forbids it.
        WrongPlaceError: The stall or the trader is missing or elsewhere.
    """
    asked = Act(action=Action.DEPLOY, stall=command.stall, trader=command.trader, note=command.note)
    perform(session, scale, asked, by=by, at=at)


def perform(session: Session, scale: Scale, command: Act, *, by: str, at: datetime) -> None:
    """Do one act.

    Raises:
        NotForPersonsError: It is expiry, or a result of a verification.
        ChangedMeanwhileError: The scale's story went on since ``command.seen``.
        IllegalTransitionError: The state does not allow it.
        BlockedError: Its conditions are not met.
        WrongPlaceError: A hand-out names no stall or trader of the scale's place.
    """
    action = command.action
    if action in ELSEWHERE:
        raise NotForPersonsError(f"{action} is not done by hand")
    entries.lock(session)
    session.refresh(scale)
    if command.seen not in {None, last_step(session, scale)}:
        raise ChangedMeanwhileError("the scale was changed meanwhile")
    next_state(scale.state, action, scale.left_state)
    today = local_date(at)
    whose = action in {Action.SUSPEND, Action.RESUME}  # the others ask for no more than the table
    roles = roles_of(session, by, today)(scale.path) if whose else frozenset()
    if obstacles := standing_of(session, scale, today).obstacles(action, roles):
        raise BlockedError(action, obstacles)
    if action is Action.DEPLOY:
        _check_place(scale, command)
    told = _told(scale, command, roles)
    with act(session, scale, action, by=by, at=at, details=told):
        told.update(remarks.keep(session, scale, command.note, at=at))
        _settle(scale, command, today)


def last_step(session: Session, scale: Scale) -> int:
    """Return the ledger's number of the last step of a scale's story: its version."""
    return (
        session.scalar(
            select(func.max(ScaleEvent.ledger_seq)).where(ScaleEvent.scale_id == scale.id)
        )
        or 0
    )


def _check_place(scale: Scale, command: Act) -> None:
    if scale.role is ScaleRole.FAIR:
        return
    for name, row in (("stall", command.stall), ("trader", command.trader)):
        if row is None or row.place_id != scale.place_id:
            raise WrongPlaceError(name)


def _told(scale: Scale, command: Act, roles: Collection[Role]) -> dict[str, Any]:
    """Return what the story keeps: codes and uids, never a name or free words."""
    told: dict[str, Any] = {}
    if command.action is Action.SUSPEND:
        told["reason"] = (command.reason or SuspendReason.OTHER).value
        told |= {DECIDED_AS: OFFICER} if OFFICERS.intersection(roles) else {}
    stall, trader = scale.stall, scale.trader
    if command.action is Action.DEPLOY:
        stall, trader = command.stall, command.trader
    if command.action in {Action.DEPLOY, Action.RETURN}:
        told |= {"stall": stall.uid} if stall else {}
        told |= {"trader": trader.uid} if trader else {}
    return told


def _hand_out(scale: Scale, command: Act, today: date) -> None:
    if scale.role is ScaleRole.FAIR:
        return
    if scale.trader is not command.trader or scale.trader_since is None:
        scale.trader_since = today
    scale.stall, scale.trader = command.stall, command.trader


def _suspend(scale: Scale, _command: Act, _today: date) -> None:
    scale.suspended_for = SuspensionReason.DECISION


def _take_up(scale: Scale, _command: Act, _today: date) -> None:
    scale.suspended_for = None


def _repaired(scale: Scale, _command: Act, today: date) -> None:
    scale.opened_on = today


CHANGES: Final[Mapping[Action, Callable[[Scale, Act, date], None]]] = MappingProxyType(
    {
        Action.DEPLOY: _hand_out,
        Action.SUSPEND: _suspend,
        Action.RESUME: _take_up,
        Action.COMPLETE_REPAIR: _repaired,
    }
)


def _settle(scale: Scale, command: Act, today: date) -> None:
    """Write what the act changes besides the state, which the door moves."""
    if change := CHANGES.get(command.action):
        change(scale, command, today)
    if command.action in LEAVES_THE_STALL:
        scale.stall = scale.trader = scale.trader_since = None
