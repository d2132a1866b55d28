"""Worksheets for the rules in two languages: every boundary, every kind of refusal."""

from collections.abc import Iterator
from typing import Any

from app.domain.rules import planning
from app.domain.rules.builtin import built_in
from app.domain.rules.choosing import named
from app.domain.rules.planning import PlannedPoint
from app.domain.rules.reading import Range
from app.domain.rules.ruleset import Test
from app.domain.scale_types import AccuracyClass
from app.domain.verification import VerificationKind

Document = dict[str, Any]
SCALES: dict[str, tuple[str, list[Document]]] = {
    "15 kg": ("III", [{"max_mg": 15_000_000, "e_mg": 5_000}]),
    "30 kg": ("III", [{"max_mg": 30_000_000, "e_mg": 10_000}]),
    "10 000 e": ("III", [{"max_mg": 1_000_000, "e_mg": 100}]),
    "IIII": ("IIII", [{"max_mg": 5_000_000, "e_mg": 5_000}]),
    "3/6/15 kg": (
        "III",
        [
            {"max_mg": 3_000_000, "e_mg": 1_000},
            {"max_mg": 6_000_000, "e_mg": 2_000},
            {"max_mg": 15_000_000, "e_mg": 5_000},
        ],
    ),
    "6 kg and 15 kg": (
        "III",
        [
            {"max_mg": 6_000_000, "e_mg": 2_000, "min_mg": 40_000},
            {"max_mg": 15_000_000, "e_mg": 5_000, "min_mg": 100_000},
        ],
    ),
}
REGULATIONS = ("JJG 539-2016", "JJG 1204-2025", "OIML R 76")


def sheet(
    name: str, kind: str, readings: list[Document], regulation: str = REGULATIONS[0]
) -> Document:
    """Return the document of a worksheet."""
    accuracy, ranges = SCALES[name]
    return {
        "regulation": regulation,
        "kind": kind,
        "class": accuracy,
        "ranges": ranges,
        "readings": readings,
    }


def plan(name: str, kind: str, regulation: str = REGULATIONS[0]) -> tuple[PlannedPoint, ...]:
    """Return what is to be tested of a scale."""
    accuracy, ranges = SCALES[name]
    return planning.test_plan(
        named(built_in(), regulation),
        AccuracyClass(accuracy),
        [Range(one["max_mg"], one["e_mg"], one.get("min_mg")) for one in ranges],
        VerificationKind(kind),
    )


