"""What a worksheet must hold before it can pass, and what holds whatever was read."""

from copy import deepcopy
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.rules import planning
from app.domain.rules.builtin import built_in, documents
from app.domain.rules.judging import Outcome, judge
from app.domain.rules.limits import mpe_mg
from app.domain.rules.planning import PlannedPoint
from app.domain.rules.reading import Range, Reading
from app.domain.rules.ruleset import Changeover, RuleSet, Test
from app.domain.scale_types import AccuracyClass
from app.domain.verification import VerificationKind

III, IIII = AccuracyClass.III, AccuracyClass.IIII
INITIAL, SUBSEQUENT, IN_SERVICE = VerificationKind
KG15 = (Range(15_000_000, 5_000),)
KG5_IIII = (Range(5_000_000, 5_000),)
THREE = (Range(3_000_000, 1_000), Range(6_000_000, 2_000), Range(15_000_000, 5_000))
TWO = (Range(6_000_000, 2_000, 40_000), Range(15_000_000, 5_000, 100_000))
RULES = built_in()[0]
SCALES = ((III, KG15), (IIII, KG5_IIII), (III, THREE), (III, TWO))
Scale = tuple[AccuracyClass, tuple[Range, ...]]


def plan(scale: Scale, kind: VerificationKind = INITIAL) -> tuple[PlannedPoint, ...]:
    """Return what is to be tested."""
    return planning.test_plan(RULES, *scale, kind)


def faultless(scale: Scale, kind: VerificationKind = INITIAL) -> list[Reading]:
    """Return the readings of a scale without a fault, what is optional left out."""
    return [
        _read(point) for point in plan(scale, kind) for _ in range(point.readings) if point.required
    ]


def _read(point: PlannedPoint) -> Reading:
    if point.test is Test.PRICE:
        return Reading(
            test=point.test,
            net_mg=point.load_mg,
            unit_price_fen_per_kg=1_000,
            amount_fen=point.load_mg // 1_000,
            range_no=point.range_no,
        )
    rise = point.e_mg if point.test is Test.DISCRIMINATION else 0
    return Reading(
        test=point.test,
        load_mg=point.load_mg,
        indication_mg=point.load_mg + rise,
        range_no=point.range_no,
    )


def loads(scale: Scale, test: Test, kind: VerificationKind = INITIAL) -> list[int]:
    """Return the loads that a plan asks for."""
    return [one.load_mg for one in plan(scale, kind) if one.test is test and one.required]


def test_the_plan_of_a_15_kg_scale() -> None:
    """Min, 500 e, 2000 e, Max and one between, rising; the steps falling; what weights build."""
    scale = (III, KG15)
    assert loads(scale, Test.WEIGHING_UP) == [
        100_000,
        2_500_000,
        6_000_000,
        10_000_000,
        15_000_000,
    ]
    assert loads(scale, Test.WEIGHING_DOWN) == [10_000_000, 2_500_000]
    assert loads(scale, Test.ECCENTRICITY) == [5_000_000]
    assert loads(scale, Test.REPEATABILITY) == [12_000_000]
    assert loads(scale, Test.ZERO) == loads(scale, Test.TARE) == [0]
    counts = {one.test: one.readings for one in plan(scale)}
    assert (counts[Test.ECCENTRICITY], counts[Test.REPEATABILITY]) == (4, 3)


def test_the_plan_of_class_iiii_steps_at_50_and_200_e() -> None:
    """Min is 10 e."""
    assert loads((IIII, KG5_IIII), Test.WEIGHING_UP) == [
        50_000,
        250_000,
        1_000_000,
        3_000_000,
        5_000_000,
    ]


def test_the_plan_of_a_multi_interval_scale_steps_in_every_partial_range() -> None:
    """And where one partial range ends, for the limit steps there too."""
    assert loads((III, THREE), Test.WEIGHING_UP) == [
        20_000,
        500_000,
        2_000_000,
        3_000_000,
        4_000_000,
        6_000_000,
        10_000_000,
        15_000_000,
    ]


