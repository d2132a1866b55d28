"""Seals: what they are, whose they are, what became of them."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class SealKind(StrEnum):
    """How a seal is made."""

    LEAD = "lead"
    STICKER = "sticker"
    ELECTRONIC = "electronic"


class SealOwner(StrEnum):
    """Whose seal it is; nobody applies another's."""

    MAKER = "maker"
    VERIFICATION = "verification"
    REPAIR = "repair"


class SealState(StrEnum):
    """How a seal was last seen."""

    INTACT = "intact"
    BROKEN = "broken"
    MISSING = "missing"
    REPLACED = "replaced"


VIOLATED: Final = frozenset({SealState.BROKEN, SealState.MISSING})


def any_violated(states: Iterable[SealState]) -> bool:
    """Return whether a seal is broken or gone; a replaced one is history."""
    return not VIOLATED.isdisjoint(states)


def all_intact(states: Iterable[SealState]) -> bool:
    """Return whether at least one seal is there and all that count are intact."""
    present = [state for state in states if state is not SealState.REPLACED]
    return bool(present) and all(state is SealState.INTACT for state in present)
