"""Three codes and one seal (三码一封): what a scale lacks, on which grounds, and until when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final


class Part(StrEnum):
    """One of the three codes, or the seal; the value of a code is its field's name."""

    PRODUCTION = "production_code"
    REPAIR = "repair_code"
    VERIFICATION = "verification_code"
    SEAL = "seal"


CODES: Final = (Part.PRODUCTION, Part.REPAIR, Part.VERIFICATION)
LONGEST_DAYS: Final = 5 * 366


class Ground(StrEnum):
    """Why one of them is missing."""

    OLD_TYPE = "old_type"
    NOT_SUPPLIED = "not_supplied"
    MAKER_GONE = "maker_gone"
    PLATE_ILLEGIBLE = "plate_illegible"
    AT_VERIFICATION = "at_verification"
    AT_REPAIR = "at_repair"
    OTHER = "other"


class Cover(StrEnum):
    """Whether grounds stand today."""

    STANDS = "stands"
    RUN_OUT = "run_out"
    NOT_GIVEN = "not_given"


@dataclass(frozen=True, slots=True)
class Gap:
    """Why something is missing, and the last day on which it may be."""

    ground: Ground
    until: date

    def cover(self, today: date) -> Cover:
        """Return whether these grounds stand on ``today``; the last day itself counts."""
        return Cover.STANDS if today <= self.until else Cover.RUN_OUT


Gaps = Mapping[Part, Gap]


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is missing, with its grounds where any were given."""

    part: Part
    gap: Gap | None
    cover: Cover


def read(stored: Mapping[str, Any]) -> dict[Part, Gap]:
    """Return gaps from how a scale keeps them."""
    return {
        Part(part): Gap(Ground(ground), date.fromisoformat(until))
        for part, (ground, until) in stored.items()
    }


def write(gaps: Gaps) -> dict[str, list[str]]:
    """Return ``gaps`` as a scale keeps them."""
    return {part.value: [gap.ground.value, gap.until.isoformat()] for part, gap in gaps.items()}


def first_end(gaps: Gaps) -> date | None:
    """Return the day on which the first of ``gaps`` ends."""
    return min((gap.until for gap in gaps.values()), default=None)


def lacks(missing: Iterable[Part], gaps: Gaps, today: date) -> list[Lack]:
    """Return what is missing, each with whether its grounds stand on ``today``."""
    found = []
    for part in missing:
        gap = gaps.get(part)
        found.append(Lack(part, gap, gap.cover(today) if gap else Cover.NOT_GIVEN))
    return found
