"""The proposal of a campaign: everything once, nobody in two places, no day too full."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.campaigns import Market, Plan, crews_of, propose, working_days

MONDAY = date(2026, 11, 23)
SIZES = st.lists(st.integers(0, 400), max_size=12)


def planned(sizes: list[int], crews: int, days: int, per_day: int) -> Plan:
    """Return the proposal for markets of ``sizes``."""
    markets = [Market(str(n), size) for n, size in enumerate(sizes)]
    people = tuple((f"crew {n}",) for n in range(crews))
    return propose(
        markets, people, [MONDAY + timedelta(days=n) for n in range(days)], per_day
    )  # fmt: skip


@given(SIZES, st.integers(0, 4), st.integers(0, 30), st.integers(1, 200))
def test_every_scale_is_planned_once_or_said_to_be_left(
    sizes: list[int], crews: int, days: int, per_day: int
) -> None:
    """Nothing is lost, nothing stands twice."""
    plan = planned(sizes, crews, days, per_day)
    found: Counter[str] = Counter()
    for one in (*plan.days, *plan.left):
        found[one.place] += one.scales
    assert +found == +Counter({str(n): size for n, size in enumerate(sizes)})


@given(SIZES, st.integers(1, 4), st.integers(1, 30), st.integers(1, 200))
def test_no_crew_does_more_than_its_measure_on_a_day(
    sizes: list[int], crews: int, days: int, per_day: int
) -> None:
    """Over all the markets it visits that day; and a market has one crew at a time."""
    plan = planned(sizes, crews, days, per_day)
    load: Counter[tuple[tuple[str, ...], date]] = Counter()
    for one in plan.days:
        load[one.crew, one.held_on] += one.scales
    assert all(number <= per_day for number in load.values())
    visits = [(one.place, one.held_on) for one in plan.days]
    assert len(visits) == len(set(visits))


@given(SIZES, st.integers(1, 4), st.integers(1, 30), st.integers(1, 200))
def test_a_market_that_fits_into_a_day_is_never_cut(
    sizes: list[int], crews: int, days: int, per_day: int
) -> None:
    """Its stallholders are asked to come once."""
    plan = planned(sizes, crews, days, per_day)
    visits = Counter(one.place for one in plan.days)
    small = {str(n) for n, size in enumerate(sizes) if size <= per_day}
    assert all(visits[place] <= 1 for place in small)


def test_a_day_that_is_not_full_takes_the_next_small_market() -> None:
    """77 a day: 120 scales are a day and 43, so 30 more fit behind them."""
    plan = planned([120, 30], 1, 5, 77)
    assert [(one.place, one.held_on, one.scales) for one in plan.days] == [
        ("0", MONDAY, 77),
        ("0", MONDAY + timedelta(days=1), 43),
        ("1", MONDAY + timedelta(days=1), 30),
    ]


def test_crews_go_out_on_working_days_that_are_no_holidays() -> None:
    """Markets open at weekends too, but that is asked for."""
    week = working_days(MONDAY, MONDAY + timedelta(days=6), holidays=[MONDAY])
    assert week == tuple(MONDAY + timedelta(days=n) for n in range(1, 5))
    assert len(working_days(MONDAY, MONDAY + timedelta(days=6), weekends=True)) == 7
    assert working_days(MONDAY, MONDAY - timedelta(days=1)) == ()


@given(st.lists(st.text(min_size=1), unique=True), st.integers(0, 5))
def test_nobody_is_left_without_a_crew_or_in_two(people: list[str], size: int) -> None:
    """Who is over goes with the last crew."""
    crews = crews_of(people, size)
    assert [one for crew in crews for one in crew] == people
    assert all(len(crew) >= min(size, len(people)) for crew in crews)
