"""Who may do which act: one table that buttons, API and tests read.

Region and assignment narrow this further; here is only what the role allows.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from app.domain.lifecycle import Action, State, actions_from
from app.domain.roles import Role

_MANAGER: Final = frozenset({Role.MANAGER})

ACTION_ROLES: Final[Mapping[Action, frozenset[Role]]] = MappingProxyType(
    {
        Action.SUBMIT: _MANAGER,
        Action.PASS: frozenset({Role.VERIFIER}),
        Action.FAIL: frozenset({Role.VERIFIER}),
        Action.DEPLOY: _MANAGER,
        Action.RETURN: _MANAGER,
        Action.SUSPEND: frozenset({Role.MANAGER, Role.INSPECTOR, Role.REGULATOR}),
        Action.RESUME: frozenset({Role.MANAGER, Role.REGULATOR}),
        # Time does it, through the jobs process; no person can.
        Action.EXPIRE: frozenset(),
        Action.SEND_TO_REPAIR: _MANAGER,
        Action.COMPLETE_REPAIR: frozenset({Role.REPAIRER}),
        Action.STORE: _MANAGER,
        Action.RETIRE: _MANAGER,
    }
)

# Who reads findings, who leads, and who writes down what became of them.
FINDING_READERS: Final = (
    Role.MANAGER,
    Role.INSPECTOR,
    Role.VERIFIER,
    Role.REGULATOR,
    Role.AUDITOR,
)
LEAD_READERS: Final = (Role.INSPECTOR, Role.REGULATOR, Role.AUDITOR)
DECIDERS: Final = (Role.INSPECTOR, Role.REGULATOR)
TAG_KEEPERS: Final = (Role.MANAGER, Role.REGULATOR)
LEDGER_READERS: Final = (Role.AUDITOR, Role.REGULATOR, Role.ADMIN)

# Acts with effect in law: a fresh second factor on a page; by API token `step_up_required`.
LEGAL_ACTS: Final = frozenset({Action.PASS, Action.FAIL})


def may_do(roles: Collection[Role], action: Action) -> bool:
    """Return whether one of ``roles`` allows ``action``."""
    return not ACTION_ROLES[action].isdisjoint(roles)


def actions_for(roles: Collection[Role], state: State) -> tuple[Action, ...]:
    """Return the acts open in ``state`` to a person with ``roles``, in table order."""
    return tuple(action for action in actions_from(state) if may_do(roles, action))


def needs_step_up(action: Action) -> bool:
    """Return whether ``action`` wants a fresh second factor."""
    return action in LEGAL_ACTS
