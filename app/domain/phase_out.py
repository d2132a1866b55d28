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
    (TypeGeneration.OLD, False): Reported(date(2027, 1, 7), "JJG 1204-2025，仅见报道，未见原文"),
    (TypeGeneration.OLD, True): Reported(
        date(2030, 1, 8), "报道：https://reportify.ai/news/1211687351953264640"
    ),
}
# A list that keeps days keeps these for a type without an end of its own: its kind's rule says
# the end, and changes without the list. The migrations write them.
STANDS_IN: Final[Mapping[Kind, date]] = {
    (TypeGeneration.OLD, False): date(9999, 1, 1),
    (TypeGeneration.OLD, True): date(9999, 1, 2),
    (TypeGeneration.JJF2184, False): date(9999, 1, 3),
    (TypeGeneration.JJF2184, True): date(9999, 1, 4),
}


def last_day(own: date | None, kind: Kind, rules: Mapping[Kind, date]) -> date | None:
    """Return the last day on which a type of ``kind`` may serve; None where no end is set."""
    return own or rules.get(kind)
