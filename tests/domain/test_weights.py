"""Standard weights: limits of the table, sets that build loads, trust in a chain."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.standards import WeightClass, WeightState
from app.domain.traceability import DEEPEST, Calibrated, Weight, WeightWhy, why_not
from app.domain.weight_sets import (
    Candidate,
    alone,
    build,
    choose,
    choose_by_set,
    good_enough,
    makes,
)
from app.domain.weights import NOMINALS_MG, bound_ug, mpe_ug

G = 1000
KG = 1000 * G
DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("weight_class", "nominal_mg", "limit_ug"),
    [
        (WeightClass.M1, 500 * G, 25_000),
        (WeightClass.M1, 1 * KG, 50_000),
        (WeightClass.M1, 2 * KG, 100_000),
        (WeightClass.M1, 5 * KG, 250_000),
        (WeightClass.M1, 10 * KG, 500_000),
        (WeightClass.M1, 20 * KG, 1_000_000),
        (WeightClass.F1, 1 * KG, 5_000),
        (WeightClass.F2, 1 * KG, 16_000),
        (WeightClass.M2, 20 * KG, 3_000_000),
        (WeightClass.M3, 1 * G, 10_000),
        (WeightClass.E2, 1, 6),
        (WeightClass.M1_2, 50 * KG, 5_000_000),
    ],
)
def test_limits_are_those_of_r_111(
    weight_class: WeightClass, nominal_mg: int, limit_ug: int
) -> None:
    """OIML R 111-1:2004, Table 1; the first six are domain.md 2.4's."""
    assert mpe_ug(weight_class, nominal_mg) == limit_ug


def test_a_class_has_no_limit_for_what_it_does_not_make() -> None:
    """M1-2 begins at 50 kg, M3 at 1 g, and 3 kg is no nominal at all."""
    assert mpe_ug(WeightClass.M1_2, 20 * KG) is None
    assert mpe_ug(WeightClass.M3, 500) is None
    assert mpe_ug(WeightClass.M1, 3 * KG) is None


@pytest.mark.parametrize("nominal_mg", NOMINALS_MG)
def test_a_coarser_class_never_has_the_smaller_limit(nominal_mg: int) -> None:
    """A slip in a row of the table would break the order of the classes."""
    limits = [limit for one in WeightClass if (limit := mpe_ug(one, nominal_mg))]
    assert limits == sorted(limits)


def test_a_certificate_that_says_all_speaks_before_the_class() -> None:
    """|error| + uncertainty; without the uncertainty the class counts."""
    assert bound_ug(WeightClass.M1, KG, -12_000, 8_000) == 20_000
    assert bound_ug(WeightClass.M1, KG, 12_000, None) == 50_000
    assert bound_ug(WeightClass.M1, 3 * KG, None, None) is None


def test_a_third_of_the_limit_is_good_enough_and_a_microgram_more_is_not() -> None:
    """OIML R 76-1, 3.7.1."""
    assert good_enough(500_000, 1500)
    assert not good_enough(500_001, 1500)


weights = st.lists(
    st.tuples(st.sampled_from([1, 2, 2, 5, 10, 20]), st.integers(0, 400)), max_size=8
).map(lambda rows: [Candidate(f"w{i}", n * G, b) for i, (n, b) in enumerate(rows)])
demands = st.dictionaries(
    st.integers(1, 45).map(lambda n: n * G), st.integers(0, 3), min_size=1, max_size=3
)


def _by_force(found: list[Candidate], load: int, mpe_mg: int) -> int | None:
    """Return the least number of weights that build ``load``, trying every subset."""
    for count in range(len(found) + 1):
        for some in combinations(found, count):
            exact = sum(one.nominal_mg for one in some) == load
            if exact and good_enough(sum(one.bound_ug for one in some), mpe_mg):
                return count
    return None


