"""The flash map: a strip in which one cell stands for 64 bytes of program memory.

Equal, differing, unread and ignored bytes; a cell shows the gravest of what lies in it.
Cells alike are drawn as one run, so that a map of 64 KiB is some dozens of rectangles.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final, Self

CELL: Final = 64
CELLS_PER_ROW: Final = 128
MOST_CELLS: Final = 65_536

Span = tuple[int, int]


class Kind(StrEnum):
    """What a byte of the image is, compared with the reference."""

    EQUAL = "equal"
    IGNORED = "ignored"
    UNREAD = "unread"
    DIFFERING = "differing"


GRAVER: Final = (Kind.IGNORED, Kind.UNREAD, Kind.DIFFERING)


@dataclass(frozen=True, slots=True)
class Run:
    """Cells alike, beside one another in one row, in cells of the strip."""

    kind: Kind
    x: int
    y: int
    width: int


@dataclass(frozen=True, slots=True)
class FlashMap:
    """A strip to draw and the figures that say the same in words."""

    start: int
    length: int
    cell: int
    columns: int
    rows: int
    runs: tuple[Run, ...]
    bytes_of: Mapping[Kind, int]
    places: tuple[Span, ...]

    @classmethod
    def of(
        cls,
        start: int,
        length: int,
        *,
        differing: Iterable[Span] = (),
        unread: Iterable[Span] = (),
        ignored: Iterable[Span] = (),
    ) -> Self:
        """Return the map of ``length`` bytes at address ``start``.

        Args:
            differing: Half-open (start, end) address ranges that differ; likewise the others.
        """
        found = {
            Kind.IGNORED: _clip(ignored, start, length),
            Kind.UNREAD: _clip(unread, start, length),
            Kind.DIFFERING: _clip(differing, start, length),
        }
        cell = CELL
        while -(-length // cell) > MOST_CELLS:
            cell *= 2
        cells = _cells(found, -(-length // cell), cell)
        columns = min(CELLS_PER_ROW, max(1, len(cells)))
        return cls(
            start=start,
            length=length,
            cell=cell,
            columns=columns,
            rows=max(1, -(-len(cells) // columns)),
            runs=tuple(_runs(cells, columns)),
            bytes_of=_count(found, length),
            places=tuple((start + a, start + b) for a, b in found[Kind.DIFFERING]),
        )

    @property
    def addresses(self) -> tuple[tuple[int, int], ...]:
        """Row numbers and the address at which each starts."""
        step = self.cell * self.columns
        return tuple((row, self.start + row * step) for row in range(self.rows))


def _clip(spans: Iterable[Span], start: int, length: int) -> list[Span]:
    """Return ``spans`` as offsets inside the image, in order, overlaps joined."""
    inside = sorted((max(a - start, 0), min(b - start, length)) for a, b in spans)
    joined: list[Span] = []
    for a, b in inside:
        if b <= a:
            continue
        if joined and a <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(b, joined[-1][1]))
        else:
            joined.append((a, b))
    return joined


def _cells(found: Mapping[Kind, Sequence[Span]], count: int, cell: int) -> list[Kind]:
    cells = [Kind.EQUAL] * count
    for kind in GRAVER:
        for a, b in found[kind]:
            first, last = a // cell, -(-b // cell)
            cells[first:last] = [kind] * (last - first)
    return cells


def _runs(cells: Sequence[Kind], columns: int) -> Iterator[Run]:
    for y, first in enumerate(range(0, len(cells), columns)):
        x = 0
        for kind, alike in groupby(cells[first : first + columns]):
            width = len(list(alike))
            yield Run(kind, x, y, width)
            x += width


def _count(found: Mapping[Kind, Sequence[Span]], length: int) -> dict[Kind, int]:
    """Return the bytes of each kind, each byte counted once, as its gravest kind."""
    marks: list[tuple[int, int]] = []
    for rank, kind in enumerate(GRAVER, 1):
        for a, b in found[kind]:
            marks += [(a, rank), (b, -rank)]
    totals, open_spans, before = dict.fromkeys(Kind, 0), [0] * (len(GRAVER) + 1), 0
    for at, rank in sorted(marks):
        totals[_gravest(open_spans)] += at - before
        open_spans[abs(rank)] += 1 if rank > 0 else -1
        before = at
    totals[Kind.EQUAL] += length - before
    return totals


def _gravest(open_spans: Sequence[int]) -> Kind:
    for rank in range(len(GRAVER), 0, -1):
        if open_spans[rank]:
            return GRAVER[rank - 1]
    return Kind.EQUAL
