"""One tag in two places: when two sightings by staff cannot be of one tag.

A tag is public, so anybody can copy it; only where the copy hangs is telling. Told from what
staff scanned alone, never from shoppers: where they look is their own affair. The register
knows no distances, so the region tree stands in for them: how high the paths of two places
part says how long the way takes at the least. That is data, and an administrator's to change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

# Minutes from one place to another of the same office, county, city, province, and beyond.
WAYS: Final = (3, 10, 30, 60, 120)


class Carrier(StrEnum):
    """How a tag was read at the scale itself; what is typed or photographed may be far away."""

    CAMERA = "camera"
    NFC = "nfc"


class CopyReason(StrEnum):
    """Why a tag is thought to hang on more than its own scale."""

    TWO_PLACES = "two_places"
    PLATE_DIFFERS = "plate_differs"


class CopyOutcome(StrEnum):
    """What a person found."""

    VOIDED = "voided"
    EXPLAINED = "explained"


@dataclass(frozen=True, slots=True)
class Sight:
    """A tag was before somebody's camera at ``at``, somewhere below ``path``."""

    path: str
    at: datetime


def shortest(one: str, other: str, ways: Sequence[int] = WAYS) -> timedelta:
    """Return how long the way from ``one`` to ``other`` takes at the least.

    Nothing where one holds the other: whoever only knows the county may have stood in it.
    """
    if one.startswith(other) or other.startswith(one):
        return timedelta()
    mine, theirs = (path.strip("/").split("/") for path in (one, other))
    shared = next(i for i, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b)
    return timedelta(minutes=ways[max(0, len(ways) - 1 - shared)])


def cannot_be_one(one: Sight, other: Sight, ways: Sequence[int] = WAYS) -> bool:
    """Return whether nobody could have carried the tag from one sighting to the other."""
    return abs(one.at - other.at) < shortest(one.path, other.path, ways)


def contradicted(
    sight: Sight, earlier: Iterable[Sight], ways: Sequence[int] = WAYS
) -> Sight | None:
    """Return the newest of ``earlier`` that cannot be of the same tag as ``sight``."""
    found = [one for one in earlier if cannot_be_one(one, sight, ways)]
    return max(found, key=lambda one: one.at, default=None)


def reach(ways: Sequence[int] = WAYS) -> timedelta:
    """Return how far back a sighting can contradict another one."""
    return timedelta(minutes=max(ways))
