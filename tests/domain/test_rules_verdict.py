"""Errors and verdicts worked by hand: every test, on its limit and a milligram beyond."""

import pytest

from app.domain.rules.builtin import built_in
from app.domain.rules.errors import corrected_mg, error_mg, price_error_mg, unrounded_mg
from app.domain.rules.judging import Item, Judgement, Outcome, judge
from app.domain.rules.reading import Range, Reading, WorksheetError
from app.domain.rules.ruleset import Test
from app.domain.scale_types import AccuracyClass
from app.domain.verification import VerificationKind

III = AccuracyClass.III
INITIAL, IN_SERVICE = VerificationKind.INITIAL, VerificationKind.IN_SERVICE
E5 = 5_000
KG15 = (Range(15_000_000, E5),)
TWO = (Range(6_000_000, 2_000, 40_000), Range(15_000_000, 5_000, 100_000))
RULES = built_in()[0]
ZERO, TARE, UP, DOWN = Test.ZERO, Test.TARE, Test.WEIGHING_UP, Test.WEIGHING_DOWN


def judged(*readings: Reading, kind: VerificationKind = INITIAL) -> Judgement:
    """Return the verdict on a 15 kg / 5 g scale of class III."""
    return judge(RULES, III, KG15, kind, readings)


def weighed(
    load_mg: int, indication_mg: int, added_mg: int | None = None, test: Test = UP
) -> Reading:
    """Return a reading."""
    return Reading(test=test, load_mg=load_mg, indication_mg=indication_mg, added_mg=added_mg)


def only(*readings: Reading, kind: VerificationKind = INITIAL) -> Item:
    """Return the one item of a worksheet that has one, the zeros aside."""
    (item,) = (one for one in judged(*readings, kind=kind).items if one.test is not ZERO)
    return item


def test_the_worked_example() -> None:
    """With e = 5 g, L = 50 g, I = 50 g, dL = 2.0 g: P = 50.5 g, E = +0.5 g."""
    reading = weighed(50_000, 50_000, 2_000)
    assert unrounded_mg(reading, E5) == 50_500
    assert error_mg(reading, E5) == 500


def test_without_changeover_weights_the_indication_stands_for_itself() -> None:
    """E = I - L."""
    assert error_mg(weighed(2_500_000, 2_505_000), E5) == 5_000


def test_the_error_is_corrected_by_that_of_zero() -> None:
    """Ec = E - E0: E0 = +0.5 g, E = +2.9 g gives +2.4 g."""
    zero = weighed(0, 0, 2_000, ZERO)
    item = only(zero, weighed(2_500_000, 2_500_000 + E5, 4_600))
    assert item.error_mg == 2_900 - 500
    assert only(weighed(2_500_000, 2_500_000 + E5, 4_600)).error_mg == 2_900


def test_of_several_zeros_the_one_that_makes_it_worst_corrects() -> None:
    """In any order, and of two as bad the error above."""
    assert corrected_mg(1_000, (500, -200)) == corrected_mg(1_000, (-200, 500)) == 1_200
    assert corrected_mg(0, (300, -300)) == corrected_mg(0, (-300, 300)) == 300
    assert corrected_mg(700, ()) == 700


