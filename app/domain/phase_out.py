"""Until when a type may serve: dates by generation and network function, kept as data.

A model's own date wins over the rule. The dates below are what is reported [S2]; they fill a
form in and count for nothing before a person records them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.scale_types import TypeGeneration

# With its network function.
Kind = tuple[TypeGeneration, bool]


@dataclass(frozen=True, slots=True)
class Reported:
    """A date that is told but not confirmed, and where."""

    last_day: date
    source: str


REPORTED: Final[Mapping[Kind, Reported]] = {
    (TypeGeneration.OLD, False): Reported(
        date(2027, 1, 7), "JJG 1204-2025, reported; text not seen"
    ),
    (TypeGeneration.OLD, True): Reported(
        date(2030, 1, 8), "https://reportify.ai/news/1211687351953264640"
    ),
}


def last_day(own: date | None, kind: Kind, rules: Mapping[Kind, date]) -> date | None:
    """Return the last day on which a type of ``kind`` may serve; None where no end is set."""
    return own or rules.get(kind)
