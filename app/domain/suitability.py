"""Whether a scale is fine enough for the goods of a stall: a warning, with the rule it breaks.

The rule: what the instrument may err in service (twice the limits of OIML R 76 Table 6) must not
exceed what may be missing from the goods, at every load up to the scale's Max that the row of
the table covers. The table is data: rules/retail_shortfall.toml, with its sources and marks.
Masses are integers in mg.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from app.domain.scale_types import AccuracyClass

MG_PER_G: Final = 1000
SEPARATORS: Final = re.compile(r"[\s、，,;；/和及与·]+")
TABLE_FILE: Final = Path(__file__).parent / "rules" / "retail_shortfall.toml"
# OIML R 76-1:2006 Table 6, doubled for service (3.5.2): up to n of e, the error in e.
IN_SERVICE: Final[Mapping[AccuracyClass, tuple[tuple[int, int], ...]]] = {
    AccuracyClass.III: ((500, 1), (2000, 2), (10_000, 3)),
    AccuracyClass.IIII: ((50, 1), (200, 2), (1000, 3)),
}


class GoodsClass(StrEnum):
    """What a stall sells, by the rows of the table: by the kind of food, or by its price."""

    STAPLE = "staple"
    FRESH = "fresh"
    DRIED = "dried"
    PRECIOUS = "precious"
    EXEMPT = "exempt"


class Fit(StrEnum):
    """The answer."""

    SUITABLE = "suitable"
    UNSUITABLE = "unsuitable"
    EXEMPT = "exempt"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Bound:
    """Up to and including ``up_to_mg``, so much may be missing."""

    up_to_mg: int
    tolerance_mg: int
    mark: str


@dataclass(frozen=True, slots=True)
class Row:
    """One class of goods; ``price_up_to_fen`` per kg, None for any price above the others'."""

    row: int
    goods: GoodsClass
    price_up_to_fen: int | None
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The whole table with the rule that it belongs to."""

    order: str
    number: str
    article: str
    annex: str
    rows: tuple[Row, ...]
    names: Mapping[str, GoodsClass]

    def row_of(self, goods: GoodsClass) -> Row | None:
        """Return the row of ``goods``, None for goods that are exempt."""
        return next((row for row in self.rows if row.goods is goods), None)


@dataclass(frozen=True, slots=True)
class WeighingRange:
    """One range (Max_i, e_i); the finest that holds a load weighs it."""

    max_mg: int
    e_mg: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Where a scale is too coarse: the first load at which it may err by more than is allowed."""

    goods: GoodsClass
    row: int
    load_mg: int
    error_mg: int
    tolerance_mg: int


@dataclass(frozen=True, slots=True)
class Suitability:
    """Whether a scale suits the goods; ``shortfalls`` is empty unless it does not."""

    fit: Fit
    shortfalls: tuple[Shortfall, ...] = ()


def table_from(text: str) -> Table:
    """Return the table written in ``text`` (TOML)."""
    read = tomllib.loads(text)
    return Table(
        read["order"],
        read["number"],
        read["article"],
        read["annex"],
        tuple(_row(row) for row in read["rows"]),
        {word: GoodsClass(code) for code, words in read["names"].items() for word in words},
    )


def _row(row: Mapping[str, Any]) -> Row:
    bounds = tuple(
        Bound(one["up_to_g"] * MG_PER_G, one["tolerance_g"] * MG_PER_G, one["mark"])
        for one in row["bounds"]
    )
    return Row(row["row"], GoodsClass(row["goods"]), row.get("price_up_to_fen_per_kg"), bounds)


TABLE: Final = table_from(TABLE_FILE.read_text("utf-8"))


def suitability(
    accuracy: AccuracyClass,
    ranges: Sequence[WeighingRange],
    goods: Collection[GoodsClass],
    table: Table = TABLE,
) -> Suitability:
    """Return whether a scale of class ``accuracy`` with ``ranges`` suits all of ``goods``."""
    if not goods or not ranges:
        return Suitability(Fit.NOT_CHECKED)
    rows = [row for one in GoodsClass if one in goods and (row := table.row_of(one))]
    if not rows:
        return Suitability(Fit.EXEMPT)
    found = (_first_shortfall(accuracy, ranges, row) for row in rows)
    shortfalls = tuple(one for one in found if one is not None)
    return Suitability(Fit.UNSUITABLE if shortfalls else Fit.SUITABLE, shortfalls)


def _first_shortfall(
    accuracy: AccuracyClass, ranges: Sequence[WeighingRange], row: Row
) -> Shortfall | None:
    """Both limits are constant between their steps: looking at the steps is looking everywhere."""
    rising = sorted(ranges, key=lambda one: one.max_mg)
    last = min(rising[-1].max_mg, row.bounds[-1].up_to_mg)
    steps = {bound.up_to_mg for bound in row.bounds} | {one.max_mg for one in rising}
    steps |= {n * one.e_mg for one in rising for n, _error in IN_SERVICE[accuracy]}
    for load in sorted({min(step, last) for step in steps}):
        error = _error(accuracy, rising, load)
        tolerance = next(b.tolerance_mg for b in row.bounds if load <= b.up_to_mg)
        if error > tolerance:
            return Shortfall(row.goods, row.row, load, error, tolerance)
    return None


def _error(accuracy: AccuracyClass, rising: Iterable[WeighingRange], load_mg: int) -> int:
    e_mg = next(one.e_mg for one in rising if load_mg <= one.max_mg)
    limits = IN_SERVICE[accuracy]
    # More divisions than the class allows: the last limit is the least that is true.
    times = next((error for n, error in limits if load_mg <= n * e_mg), limits[-1][1])
    return times * e_mg


def goods_from(text: str) -> tuple[GoodsClass, ...]:
    """Return the classes written as codes with spaces between; what is no class is left out."""
    given = set(text.split())
    return tuple(one for one in GoodsClass if one.value in given)


def goods_called(words: str, table: Table = TABLE) -> tuple[GoodsClass, ...]:
    """Return the classes of what a stall's sign says; none where one of the words is not known.

    Half an answer would pass a scale that is too coarse for the other half.
    """
    said = [one for one in SEPARATORS.split(words) if one]
    known = [table.names.get(one) for one in said]
    return goods_from(goods_text([one for one in known if one])) if all(known) else ()


def goods_text(goods: Iterable[GoodsClass]) -> str:
    """Return the one way in which some classes are written."""
    given = set(goods)
    return " ".join(one.value for one in GoodsClass if one in given)
