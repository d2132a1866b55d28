"""Regions of a program memory: which bytes are code, parameters, or change by themselves.

Code is compared exactly, parameters with this scale's own baseline, volatile bytes not at
all. A byte that no region names is code: leaving one out never hides anything. Addresses are
absolute, ``end`` is the first address behind the region.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from app.domain.errors import DomainError

PROGRAM: Final = "program"

Span = tuple[int, int]


class RegionKind(StrEnum):
    """How the bytes of a region are compared."""

    CODE = "code"
    PARAMETERS = "parameters"
    VOLATILE = "volatile"


class RegionError(DomainError):
    """The regions of a profile contradict each other."""

    code = "bad_regions"


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """A stretch of one part's memory, from ``start`` up to but without ``end``."""

    part: str
    start: int
    end: int
    kind: RegionKind

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise RegionError(f"region {self.start:#x}-{self.end:#x} is empty or backwards")


def regions_from(rows: Iterable[Mapping[str, object]], part: str = PROGRAM) -> tuple[Region, ...]:
    """Return the regions of ``part`` out of a profile's rows, by address.

    Raises:
        RegionError: A row is not {part, start, end, kind}, or two of the part overlap.
    """
    found = tuple(region for region in sorted(map(_region, rows)) if region.part == part)
    for before, after in pairwise(found):
        if after.start < before.end:
            raise RegionError(f"regions overlap at {after.start:#x}")
    return found


def _region(row: Mapping[str, object]) -> Region:
    try:
        part, start, end = row["part"], row["start"], row["end"]
        kind = RegionKind(str(row["kind"]))
    except (KeyError, ValueError) as error:
        raise RegionError(f"a region wants part, start, end and kind: {error}") from None
    if not (isinstance(part, str) and isinstance(start, int) and isinstance(end, int)):
        raise RegionError("a region's part is a name, its start and end are whole numbers")
    return Region(part, start, end, kind)


def spans(regions: Iterable[Region], kind: RegionKind, base: int, length: int) -> tuple[Span, ...]:
    """Return the offsets (start, end) of ``kind`` in an image of ``length`` bytes at ``base``."""
    named = sorted(
        (max(region.start - base, 0), min(region.end - base, length), region.kind)
        for region in regions
        if region.start < base + length and region.end > base
    )
    found: list[Span] = []
    at = 0
    for start, end, of_kind in named:
        if kind is RegionKind.CODE and at < start:
            found.append((at, start))
        if of_kind is kind:
            found.append((start, end))
        at = max(at, end)
    if kind is RegionKind.CODE and at < length:
        found.append((at, length))
    return _joined(found)


def _joined(found: Iterable[Span]) -> tuple[Span, ...]:
    """Join neighbours, so that a border between two like regions means nothing."""
    joined: list[Span] = []
    for start, end in found:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def cut(data: bytes, of: Iterable[Span]) -> bytes:
    """Return the bytes of ``data`` in the spans ``of``, one after the other."""
    return b"".join(data[start:end] for start, end in of)