@given(weights, demands)
@settings(max_examples=200, deadline=None)
def test_a_set_is_proposed_whenever_there_is_one_and_never_a_wrong_one(
    found: list[Candidate], wanted: dict[int, int]
) -> None:
    """Brute force over all subsets finds the same loads to be short."""
    chosen = choose(found, wanted)
    by_set = [replace(one, of_set="AB"[n % 2]) for n, one in enumerate(found)]
    assert choose_by_set(by_set, wanted).short == chosen.short
    by_key = {one.key: one for one in found}
    for load, mpe_mg in wanted.items():
        best = _by_force(found, load, mpe_mg)
        assert (load in chosen.short) == (best is None)
        if best is None:
            continue
        pile = [by_key[key] for key in chosen.by_load[load]]
        assert len({one.key for one in pile}) == len(pile)
        assert sum(one.nominal_mg for one in pile) == load
        assert good_enough(sum(one.bound_ug for one in pile), mpe_mg)
        assert {one.key for one in pile} <= set(chosen.keys)
        assert len(build(found, load, mpe_mg) or ()) == best


def in_case(name: str, *kilograms: int) -> list[Candidate]:
    """Return the weights of a set; of no name: single ones."""
    return [Candidate(f"{name}{n}", n * KG, 0, name) for n in kilograms]


def test_one_case_is_carried_where_one_does_it() -> None:
    """Although weights of both would be as few; a case before single weights."""
    first, second, single = in_case("A", 10, 2), in_case("B", 10, 5, 2), in_case("", 10, 5, 2)
    load = {15 * KG: 10, 2 * KG: 10}
    assert choose_by_set(first + second + single, load).keys == ("B10", "B5", "B2")
    assert list(alone(first + second + single, load)) == ["B"]


def test_cases_are_mixed_only_for_what_none_does_alone() -> None:
    """Single weights help before a second case does; what nothing builds mixes nothing."""
    first, second, load = in_case("A", 10, 2), in_case("B", 5), {15 * KG: 10, 2 * KG: 10}
    assert set(choose_by_set(first + second, load).keys) == {"A10", "B5", "A2"}
    assert alone(first + second, load) == {}
    assert set(choose_by_set(first + second + in_case("", 5), load).keys) == {"A10", "5", "A2"}
    beyond = choose_by_set(first + second, {10 * KG: 10, 99 * KG: 10})
    assert (beyond.keys, beyond.short) == (("A10",), (99 * KG,))


def test_a_finer_weight_is_taken_only_where_it_is_needed() -> None:
    """At 1 kg both would do; at the tight limit the fine one alone."""
    coarse, fine = Candidate("coarse", KG, 50_000), Candidate("fine", KG, 5_000)
    assert build([coarse, fine], KG, 16) == ("fine",)
    assert build([coarse], KG, 16) is None
    assert makes([coarse], KG)
    assert not makes([coarse], 2 * KG)


def test_a_smaller_load_takes_what_stands_there_already() -> None:
    """Few weights are carried: 20 kg as 10 + 5 + 5 serves 5 kg too."""
    found = [Candidate(key, n * KG, 0) for key, n in (("a", 10), ("b", 5), ("c", 5), ("d", 2))]
    chosen = choose(found, {20 * KG: 10, 5 * KG: 5, 10 * KG: 5})
    assert sorted(chosen.keys) == ["a", "b", "c"]


