"""Findings (疑点) and leads (线索): how far each has come.

A finding stays until a person resolves it, whatever a later reading says. The conclusion
belongs to the verification body; a lead ends with the authority's answer.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class FindingState(StrEnum):
    """What people have made of a finding."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    CLOSED = "closed"


class LeadState(StrEnum):
    """Where a lead is on its way to the authority's case system."""

    OPEN = "open"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"


# A confirmed finding is closed once the scale was put right, verified and read again.
FINDING_STEPS: Final[Mapping[FindingState, frozenset[FindingState]]] = MappingProxyType(
    {
        FindingState.OPEN: frozenset({FindingState.CONFIRMED, FindingState.DISMISSED}),
        FindingState.CONFIRMED: frozenset({FindingState.CLOSED}),
        FindingState.DISMISSED: frozenset(),
        FindingState.CLOSED: frozenset(),
    }
)
LEAD_STEPS: Final[Mapping[LeadState, frozenset[LeadState]]] = MappingProxyType(
    {
        LeadState.OPEN: frozenset({LeadState.HANDED_OVER, LeadState.CLOSED}),
        LeadState.HANDED_OVER: frozenset({LeadState.CLOSED}),
        LeadState.CLOSED: frozenset(),
    }
)
SUSPENDING: Final = frozenset({FindingState.OPEN, FindingState.CONFIRMED})


def suspends(state: FindingState) -> bool:
    """Return whether a finding in ``state`` keeps its scale out of service."""
    return state in SUSPENDING


def finding_may_become(state: FindingState, following: FindingState) -> bool:
    """Return whether a finding may go from ``state`` to ``following``."""
    return following in FINDING_STEPS[state]


def lead_may_become(state: LeadState, following: LeadState) -> bool:
    """Return whether a lead may go from ``state`` to ``following``."""
    return following in LEAD_STEPS[state]
