"""The life of a scale: which act leads from which state to which.

The table below is the specification. Services, buttons on the tablet, the API
and the diagram in the manual are all read off it; nothing else knows the rules.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.errors import DomainError


class State(StrEnum):
    """Where a scale is in its life."""

    REGISTERED = "registered"
    AWAITING_VERIFICATION = "awaiting_verification"
    READY = "ready"
    IN_SERVICE = "in_service"
    SUSPENDED = "suspended"
    IN_REPAIR = "in_repair"
    STORED = "stored"
    RETIRED = "retired"


class Action(StrEnum):
    """An act that may move a scale along."""

    SUBMIT = "submit"
    PASS = "pass"  # noqa: S105 - the act of passing a verification
    FAIL = "fail"
    DEPLOY = "deploy"
    RETURN = "return"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXPIRE = "expire"
    SEND_TO_REPAIR = "send_to_repair"
    COMPLETE_REPAIR = "complete_repair"
    STORE = "store"
    RETIRE = "retire"


class ScaleRole(StrEnum):
    """What a scale is there for."""

    TRADE = "trade"
    FAIR = "fair"
    DAY_LOAN = "day_loan"
    SPARE = "spare"


class IllegalTransitionError(DomainError):
    """The act does not exist in the scale's present state."""

    code = "illegal_transition"

    def __init__(self, state: State, action: Action) -> None:
        super().__init__(f"cannot {action} a scale that is {state}", state=state, action=action)
        self.state = state
        self.action = action


# Where `resume` leads: to the state that `suspend`, `fail` or `expire` took the scale from.
BACK: Final = None

# fmt: off
TRANSITIONS: Final[Mapping[tuple[State, Action], State | None]] = MappingProxyType({
    (State.REGISTERED,            Action.SUBMIT):          State.AWAITING_VERIFICATION,
    (State.READY,                 Action.SUBMIT):          State.AWAITING_VERIFICATION,
    (State.SUSPENDED,             Action.SUBMIT):          State.AWAITING_VERIFICATION,
    (State.STORED,                Action.SUBMIT):          State.AWAITING_VERIFICATION,
    (State.AWAITING_VERIFICATION, Action.PASS):            State.READY,
    (State.IN_SERVICE,            Action.PASS):            State.IN_SERVICE,
    (State.READY,                 Action.PASS):            State.READY,
    (State.AWAITING_VERIFICATION, Action.FAIL):            State.SUSPENDED,
    (State.READY,                 Action.FAIL):            State.SUSPENDED,
    (State.IN_SERVICE,            Action.FAIL):            State.SUSPENDED,
    (State.READY,                 Action.DEPLOY):          State.IN_SERVICE,
    (State.IN_SERVICE,            Action.RETURN):          State.READY,
    (State.READY,                 Action.SUSPEND):         State.SUSPENDED,
    (State.IN_SERVICE,            Action.SUSPEND):         State.SUSPENDED,
    (State.SUSPENDED,             Action.RESUME):          BACK,
    (State.IN_SERVICE,            Action.EXPIRE):          State.SUSPENDED,
    (State.READY,                 Action.EXPIRE):          State.AWAITING_VERIFICATION,
    (State.SUSPENDED,             Action.SEND_TO_REPAIR):  State.IN_REPAIR,
    (State.AWAITING_VERIFICATION, Action.SEND_TO_REPAIR):  State.IN_REPAIR,
    (State.IN_REPAIR,             Action.COMPLETE_REPAIR): State.AWAITING_VERIFICATION,
    (State.READY,                 Action.STORE):           State.STORED,
    (State.SUSPENDED,             Action.STORE):           State.STORED,
    (State.REGISTERED,            Action.RETIRE):          State.RETIRED,
    (State.AWAITING_VERIFICATION, Action.RETIRE):          State.RETIRED,
    (State.READY,                 Action.RETIRE):          State.RETIRED,
    (State.SUSPENDED,             Action.RETIRE):          State.RETIRED,
    (State.IN_REPAIR,             Action.RETIRE):          State.RETIRED,
    (State.STORED,                Action.RETIRE):          State.RETIRED,
})
# fmt: on


def next_state(state: State, action: Action, left: State | None = None) -> State:
    """Return the state that ``action`` leads to from ``state``.

    Args:
        left: The state a suspended scale was taken from; only `resume` asks for it.

    Raises:
        IllegalTransitionError: The table has no such move, or nothing is known to go back to.
    """
    try:
        target = TRANSITIONS[state, action]
    except KeyError:
        raise IllegalTransitionError(state, action) from None
    if target is not BACK:
        return target
    if left is None:
        raise IllegalTransitionError(state, action)
    return left


def is_handed_out(state: State, left: State | None) -> bool:
    """Return whether a scale is somebody's at a stall: in service, or suspended while it was."""
    return State.IN_SERVICE in {state, left if state is State.SUSPENDED else None}


def actions_from(state: State) -> tuple[Action, ...]:
    """Return the acts open to a scale in ``state``, in table order."""
    return tuple(action for origin, action in TRANSITIONS if origin is state)
