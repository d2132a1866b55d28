"""The permissible errors, worked by hand at every boundary of both classes."""

import pytest

from app.domain.rules.builtin import built_in
from app.domain.rules.choosing import named
from app.domain.rules.limits import ScaleLimits, mpe_mg
from app.domain.rules.reading import Range, WorksheetError
from app.domain.scale_types import AccuracyClass
from app.domain.verification import VerificationKind

III, IIII = AccuracyClass.III, AccuracyClass.IIII
INITIAL, SUBSEQUENT, IN_SERVICE = VerificationKind
KG15 = (Range(15_000_000, 5_000),)
KG30 = (Range(30_000_000, 10_000),)
KG6 = (Range(6_000_000, 2_000),)
MOST = (Range(50_000_000, 5_000),)  # 10 000 e
KG5_IIII = (Range(5_000_000, 5_000),)  # 1000 e
THREE = (Range(3_000_000, 1_000), Range(6_000_000, 2_000), Range(15_000_000, 5_000))
TWO = (Range(6_000_000, 2_000, 40_000), Range(15_000_000, 5_000, 100_000))
RULES = built_in()

# Worked by hand from the table: up to 500 e half an e, up to 2000 e one, up to 10 000 e one and
# a half (IIII: 50, 200, 1000 e); a milligram beyond each step already the next.
BY_HAND = [
    (III, KG15, 0, 2_500),
    (III, KG15, 2_500_000, 2_500),
    (III, KG15, 2_500_001, 5_000),
    (III, KG15, 10_000_000, 5_000),
    (III, KG15, 10_000_001, 7_500),
    (III, KG15, 15_000_000, 7_500),
    (III, KG30, 5_000_000, 5_000),
    (III, KG30, 5_000_001, 10_000),
    (III, KG30, 20_000_000, 10_000),
    (III, KG30, 20_000_001, 15_000),
    (III, KG30, 30_000_000, 15_000),
    (III, KG6, 1_000_000, 1_000),
    (III, KG6, 1_000_001, 2_000),
    (III, KG6, 4_000_000, 2_000),
    (III, KG6, 4_000_001, 3_000),
    (III, KG6, 6_000_000, 3_000),
    (III, MOST, 50_000_000, 7_500),
    (IIII, KG5_IIII, 0, 2_500),
    (IIII, KG5_IIII, 250_000, 2_500),
    (IIII, KG5_IIII, 250_001, 5_000),
    (IIII, KG5_IIII, 1_000_000, 5_000),
    (IIII, KG5_IIII, 1_000_001, 7_500),
    (IIII, KG5_IIII, 5_000_000, 7_500),
    # 3/6/15 kg: each load counts in the e of its own partial range.
    (III, THREE, 500_000, 500),
    (III, THREE, 500_001, 1_000),
    (III, THREE, 2_000_000, 1_000),
    (III, THREE, 2_000_001, 1_500),
    (III, THREE, 3_000_000, 1_500),
    (III, THREE, 3_000_001, 2_000),  # 1500 e of 2 g
    (III, THREE, 4_000_000, 2_000),
    (III, THREE, 4_000_001, 3_000),
    (III, THREE, 6_000_000, 3_000),
    (III, THREE, 6_000_001, 5_000),  # 1200 e of 5 g
    (III, THREE, 10_000_000, 5_000),
    (III, THREE, 10_000_001, 7_500),
    (III, THREE, 15_000_000, 7_500),
]


@pytest.mark.parametrize("rules", RULES, ids=lambda each: each.identifier)
@pytest.mark.parametrize(("accuracy", "ranges", "load", "limit"), BY_HAND)
def test_each_limit_is_the_one_worked_by_hand(
    rules: object, accuracy: AccuracyClass, ranges: tuple[Range, ...], load: int, limit: int
) -> None:
    """Initial and subsequent alike; in service twice as much."""
    chosen = named(RULES, rules.identifier)  # type: ignore[attr-defined]  # a rule set
    assert mpe_mg(chosen, accuracy, ranges, load, INITIAL) == limit
    assert mpe_mg(chosen, accuracy, ranges, load, SUBSEQUENT) == limit
    assert mpe_mg(chosen, accuracy, ranges, load, IN_SERVICE) == 2 * limit