def test_a_multiple_range_scale_is_tested_range_by_range() -> None:
    """Each from its own Min to its own Max."""
    found = [one for one in plan((III, TWO)) if one.test is Test.WEIGHING_UP]
    ends = {no: [one.load_mg for one in found if one.range_no == no] for no in (1, 2)}
    assert (ends[1][0], ends[1][-1]) == (40_000, 6_000_000)
    assert (ends[2][0], ends[2][-1]) == (100_000, 15_000_000)
    assert 1_000_000 in ends[1]
    assert 2_500_000 in ends[2]


@pytest.mark.parametrize(
    ("max_kg", "e_g", "third_kg"), [(6, 2, 2.0), (15, 5, 5.0), (20, 10, 6.5), (30, 10, 10.0)]
)
def test_a_third_of_max_is_a_load_that_weights_build(
    max_kg: int, e_g: int, third_kg: float
) -> None:
    """Rounded to 1, 2 or 5 times a power of ten."""
    scale = (III, (Range(max_kg * 1_000_000, e_g * 1_000),))
    assert loads(scale, Test.ECCENTRICITY) == [round(third_kg * 1_000_000)]


def test_changeover_weights_come_out_where_the_rules_ask_for_them() -> None:
    """At zero always, in weighing where a reading is borderline, never for a spread."""
    asked = {one.test: one.changeover for one in plan((III, KG15))}
    assert asked[Test.ZERO] is asked[Test.TARE] is Changeover.ALWAYS
    assert asked[Test.WEIGHING_UP] is asked[Test.ECCENTRICITY] is Changeover.BORDERLINE
    assert asked[Test.REPEATABILITY] is Changeover.NEVER


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", VerificationKind)
def test_whoever_follows_the_plan_misses_nothing(scale: Scale, kind: VerificationKind) -> None:
    """A scale without a fault passes."""
    found = judge(RULES, *scale, kind, faultless(scale, kind))
    assert (found.verdict, found.missing, found.failing) == (Outcome.PASS, (), ())


@pytest.mark.parametrize(
    ("kind", "required"),
    [
        (INITIAL, set(Test)),
        (SUBSEQUENT, set(Test) - {Test.DISCRIMINATION}),
        (IN_SERVICE, {Test.ZERO, Test.WEIGHING_UP}),
    ],
)
def test_each_kind_asks_for_its_tests(kind: VerificationKind, required: set[Test]) -> None:
    """首次 all, 后续 all but discrimination, 使用中 zero and weighing."""
    found = judge(RULES, III, KG15, kind, [])
    assert {one.test for one in found.missing} == required
    assert found.verdict is Outcome.INCOMPLETE


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", VerificationKind)
def test_a_pass_never_lacks_a_required_test(scale: Scale, kind: VerificationKind) -> None:
    """Each test left out, and each single reading: incomplete, and named."""
    whole = faultless(scale, kind)
    for test in {one.test for one in whole}:
        found = judge(RULES, *scale, kind, [one for one in whole if one.test is not test])
        assert found.verdict is Outcome.INCOMPLETE
        assert {one.code for one in found.missing} == {test.value}
    for number in range(len(whole)):
        found = judge(RULES, *scale, kind, whole[:number] + whole[number + 1 :])
        assert found.verdict is Outcome.INCOMPLETE, whole[number]
        assert {one.test for one in found.missing} == {whole[number].test}


@pytest.mark.parametrize(
    ("test", "heaviest_that_is_too_light", "lightest"),
    [(Test.ECCENTRICITY, 4_499_999, 4_500_000), (Test.REPEATABILITY, 7_499_999, 7_500_000)],
)
def test_too_light_a_load_is_no_test(
    test: Test, heaviest_that_is_too_light: int, lightest: int
) -> None:
    """Less than nine tenths of a third of Max, less than half of Max."""
    whole = faultless((III, KG15))
    for load, verdict in (
        (heaviest_that_is_too_light, Outcome.INCOMPLETE),
        (lightest, Outcome.PASS),
    ):
        changed = [
            replace(one, load_mg=load, indication_mg=load) if one.test is test else one
            for one in whole
        ]
        assert judge(RULES, III, KG15, INITIAL, changed).verdict is verdict


