"""Where two programs differ, and what kind of difference it looks like.

The kinds are a reader's first hint, read off the bytes without disassembly; whether the
programs are equal never depends on them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Final

from app.domain.regions import Span

ERASED: Final = 0xFF
BLANK_BYTES: Final = 8
AT_MOST: Final = 512
ALIKE_ENOUGH: Final = 900
CONSTANT_BYTES: Final = 8
CONSTANT_SPAN: Final = 32
TEXT_BYTES: Final = 8
MOVED_BYTES: Final = 32
MOVED_SAMPLE: Final = 65_536
SHORTEST_PIECE: Final = 4
AROUND: Final = 32
PER_MILLE: Final = 1000


class DifferenceKind(StrEnum):
    """What a difference looks like.

    constants: at most 8 changed bytes within 32, an operand or a table entry. new_code: bytes
    where the reference is blank (0xFF). removed: blank where the reference has bytes.
    moved_code: many pieces that the reference has at other addresses. strings: text on both
    sides. blank: blank bytes that only one of the two has. code: anything else.
    """

    CONSTANTS = "constants"
    NEW_CODE = "new_code"
    MOVED_CODE = "moved_code"
    STRINGS = "strings"
    REMOVED = "removed"
    BLANK = "blank"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Difference:
    """A range of addresses, from ``start`` up to but without ``end``."""

    start: int
    end: int
    kind: DifferenceKind


_TEXT: Final = re.compile(rb"(?:[\x20-\x7e\t\r\n]++\0?+)++")
_PRINTABLE: Final = bytes(range(0x20, 0x7F))
_LONG_BLANK: Final = re.compile(rb"\xff{16,}")
_RUN: Final = re.compile(rb"[^\0]++(?:\0{1,15}+[^\0]++)*+")
# Content-defined pieces: a byte of `ends` closes one, so an insertion disturbs only the piece
# it falls into. Coarse ones (a byte value in 16) measure. Finer ones (in 8) recognise moved
# code: a third of it survives changed call addresses, 2 % are alike in unrelated AVR programs.
_PIECE: Final = b"[^%(ends)s]*+[%(ends)s]|[^%(ends)s]++"
_COARSE: Final = re.compile(_PIECE % {b"ends": re.escape(bytes(range(5, 256, 16)))})
_FINE: Final = re.compile(_PIECE % {b"ends": re.escape(bytes(range(5, 256, 8)))})


def xor(one: bytes, other: bytes) -> bytes:
    """Return the bytewise difference of two byte strings of one length."""
    mixed = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return mixed.to_bytes(len(one), "big")


def similarity(reference: bytes, image: bytes) -> int:
    """Return per mille, rounded down, of what is alike: in place, or by shared pieces.

    The greater of the two, from 900 on the first alone. Bytes blank in both do not count,
    else two small programs in a large flash would look alike. 1000 means equal and nothing
    else does.
    """
    if reference == image:
        return PER_MILLE
    common = min(len(reference), len(image))
    head, other = reference[:common], image[:common]
    both = int.from_bytes(head, "big") & int.from_bytes(other, "big")
    blank = both.to_bytes(common, "big").count(ERASED)
    in_place = xor(head, other).count(0) - blank
    placed = PER_MILLE * in_place // max(max(len(reference), len(image)) - blank, 1)
    if placed >= ALIKE_ENOUGH:
        return min(placed, PER_MILLE - 1)
    ours, theirs = _pieces(reference), _pieces(image)
    shared = _weight(ours & theirs)
    pieced = PER_MILLE * shared // max(_weight(ours), _weight(theirs), 1)
    return min(max(placed, pieced), PER_MILLE - 1)


def _pieces(data: bytes) -> Counter[bytes]:
    """Return the coarse pieces of ``data``, long blank runs left out."""
    return Counter(_COARSE.findall(_LONG_BLANK.sub(b"", data)))


def _weight(pieces: Counter[bytes]) -> int:
    return sum(len(piece) * count for piece, count in pieces.items())


@dataclass(frozen=True)
class Finder:
    """Finds and names the differences of two images of one length.

    ``mask`` is not zero where they differ and the difference matters.
    """

    reference: bytes
    image: bytes
    mask: bytes

    @cached_property
    def _known(self) -> frozenset[bytes]:
        return frozenset(_FINE.findall(self.reference))

    def ranges(self, within: Iterable[Span]) -> list[Difference]:
        """Return the differences inside the spans ``within``, at most 512.

        Differences closer than 16 bytes are one; of too many, the nearest ones are joined. A
        range is cut where one side becomes blank, so that new code is not lost in its
        neighbourhood.
        """
        runs = _at_most(
            match.span() for span in within for match in _RUN.finditer(self.mask, *span)
        )
        pieces = _at_most(piece for run in runs for piece in self._cut_at_blank(*run))
        return [Difference(start, end, self.kind(start, end)) for start, end in pieces]

    def _cut_at_blank(self, start: int, end: int) -> Iterator[Span]:
        cuts = {start, end}
        for side in (self.reference, self.image):
            for hole in _LONG_BLANK.finditer(side, max(start - AROUND, 0), end + AROUND):
                cuts |= {min(max(border, start), end) for border in hole.span()}
        for low, high in pairwise(sorted(cuts)):
            yield from self._trimmed(low, high)

    def _trimmed(self, low: int, high: int) -> Iterator[Span]:
        piece = self.mask[low:high]
        low += len(piece) - len(piece.lstrip(b"\0"))
        high -= len(piece) - len(piece.rstrip(b"\0"))
        if low < high:
            yield low, high

    def kind(self, start: int, end: int) -> DifferenceKind:
        """Return what the difference from ``start`` to ``end`` looks like."""
        before, now = self.reference[start:end], self.image[start:end]
        changed = len(before) - self.mask[start:end].count(0)
        if _in_blank(self.reference, start, end):
            return DifferenceKind.NEW_CODE
        if _in_blank(self.image, start, end):
            return DifferenceKind.REMOVED
        if _is_text(self.reference, start, end) and _is_text(self.image, start, end):
            return DifferenceKind.STRINGS
        if changed <= CONSTANT_BYTES and end - start <= CONSTANT_SPAN:
            return DifferenceKind.CONSTANTS
        if 2 * changed >= end - start >= MOVED_BYTES and self._is_moved(now):
            return DifferenceKind.MOVED_CODE
        return DifferenceKind.CODE

    def _is_moved(self, now: bytes) -> bool:
        """Return whether a quarter of the inner pieces stands elsewhere in the reference."""
        fine = _FINE.findall(now[:MOVED_SAMPLE])[1:-1]
        inner = [piece for piece in fine if len(piece) >= SHORTEST_PIECE]
        there = sum(len(piece) for piece in inner if piece in self._known)
        return bool(inner) and 4 * there >= sum(map(len, inner))


def _at_most(found: Iterable[Span]) -> list[Span]:
    """Join the nearest neighbours until few enough are left."""
    spans = list(found)
    if len(spans) <= AT_MOST:
        return spans
    gaps = [after[0] - before[1] for before, after in pairwise(spans)]
    widest = sorted(range(len(gaps)), key=gaps.__getitem__)[1 - AT_MOST :]
    borders = [0, *(number + 1 for number in sorted(widest)), len(spans)]
    return [(spans[low][0], spans[high - 1][1]) for low, high in pairwise(borders)]


def is_blank(data: bytes) -> bool:
    """Return whether ``data`` reads like erased flash."""
    return data.count(ERASED) == len(data)


def _in_blank(data: bytes, start: int, end: int) -> bool:
    """Return whether the range is blank and no mere byte that happens to be 0xFF."""
    if not is_blank(data[start:end]):
        return False
    before, behind = data[max(start - BLANK_BYTES, 0) : start], data[end : end + BLANK_BYTES]
    around = len(before) - len(before.rstrip(b"\xff")) + len(behind) - len(behind.lstrip(b"\xff"))
    return end - start + around >= BLANK_BYTES


def tail_kind(tail: bytes, *, added: bool) -> DifferenceKind:
    """Return the kind of bytes behind the end of the shorter image."""
    if is_blank(tail):
        return DifferenceKind.BLANK
    return DifferenceKind.NEW_CODE if added else DifferenceKind.REMOVED


def _is_text(data: bytes, start: int, end: int) -> bool:
    """Return whether the range lies in a run of text, neighbours' single NULs included."""
    low = max(start - AROUND, 0)
    for match in _TEXT.finditer(data, low, end + AROUND):
        if match.start() <= start and match.end() >= end:
            text = match.group()
            return len(text) - len(text.translate(None, _PRINTABLE)) >= TEXT_BYTES
    return False