@pytest.mark.parametrize(
    ("range_no", "load", "limit"),
    [
        (1, 1_000_000, 1_000),
        (1, 1_000_001, 2_000),
        (1, 4_000_000, 2_000),
        (1, 6_000_000, 3_000),
        (2, 2_500_000, 2_500),
        (2, 2_500_001, 5_000),
        (2, 6_000_000, 5_000),
        (2, 10_000_001, 7_500),
    ],
)
def test_each_range_of_a_multiple_range_scale_has_its_own_limits(
    range_no: int, load: int, limit: int
) -> None:
    """The same load errs by another limit when the coarser range is switched on."""
    limits = ScaleLimits.of(RULES[0], III, TWO, INITIAL)
    assert limits.separate
    assert limits.mpe_mg(load, range_no) == limit


def test_one_min_on_the_plate_is_a_multi_interval_scale() -> None:
    """Only ranges with Mins of their own below the range before are weighed one by one."""
    for second in (None, 40_000, 6_000_000):
        ranges = (Range(6_000_000, 2_000, 40_000), Range(15_000_000, 5_000, second))
        assert not ScaleLimits.of(RULES[0], III, ranges, INITIAL).separate


@pytest.mark.parametrize("kind", VerificationKind)
def test_zero_may_be_off_by_a_quarter_of_e_in_every_kind(kind: VerificationKind) -> None:
    """Of the finest e where there are several; in service no more."""
    limits = ScaleLimits.of(RULES[0], III, KG15, kind)
    assert (limits.zero_mg(), limits.tare_mg()) == (1_250, 1_250)
    assert ScaleLimits.of(RULES[0], III, THREE, kind).zero_mg() == 250
    assert ScaleLimits.of(RULES[0], III, TWO, kind).zero_mg(2) == 1_250


@pytest.mark.parametrize(
    ("accuracy", "max_mg", "e_mg", "field"),
    [
        (III, 15_000_000, 5_000, None),
        (III, 50_000_000, 5_000, None),  # n = 10 000
        (III, 50_000_002, 5_000, "max_mg"),
        (III, 2_500_000, 5_000, None),  # n = 500
        (III, 2_499_998, 5_000, "max_mg"),
        (III, 10_000, 100, None),  # n = 100
        (III, 9_998, 100, "max_mg"),
        (III, 1_000_000, 98, "e_mg"),
        (III, 20_000_000, 2_000, None),
        (III, 20_000_000, 2_002, "e_mg"),
        (III, 20_000_000, 4_998, "e_mg"),
        (IIII, 5_000_000, 5_000, None),  # n = 1000
        (IIII, 5_000_002, 5_000, "max_mg"),
        (IIII, 500_000, 5_000, None),  # n = 100
        (IIII, 499_998, 5_000, "max_mg"),
        (IIII, 1_000_000, 2_000, "e_mg"),
        (III, 15_000_000, 0, "e_mg"),
        (III, 15_000_000, -5_000, "e_mg"),
        (III, 15_000_000, 5_001, "e_mg"),
        (III, 0, 5_000, "max_mg"),
    ],
)
def test_a_range_that_is_none_of_its_class_has_no_limit(
    accuracy: AccuracyClass, max_mg: int, e_mg: int, field: str | None
) -> None:
    """Refused at the field; the neighbours that just fit are the control."""
    if field is None:
        assert mpe_mg(RULES[0], accuracy, [Range(max_mg, e_mg)], 0, INITIAL) == e_mg // 2
        return
    with pytest.raises(WorksheetError) as refused:
        mpe_mg(RULES[0], accuracy, [Range(max_mg, e_mg)], 0, INITIAL)
    assert refused.value.field == f"ranges[0].{field}"


def test_jjg_1204_reaches_to_100_kg() -> None:
    """Its scope; JJG 539 has none."""
    heavy = (Range(150_000_000, 50_000),)
    assert mpe_mg(named(RULES, "JJG 539-2016"), III, heavy, 0, INITIAL) == 25_000
    with pytest.raises(WorksheetError, match=r"ranges\[0\].max_mg: JJG 1204-2025 reaches"):
        mpe_mg(named(RULES, "JJG 1204-2025"), III, heavy, 0, INITIAL)


@pytest.mark.parametrize(
    ("ranges", "field"),
    [
        ((), "ranges"),
        ((*THREE, Range(30_000_000, 10_000)), "ranges"),
        ((Range(6_000_000, 2_000), Range(6_000_000, 5_000)), "ranges[1].max_mg"),
        ((Range(6_000_000, 2_000), Range(15_000_000, 2_000)), "ranges[1].e_mg"),
    ],
)
def test_ranges_rise_and_are_at_most_three(ranges: tuple[Range, ...], field: str) -> None:
    """Whatever else is no scale."""
    with pytest.raises(WorksheetError) as refused:
        mpe_mg(RULES[0], III, ranges, 0, INITIAL)
    assert refused.value.field == field
