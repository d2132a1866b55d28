"""When two sightings cannot be of one tag: worked by hand along the region tree."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import TRAVEL_MINUTES
from app.domain.copies import WAYS, Sight, cannot_be_one, contradicted, reach, shortest

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
MARKET = "/32/3206/320612/320612001/M01/"
MINUTES = [
    (MARKET, MARKET, 0),
    (MARKET, "/32/3206/320612/320612001/M02/", 3),
    (MARKET, "/32/3206/320612/320612002/M07/", 10),
    (MARKET, "/32/3206/320623/320623001/M01/", 30),
    (MARKET, "/32/3201/320102/320102001/M01/", 60),
    (MARKET, "/33/3301/330106/330106001/M01/", 120),
    # Whoever only knows the county may have stood in the market.
    (MARKET, "/32/3206/320612/", 0),
    (MARKET, "/", 0),
    ("/32/3206/320623/", MARKET, 30),
]
PATHS = st.sampled_from(
    [one for one, _other, _minutes in MINUTES] + [two for _o, two, _m in MINUTES]
)
SIGHTS = st.builds(
    Sight, PATHS, st.integers(0, 300).map(lambda minutes: NOON + timedelta(minutes=minutes))
)


@pytest.mark.parametrize(("one", "other", "minutes"), MINUTES)
def test_the_shortest_way_is_told_by_where_the_paths_part(
    one: str, other: str, minutes: int
) -> None:
    """Either way round."""
    assert shortest(one, other) == shortest(other, one) == timedelta(minutes=minutes)


@pytest.mark.parametrize(("seconds", "copy"), [(0, True), (1799, True), (1800, False)])
def test_the_way_itself_is_time_enough(seconds: int, *, copy: bool) -> None:
    """Of two counties of one city: half an hour."""
    there = Sight("/32/3206/320623/320623001/M01/", NOON + timedelta(seconds=seconds))
    assert cannot_be_one(Sight(MARKET, NOON), there) is copy


def test_the_newest_contradiction_is_told() -> None:
    """Beside sightings that fit."""
    far = "/33/3301/330106/330106001/M01/"
    earlier = [
        Sight(far, NOON - timedelta(minutes=90)),
        Sight(far, NOON - timedelta(minutes=30)),
        Sight(MARKET, NOON - timedelta(minutes=1)),
    ]
    assert contradicted(Sight(MARKET, NOON), earlier) == earlier[1]
    assert contradicted(Sight(MARKET, NOON), earlier[2:]) is None


@given(SIGHTS, SIGHTS)
def test_it_does_not_matter_who_scanned_first(one: Sight, other: Sight) -> None:
    """And nothing further apart than the longest way contradicts anything."""
    assert cannot_be_one(one, other) == cannot_be_one(other, one)
    if abs(one.at - other.at) >= reach():
        assert not cannot_be_one(one, other)


def test_the_settings_begin_with_the_same_minutes() -> None:
    """They may not import the domain, so they say it again."""
    assert TRAVEL_MINUTES == WAYS