def line(point: PlannedPoint, off_mg: int = 0, added_mg: int | None = None) -> Document:
    """Return a reading of a planned point that is ``off_mg`` off."""
    place = {} if point.range_no is None else {"range": point.range_no}
    if point.test is Test.PRICE:
        amount = point.load_mg * 1_250 // 1_000_000
        return {
            "test": "price",
            "net_mg": point.load_mg,
            "unit_price_fen_per_kg": 1_250,
            "amount_fen": amount + off_mg,
        } | place
    found = {
        "test": point.test.value,
        "load_mg": point.load_mg,
        "indication_mg": point.load_mg + off_mg,
    }
    if point.test is Test.DISCRIMINATION:
        found["indication_mg"] += point.e_mg
        return found | {"added_mg": point.e_mg * 7 // 5} | place
    return found | ({} if added_mg is None else {"added_mg": added_mg}) | place


def full(name: str, kind: str, regulation: str = REGULATIONS[0]) -> list[Document]:
    """Return the readings of a scale without a fault."""
    points = plan(name, kind, regulation)
    return [line(point) for point in points for _ in range(point.readings)]


def cases() -> Iterator[Document]:
    """Yield worksheets that are whole, lack one test, are off by a hair, or mean nothing."""
    for name in SCALES:
        for kind in VerificationKind:
            yield from _of_scale(name, kind.value)
        yield from _at_boundaries(name)
    for regulation in REGULATIONS[1:]:
        yield sheet("15 kg", "initial", full("15 kg", "initial", regulation), regulation)
    yield from _of_groups()
    yield from _refused()


def _of_scale(name: str, kind: str) -> Iterator[Document]:
    whole = full(name, kind)
    yield sheet(name, kind, whole)
    yield sheet(name, kind, [])
    if name in {"15 kg", "6 kg and 15 kg"}:
        for test in Test:
            yield sheet(name, kind, [one for one in whole if one["test"] != test])
    if (name, kind) == ("3/6/15 kg", "initial"):
        for number in range(len(whole)):
            yield sheet(name, kind, whole[:number] + whole[number + 1 :])


def _at_boundaries(name: str) -> Iterator[Document]:
    """Each planned point: on its limit and a milligram beyond it, both ways."""
    for kind in ("initial", "in_service"):
        for point in plan(name, kind):
            if point.test in {Test.PRICE, Test.DISCRIMINATION}:
                continue
            half, limit = point.e_mg // 2, point.mpe_mg
            lines = [line(point, off) for off in (0, point.e_mg, -point.e_mg, 2 * point.e_mg)]
            lines += [
                line(point, point.e_mg, point.e_mg + half - error)
                for error in (limit, limit + 1, -limit, -limit - 1)
            ]
            place = {} if point.range_no is None else {"range": point.range_no}
            zeros = [
                {"test": "zero", "load_mg": 0, "indication_mg": 0, "added_mg": half + by} | place
                for by in (-point.e_mg // 4, point.e_mg // 4 + 1)
            ]
            yield sheet(name, kind, lines if kind == "initial" else [*zeros, *lines])


def _of_groups() -> Iterator[Document]:
    """Spread, rise and amounts."""
    top = 12_000_000
    for offs in ((0, 5, 5), (0, 5, 10), (-5, 0, 5), (10, 10, 10), (5, 5, 5)):
        lines = [
            {"test": "repeatability", "load_mg": top, "indication_mg": top + off * 1_000}
            for off in offs
        ]
        yield sheet("15 kg", "initial", lines)
        yield sheet("15 kg", "initial", [one | {"added_mg": 2_300} for one in lines])
    mark = {"test": "discrimination", "load_mg": 5_000_000}
    before = mark | {"indication_mg": 5_005_000}
    weighed = {"test": "weighing_up", "load_mg": 5_000_000, "indication_mg": 4_995_000}
    for shown in (4_995_000, 5_000_000, 5_005_000, 5_010_000):
        after = mark | {"indication_mg": shown, "added_mg": 7_000}
        for lines in (
            [after],
            [after, before],
            [after, weighed],
            [mark | {"indication_mg": shown}],
        ):
            yield sheet("15 kg", "initial", lines)
    for net, price, amount in (
        (1_500_000, 1_998, 2_997),
        (1_500_000, 1_998, 3_006),
        (1_500_000, 1_998, 3_007),
        (15_000_000, 999_999, 15_004_984),
        (15_000_000, 999_999, 15_004_985),
        (0, 1, 0),
    ):
        row = {"net_mg": net, "unit_price_fen_per_kg": price, "amount_fen": amount}
        yield sheet("15 kg", "initial", [{"test": "price"} | row])


def _refused() -> Iterator[Document]:
    """What neither language judges."""
    one = {"test": "weighing_up", "load_mg": 1_000, "indication_mg": 0}
    yield sheet("15 kg", "initial", [one | {"load_mg": 15_000_001}])
    yield sheet("15 kg", "initial", [one, one | {"added_mg": -1}])
    yield sheet("15 kg", "initial", [one | {"range": 1}])
    yield sheet("6 kg and 15 kg", "initial", [one | {"range": 3}])
    yield sheet("15 kg", "initial", [one | {"test": "zero", "load_mg": 50_001}])
    yield sheet("15 kg", "initial", [one | {"test": "discrimination", "added_mg": 7_001}])
    for ranges in (
        [{"max_mg": 15_000_000, "e_mg": 1_000}],
        [{"max_mg": 1_500_000, "e_mg": 5_000}],
        [{"max_mg": 15_000_000, "e_mg": 3_000}],
        [{"max_mg": 15_000_000, "e_mg": 5_000}, {"max_mg": 6_000_000, "e_mg": 10_000}],
        [],
    ):
        yield sheet("15 kg", "initial", []) | {"ranges": ranges}