@pytest.mark.parametrize("test", Test)
@pytest.mark.parametrize("name", ["loads", "readings"])
def test_every_count_of_the_rule_set_counts(test: Test, name: str) -> None:
    """A version that asks for more finds what was enough before incomplete."""
    document = deepcopy(documents()[0])
    row = next(one for one in document["tests"] if one["test"] == test)
    row[name]["value"] = 9
    found = judge(RuleSet.of(document), III, KG15, INITIAL, faultless((III, KG15)))
    assert found.verdict is Outcome.INCOMPLETE
    assert {one.test for one in found.missing} == {test}


def test_a_plan_has_as_many_loads_as_the_rule_set_asks_for() -> None:
    """Max beside the one it names, then what lies between."""
    document = deepcopy(documents()[0])
    document["tests"][5]["loads"]["value"] = 3
    found = planning.test_plan(RuleSet.of(document), III, KG15, INITIAL)
    at = [one.load_mg for one in found if one.test is Test.REPEATABILITY and one.required]
    assert at == [12_000_000, 13_500_000, 15_000_000]


def test_a_failing_item_fails_whatever_is_missing() -> None:
    """Nobody has to finish a worksheet that cannot pass."""
    bad = Reading(test=Test.WEIGHING_UP, load_mg=2_500_000, indication_mg=2_510_000)
    found = judge(RULES, III, KG15, INITIAL, [bad])
    assert found.verdict is Outcome.FAIL
    assert found.missing


ERRORS = st.integers(-20_000, 20_000)
WEIGHINGS = st.sampled_from([Test.WEIGHING_UP, Test.WEIGHING_DOWN, Test.ECCENTRICITY])


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Return a reading of a 15 kg scale."""
    load = draw(st.integers(0, 15_000_000))
    added = draw(st.none() | st.integers(0, 5_000))
    shown = load + draw(ERRORS)
    return Reading(test=draw(WEIGHINGS), load_mg=load, indication_mg=shown, added_mg=added)


ZEROS = st.builds(Reading, test=st.just(Test.ZERO), added_mg=st.integers(0, 5_000))


@settings(max_examples=60)
@given(st.lists(readings() | ZEROS, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_readings_counts_for_nothing(found: list[Reading], random: object) -> None:
    """The same items, the same verdict, the same lack."""
    other = list(found)
    random.shuffle(other)  # type: ignore[attr-defined]  # a random.Random
    one, two = (judge(RULES, III, KG15, INITIAL, each) for each in (found, other))
    assert (one.verdict, one.missing) == (two.verdict, two.missing)
    plain = [sorted(repr(replace(item, readings=())) for item in each.items) for each in (one, two)]
    assert plain[0] == plain[1]


def test_groups_do_not_depend_on_order_either() -> None:
    """A spread and a rise are the same whichever line comes first."""
    top = 12_000_000
    spread = [
        Reading(test=Test.REPEATABILITY, load_mg=top, indication_mg=top + off)
        for off in (0, 5_000, 10_000)
    ]
    assert {
        judge(RULES, III, KG15, INITIAL, each).items[0].error_mg for each in permutations(spread)
    } == {10_000}


@settings(max_examples=60)
@given(st.integers(0, 15_000_000), ERRORS, ERRORS)
def test_a_greater_error_is_never_better(load: int, one: int, other: int) -> None:
    """The verdict is monotone in the size of the error."""
    verdicts = {}
    for error in (one, other):
        reading = Reading(test=Test.WEIGHING_UP, load_mg=load, indication_mg=load + error)
        (item,) = judge(RULES, III, KG15, INITIAL, [reading]).items
        verdicts[error] = item.verdict is Outcome.PASS
    small, great = sorted((one, other), key=abs)
    assert verdicts[great] <= verdicts[small]


@settings(max_examples=60)
@given(st.integers(0, 15_000_000), st.sampled_from([KG15, THREE, TWO]))
def test_in_service_the_limit_is_twice_the_initial_one(
    load: int, ranges: tuple[Range, ...]
) -> None:
    """At every load."""
    limits = [mpe_mg(RULES, III, ranges, load, kind) for kind in VerificationKind]
    assert limits == [limits[0], limits[0], 2 * limits[0]]
