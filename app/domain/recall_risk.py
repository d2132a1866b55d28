"""How urgent a scale verified with a weight in doubt is: points, and what gave each.

The order is ours, for the body to begin at the right end; it decides nothing. [proposal]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

NARROW_PERCENT: Final = 90
HALF_PERCENT: Final = 50


class RiskReason(StrEnum):
    """Why a scale stands high on the list."""

    MARK_RESTS_ON_IT = "mark_rests_on_it"
    IN_SERVICE = "in_service"
    FAIR_SCALE = "fair_scale"
    NO_MARGIN = "no_margin"
    LITTLE_MARGIN = "little_margin"
    WEIGHT_ITSELF = "weight_itself"
    FINDING_OPEN = "finding_open"


POINTS: Final[Mapping[RiskReason, int]] = MappingProxyType(
    {
        RiskReason.MARK_RESTS_ON_IT: 40,
        RiskReason.IN_SERVICE: 20,
        RiskReason.FAIR_SCALE: 15,
        RiskReason.NO_MARGIN: 15,
        RiskReason.LITTLE_MARGIN: 5,
        RiskReason.WEIGHT_ITSELF: 10,
        RiskReason.FINDING_OPEN: 5,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFacts:
    """What is known of the scale and of its verification.

    Attributes:
        used_percent: Largest part of a limit that an error took up, in percent.
        links: Calibrations between the bad weight and the one that stood on the scale.
    """

    is_standing: bool
    in_service: bool
    is_fair: bool
    used_percent: int
    links: int
    finding_open: bool


def risk(facts: RiskFacts) -> tuple[int, tuple[RiskReason, ...]]:
    """Return the points, and their reasons, heaviest first."""
    applies = {
        RiskReason.MARK_RESTS_ON_IT: facts.is_standing,
        RiskReason.IN_SERVICE: facts.in_service,
        RiskReason.FAIR_SCALE: facts.is_fair,
        RiskReason.NO_MARGIN: facts.used_percent >= NARROW_PERCENT,
        RiskReason.LITTLE_MARGIN: HALF_PERCENT <= facts.used_percent < NARROW_PERCENT,
        RiskReason.WEIGHT_ITSELF: facts.links == 0,
        RiskReason.FINDING_OPEN: facts.finding_open,
    }
    reasons = tuple(reason for reason in POINTS if applies[reason])
    return sum(POINTS[reason] for reason in reasons), reasons
