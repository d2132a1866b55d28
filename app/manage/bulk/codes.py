"""The words of acts on many scales: which there are, who may, and why a scale is left out."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.advisories import AdvisoryCode
from app.domain.blocking import Condition, Obstacle
from app.domain.errors import DomainError
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import Action, State
from app.domain.permissions import ACTION_ROLES, FILERS, TAG_KEEPERS
from app.domain.roles import Role
from app.manage.service.filing import FILED
from app.standing import Hindrance

MOST: Final = 5000
AT_ONCE: Final = 500
PIECE: Final = 10  # scales to a transaction: others get their turn between
KEPT: Final = timedelta(days=2)  # what was shown and never done
ACTIONS: Final = (
    *(Action.SUBMIT, Action.SUSPEND, Action.RETURN, Action.SEND_TO_REPAIR),
    *(Action.STORE, Action.RETIRE),
)
EXPORT: Final = "export"
LABELS: Final = "labels"
# Nothing is done to the scales: what was chosen is only taken along.
TAKEN: Final = frozenset({EXPORT, LABELS})
ROLES: Final[Mapping[str, frozenset[Role]]] = MappingProxyType(
    {
        **{action.value: ACTION_ROLES[action] for action in ACTIONS},
        FILED: frozenset(FILERS),
        LABELS: frozenset(TAG_KEEPERS),
    }
)
RolesAt = Callable[[str], Collection[Role]]


class Cannot(StrEnum):
    """Why a scale is left out, beside its own obstacles."""

    NOT_YOURS = "not_yours"
    WRONG_STATE = "wrong_state"
    RETIRED = "retired"
    CHANGED = "changed"
    UNTAGGED = "untagged"


# What stands in a line's ``why``: "kind:code", or "field:name" of the sheet.
CODES: Final[Mapping[str, type[StrEnum]]] = MappingProxyType(
    {
        "cannot": Cannot,
        "state": State,
        "condition": Condition,
        "legal": LegalCode,
        "advisory": AdvisoryCode,
        "hindrance": Hindrance,
    }
)
FIELD: Final = "field"


class TooManyScalesError(DomainError):
    """More scales than one act takes."""

    code = "bulk_too_many"


class NoScalesError(DomainError):
    """No scale was chosen, or none can."""

    code = "bulk_of_none"


class BulkStartedError(DomainError):
    """It was started already."""

    code = "bulk_started"


def told(code: Cannot | State | Obstacle | Hindrance) -> str:
    """Return how a line keeps a code."""
    kind = next(name for name, known in CODES.items() if isinstance(code, known))
    return f"{kind}:{code.value}"
