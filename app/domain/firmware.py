"""Comparing a program that was read with one that is registered. Integers and bytes only.

Code is compared exactly; a different length is a difference whatever the bytes. Digests as
WELMEC 7.2 P5 asks: code and parameters apart, CRC-32 and length beside them.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final, TypedDict

from app.domain.differences import (
    Difference,
    DifferenceKind,
    Finder,
    similarity,
    tail_kind,
    xor,
)
from app.domain.regions import Region, RegionError, RegionKind, Span, cut, regions_from, spans
from app.domain.verdicts import Verdict

__all__ = [
    "CELL",
    "PAGE",
    "CellState",
    "Comparison",
    "Difference",
    "DifferenceKind",
    "Digests",
    "PagesOutcome",
    "Region",
    "RegionError",
    "RegionKind",
    "compare",
    "compare_pages",
    "crc32",
    "digests",
    "flash_map",
    "page_digests",
    "regions_from",
]

PAGE: Final = 1024
CELL: Final = 64


class Digests(TypedDict):
    """SHA-256 in hex, of code and of parameters (None where no region is parameters)."""

    code: str
    parameters: str | None


class CellState(StrEnum):
    """What one cell of the flash map shows."""

    EQUAL = "equal"
    DIFFERING = "differing"
    UNREAD = "unread"
    IGNORED = "ignored"


class PagesOutcome(StrEnum):
    """What page digests alone can tell; `UNDECIDED` wants the bytes."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How an image stands to its reference.

    Attributes:
        verdict: Match or mismatch, by length and code alone.
        length: Of the image.
        similarity: Per mille, rounded down; 1000 means equal code and nothing else does.
        changed_bytes: Bytes of code that differ, and those only one of the two has.
        parameters_differ: From the reference's; judged against the scale's own baseline.
    """

    verdict: Verdict
    length: int
    differences: tuple[Difference, ...]
    similarity: int
    changed_bytes: int
    parameters_differ: bool


def crc32(image: bytes) -> str:
    """Return the CRC-32 (ISO-HDLC, zlib's) of ``image`` as eight hex digits."""
    return f"{zlib.crc32(image):08x}"


def digests(image: bytes, base: int = 0, regions: Iterable[Region] = ()) -> Digests:
    """Return the digests of code and parameters; without regions, code is the whole image."""
    named = tuple(regions)
    code = spans(named, RegionKind.CODE, base, len(image))
    parameters = spans(named, RegionKind.PARAMETERS, base, len(image))
    return {
        "code": sha256(cut(image, code)).hexdigest(),
        "parameters": sha256(cut(image, parameters)).hexdigest() if parameters else None,
    }


def page_digests(image: bytes, page: int = PAGE) -> tuple[str, ...]:
    """Return SHA-256 of each page from the start, the last one perhaps shorter."""
    return tuple(
        sha256(image[start : start + page]).hexdigest() for start in range(0, len(image), page)
    )


def compare(
    reference: bytes, image: bytes, regions: Iterable[Region] = (), *, base: int = 0
) -> Comparison:
    """Compare ``image`` with ``reference``, both starting at address ``base``."""
    named = tuple(regions)
    common = min(len(reference), len(image))
    head, other = reference[:common], image[:common]
    difference = xor(head, other)
    code = spans(named, RegionKind.CODE, base, common)
    mask = _only(difference, code)
    found = Finder(head, other, mask).ranges(code)
    found += _tail(reference, image)
    parameters = spans(named, RegionKind.PARAMETERS, base, common)
    tail = max(len(reference), len(image)) - common
    return Comparison(
        verdict=Verdict.MISMATCH if found else Verdict.MATCH,
        length=len(image),
        differences=tuple(
            Difference(each.start + base, each.end + base, each.kind) for each in found
        ),
        similarity=_likeness(reference, image, named, base) if found else 1000,
        changed_bytes=common - mask.count(0) + tail,
        parameters_differ=any(any(difference[start:end]) for start, end in parameters),
    )


def _only(difference: bytes, kept: Iterable[Span]) -> bytes:
    """Return ``difference`` with everything outside the spans ``kept`` set to zero."""
    mask = bytearray(len(difference))
    for start, end in kept:
        mask[start:end] = difference[start:end]
    return bytes(mask)


def _tail(reference: bytes, image: bytes) -> list[Difference]:
    low, high = sorted((len(reference), len(image)))
    if low == high:
        return []
    added = len(image) == high
    longer = image if added else reference
    return [Difference(low, high, tail_kind(longer[low:], added=added))]


def _likeness(reference: bytes, image: bytes, regions: Sequence[Region], base: int) -> int:
    code = spans(regions, RegionKind.CODE, base, max(len(reference), len(image)))
    alike = similarity(cut(reference, code), cut(image, code))
    # Lengths may differ where nothing is compared; that is still no equality.
    return min(alike, 999)


def flash_map(
    reference: bytes,
    image: bytes,
    cell: int = CELL,
    regions: Iterable[Region] = (),
    *,
    base: int = 0,
) -> tuple[CellState, ...]:
    """Return the state of each ``cell`` bytes, over the longer of the two.

    Unread: the image ends before the cell does. Ignored: no byte of it is code.
    """
    named = tuple(regions)
    length = max(len(reference), len(image))
    code = spans(named, RegionKind.CODE, base, length)
    ours, theirs = (
        _only(reference.ljust(length, b"\0"), code),
        _only(image.ljust(length, b"\0"), code),
    )
    counted = _only(b"\1" * length, code)

    def state(at: int) -> CellState:
        end = min(at + cell, length)
        if end > len(image):
            return CellState.UNREAD
        if not any(counted[at:end]):
            return CellState.IGNORED
        equal = end <= len(reference) and ours[at:end] == theirs[at:end]
        return CellState.EQUAL if equal else CellState.DIFFERING

    return tuple(state(at) for at in range(0, length, cell))


def compare_pages(
    reference_pages: Sequence[str],
    pages: Sequence[str],
    regions: Iterable[Region] = (),
    *,
    base: int = 0,
    page: int = PAGE,
) -> PagesOutcome:
    """Decide from page digests alone, where they can.

    Equal pages are equal images. Another number of pages, or a differing page that is code
    throughout, is a mismatch. A differing page that is code in part wants the bytes. Nothing
    read is never a match.
    """
    if not pages or len(pages) != len(reference_pages):
        return PagesOutcome.MISMATCH if pages else PagesOutcome.UNDECIDED
    pairs = enumerate(zip(reference_pages, pages, strict=True))
    differing = [number for number, (ours, theirs) in pairs if ours != theirs]
    if not differing:
        return PagesOutcome.MATCH
    code = spans(regions, RegionKind.CODE, base, len(pages) * page)
    whole = any(
        start <= number * page and (number + 1) * page <= end
        for number in differing
        for start, end in code
    )
    return PagesOutcome.MISMATCH if whole else PagesOutcome.UNDECIDED