def test_thirty_of_each_size_are_searched_at_once() -> None:
    """A body's whole store: the way up to a load stays narrow."""
    nominals = [n * 10**power for power in range(8) for n in (1, 2, 5)]
    found = [Candidate(f"{n}-{i}", n, n // 100 + i) for n in nominals for i in range(30)]
    chosen = choose(found, {29_999_999: 10**6, 123_456: 10**6})
    assert chosen.short == ()


def weight(uid: str, *papers: Calibrated, **changes: object) -> Weight:
    """Return an M1 weight of 1 kg with these certificates."""
    return Weight(uid, WeightClass.M1, KG, calibrations=papers, **changes)  # type: ignore[arg-type]


def paper(uid: str, on: date, *against: str, days: int = 364, passed: bool = True) -> Calibrated:
    """Return a certificate from ``on`` for a year."""
    return Calibrated(uid, on, on + timedelta(days=days), passed, against=against)


def chain(length: int) -> dict[str, Weight]:
    """Return weights 0 … ``length``, each calibrated by the next."""
    start = DAY - timedelta(days=30)
    rows = [
        weight(f"w{i}", paper(f"c{i}", start - timedelta(days=i), f"w{i + 1}"))
        for i in range(length)
    ]
    top = weight(f"w{length}", paper(f"c{length}", start - timedelta(days=length)))
    return {one.uid: one for one in (*rows, top)}


def why(known: dict[str, Weight], on: date = DAY) -> WeightWhy | None:
    """Return why the lowest weight of a chain may not be used."""
    return why_not(known["w0"], known, on)


def test_a_chain_of_25_levels_holds_and_one_more_does_not() -> None:
    """And one that bites its own tail never ends."""
    assert why(chain(DEEPEST)) is None
    assert why(chain(DEEPEST + 1)) is WeightWhy.CHAIN_ENDLESS
    known = chain(1)
    start = known["w0"].calibrations[0].calibrated_on
    known["w1"] = replace(known["w1"], calibrations=(paper("c1", start, "w0"),))
    assert why(known) is WeightWhy.CHAIN_ENDLESS


def test_a_certificate_holds_through_its_last_day_and_the_newest_one_speaks() -> None:
    """A newer one that did not pass ends the older one's say."""
    start = DAY - timedelta(days=364)
    known = {"w0": weight("w0", paper("c0", start))}
    assert why(known) is None
    assert why(known, DAY + timedelta(days=1)) is WeightWhy.EXPIRED
    assert why(known, start - timedelta(days=1)) is WeightWhy.NO_CERTIFICATE
    failed = paper("c1", DAY - timedelta(days=1), passed=False)
    assert why({"w0": weight("w0", paper("c0", start), failed)}) is WeightWhy.NOT_PASSED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": WeightState.WITHDRAWN}, WeightWhy.WITHDRAWN),
        ({"state": WeightState.RETIRED}, WeightWhy.RETIRED),
        ({"recalled_after": DAY - timedelta(days=1)}, WeightWhy.RECALLED),
        ({"recalled_after": DAY}, None),
    ],
)
def test_a_weight_in_doubt_is_not_used(
    changes: dict[str, object], expected: WeightWhy | None
) -> None:
    """Up to its last good day it was good."""
    known = {"w0": weight("w0", paper("c0", DAY - timedelta(days=9)), **changes)}
    assert why(known) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": WeightState.WITHDRAWN, "last_good_on": 0}, WeightWhy.CHAIN_WITHDRAWN),
        ({"state": WeightState.WITHDRAWN, "last_good_on": 5}, None),
        ({"state": WeightState.WITHDRAWN}, WeightWhy.CHAIN_WITHDRAWN),
        ({"recalled_after": 0}, WeightWhy.CHAIN_RECALLED),
        ({"recalled_after": 5}, None),
        ({"calibrations": ()}, WeightWhy.CHAIN_UNCERTIFIED),
        ({"state": WeightState.RETIRED}, None),
    ],
)
def test_a_link_counts_as_it_was_on_the_day_it_was_used(
    changes: dict[str, object], expected: WeightWhy | None
) -> None:
    """Good on day 1, when the weight below was calibrated, or not."""
    known = chain(2)
    used_on = known["w0"].calibrations[0].calibrated_on
    days = {
        name: used_on + timedelta(days=value - 1) if type(value) is int else value
        for name, value in changes.items()
    }
    known["w1"] = replace(known["w1"], **days)  # type: ignore[arg-type]
    assert why(known) is expected


def test_a_link_that_had_expired_when_it_was_used_breaks_the_chain() -> None:
    """One that expired afterwards does not: the calibration was sound."""
    for late, expected in ((0, None), (1, WeightWhy.CHAIN_UNCERTIFIED)):
        known = chain(1)
        used_on = known["w0"].calibrations[0].calibrated_on
        made = paper("c1", used_on - timedelta(days=364 + late))
        known["w1"] = replace(known["w1"], calibrations=(made,))
        assert why(known) is expected


def test_a_newer_certificate_of_a_link_does_not_heal_what_was_done_before_it() -> None:
    """The certificate of the day of use counts, not the one of today."""
    known = chain(1)
    used_on = known["w0"].calibrations[0].calibrated_on
    newer = paper("c9", used_on + timedelta(days=1))
    old = paper("c1", used_on - timedelta(days=500))
    known["w1"] = replace(known["w1"], calibrations=(old, newer))
    assert why(known) is WeightWhy.CHAIN_UNCERTIFIED