@pytest.mark.parametrize(
    ("load", "limit"), [(100_000, 2_500), (2_500_000, 2_500), (10_000_000, 5_000)]
)
@pytest.mark.parametrize("test", [UP, DOWN, Test.ECCENTRICITY, Test.REPEATABILITY])
@pytest.mark.parametrize("kind", [INITIAL, IN_SERVICE])
def test_on_the_limit_is_good_and_a_milligram_beyond_is_not(
    load: int, limit: int, test: Test, kind: VerificationKind
) -> None:
    """Above and below, by changeover weights; in service twice as far."""
    limit *= 2 if kind is IN_SERVICE else 1
    for error, verdict in (
        (limit, Outcome.PASS),
        (limit + 1, Outcome.FAIL),
        (-limit, Outcome.PASS),
        (-limit - 1, Outcome.FAIL),
    ):
        shown = load + 3 * E5  # dL makes up for it
        item = only(weighed(load, shown, 3 * E5 + E5 // 2 - error, test), kind=kind)
        if test is not Test.REPEATABILITY or verdict is Outcome.FAIL:
            assert item.error_mg == error
        assert (item.mpe_mg, item.verdict) == (limit, verdict)


@pytest.mark.parametrize("test", [ZERO, TARE])
def test_zero_and_tare_may_be_off_by_a_quarter_of_e(test: Test) -> None:
    """1.25 g of 5 g, also at 10 e where zero tracking is out of work, and in service."""
    for load in (0, 50_000):
        for error, verdict in ((1_250, Outcome.PASS), (1_251, Outcome.FAIL)):
            for sign in (1, -1):
                reading = weighed(load, load, 2_500 - sign * error, test)
                for kind in (INITIAL, IN_SERVICE):
                    (item,) = judged(reading, kind=kind).items
                    assert (item.error_mg, item.mpe_mg) == (sign * error, 1_250)
                    assert item.verdict is verdict


def test_a_zero_above_ten_e_is_none() -> None:
    """Refused at its field."""
    with pytest.raises(WorksheetError, match=r"readings\[0\].load_mg: is too much for zero"):
        judged(weighed(50_001, 50_000, 2_500, ZERO))


def test_after_taring_a_net_load_errs_like_any_other() -> None:
    """Beyond 10 e the limit is that of the net load, and zero corrects it."""
    item = only(weighed(0, 0, 2_400, ZERO), weighed(5_000_000, 5_005_000, 2_500, TARE))
    assert (item.error_mg, item.mpe_mg, item.verdict) == (4_900, 5_000, Outcome.PASS)


@pytest.mark.parametrize(
    ("shown", "error", "verdict"),
    [
        ((0, 5, 5), 5_000, Outcome.PASS),
        ((-5, 0, 5), 10_000, Outcome.FAIL),  # 12 kg: limit 7.5 g
        ((0, 0, 0), 0, Outcome.PASS),
        ((10, 10, 10), 10_000, Outcome.FAIL),  # steady, and each weighing too high
        ((5, 5, 5), 0, Outcome.PASS),
    ],
)
def test_repeated_weighings_differ_by_the_limit_at_most(
    shown: tuple[int, ...], error: int, verdict: Outcome
) -> None:
    """Imax - Imin <= |MPE|; and no single weighing may be beyond it."""
    top = 12_000_000
    item = only(*(weighed(top, top + 1_000 * one, None, Test.REPEATABILITY) for one in shown))
    assert (item.load_mg, item.error_mg, item.mpe_mg, item.verdict) == (top, error, 7_500, verdict)


def test_repeated_weighings_with_changeover_weights_differ_by_what_they_were() -> None:
    """P decides where each weighing has its dL."""
    top = 12_000_000
    readings = [weighed(top, top, added, Test.REPEATABILITY) for added in (1_000, 4_900, 2_000)]
    assert only(*readings).error_mg == 3_900


MARK = Reading(test=Test.DISCRIMINATION, load_mg=5_000_000, indication_mg=0, added_mg=7_000)


def rise(before: tuple[Reading, ...], shown: int, added: int | None = 7_000) -> Item:
    """Return the item of a discrimination test at 5 kg."""
    after = Reading(
        test=Test.DISCRIMINATION, load_mg=5_000_000, indication_mg=shown, added_mg=added
    )
    (item,) = (one for one in judged(*before, after).items if one.test is Test.DISCRIMINATION)
    return item


@pytest.mark.parametrize("added", [7_000, None])
@pytest.mark.parametrize(
    ("shown", "short"), [(5_000_000, -5_000), (5_004_999, -1), (5_005_000, 0), (5_010_000, 0)]
)
def test_14_d_raise_the_indication_by_one_d(shown: int, short: int, added: int | None) -> None:
    """Where no indication before is on record, that is the load; the error is what is lacking."""
    item = rise((), shown, added)
    assert (item.error_mg, item.mpe_mg) == (short, 0)
    assert item.verdict is (Outcome.FAIL if short else Outcome.PASS)


def test_the_indication_before_counts_where_it_is_on_record() -> None:
    """Of a line without added weights, else of the rising load."""
    own = (weighed(5_000_000, 5_005_000, None, Test.DISCRIMINATION),)
    assert rise(own, 5_005_000).verdict is Outcome.FAIL
    assert rise(own, 5_010_000).verdict is Outcome.PASS
    low = (weighed(5_000_000, 4_995_000),)
    assert rise(low, 5_000_000).verdict is Outcome.PASS
    assert rise((*low, *own), 5_005_000).verdict is Outcome.FAIL


def test_more_than_14_d_prove_nothing() -> None:
    """Refused at the field."""
    with pytest.raises(WorksheetError, match=r"readings\[0\].added_mg: must be at most 1.4 d"):
        rise((), 5_010_000, 7_001)


@pytest.mark.parametrize(
    ("net", "unit", "amount", "error"),
    [
        (1_500_000, 1_998, 2_997, 0),
        (1_500_000, 2_000, 3_010, 5_000),  # 10 fen are 5 g at 20 yuan
        (1_500_000, 2_000, 3_011, 5_500),
        (1_500_000, 2_000, 2_990, -5_000),
        (1_500_000, 2_000, 2_989, -5_500),
        (1_000_000, 3, 3, 0),
        (1, 3, 0, -1),  # away from zero: 1/3 mg is not nothing
        (15_000_000, 999_999, 15_004_984, 5_000),  # 5 kg x U is 4 999 995 ... of e U
        (15_000_000, 999_999, 15_004_985, 5_001),
    ],
)
def test_an_amount_is_within_one_e_of_the_price(
    net: int, unit: int, amount: int, error: int
) -> None:
    """|W U - P| <= e U, as mass and exactly."""
    reading = Reading(test=Test.PRICE, net_mg=net, unit_price_fen_per_kg=unit, amount_fen=amount)
    assert price_error_mg(reading) == error
    item = only(reading)
    assert (item.load_mg, item.mpe_mg) == (net, 5_000)
    exact = abs(net * unit - amount * 1_000_000) <= E5 * unit
    assert (item.verdict is Outcome.PASS) is exact


@pytest.mark.parametrize(
    ("load", "off", "borderline"),
    [
        (2_500_000, 0, False),  # 与砝码一致: within e/2, the limit
        (2_500_000, 5_000, True),
        (2_500_000, 10_000, False),  # at least 1.5 e too high
        (10_000_000, 0, False),
        (10_000_000, 5_000, True),  # read as 1 e, may be 1.5 e
        (10_000_000, -10_000, False),  # at least 1.5 e too low
        (10_000_000, -15_000, False),
        (15_000_000, 5_000, False),  # 1.5 e at the most, the limit
        (15_000_000, 10_000, True),
    ],
)
def test_changeover_weights_are_needed_where_a_reading_does_not_decide(
    load: int, off: int, borderline: bool
) -> None:
    """An indication stands for any value within e/2; with dL nothing is left open."""
    assert only(weighed(load, load + off)).borderline is borderline
    assert not only(weighed(load, load + off, 2_500)).borderline


def test_zero_is_only_known_by_changeover_weights() -> None:
    """Its limit is finer than a reading."""
    (item,) = judged(weighed(0, 0, None, ZERO)).items
    assert item.borderline
    assert item.verdict is Outcome.PASS


def test_each_range_is_corrected_by_its_own_zero() -> None:
    """The zero of the other range says nothing."""
    zero = Reading(test=ZERO, added_mg=500, range_no=1)
    fine = Reading(test=UP, load_mg=1_000_000, indication_mg=1_000_000, range_no=1, added_mg=1_000)
    coarse = Reading(
        test=UP, load_mg=1_000_000, indication_mg=1_000_000, range_no=2, added_mg=2_500
    )
    found = judge(RULES, III, TWO, INITIAL, (zero, fine, coarse)).items
    assert [item.error_mg for item in found] == [500, -500, 0]
    assert [item.mpe_mg for item in found] == [500, 1_000, 2_500]
