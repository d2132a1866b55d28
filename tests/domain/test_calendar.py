"""Legal dates, worked by hand around midnight and 29 February."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import (
    add_months,
    is_valid_on,
    local_date,
    local_midnight,
    valid_until,
)

days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("verified_on", "last_day"),
    [
        (date(2026, 3, 5), date(2027, 3, 4)),
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2027, 3, 1), date(2028, 2, 29)),
        (date(2028, 3, 1), date(2029, 2, 28)),
        # 29 February + 1 year is 28 February; minus a day.
        (date(2028, 2, 29), date(2029, 2, 27)),
        (date(2027, 2, 28), date(2028, 2, 27)),
        (date(2028, 2, 28), date(2029, 2, 27)),
    ],
)
def test_a_year_minus_a_day(verified_on: date, last_day: date) -> None:
    """A verification holds for one year minus a day."""
    assert valid_until(verified_on) == last_day


@pytest.mark.parametrize(
    ("verified_on", "last_day"),
    [
        (date(2026, 8, 31), date(2027, 2, 27)),
        (date(2027, 8, 31), date(2028, 2, 28)),
        (date(2026, 7, 1), date(2026, 12, 31)),
    ],
)
def test_half_a_year_ends_with_a_short_month(verified_on: date, last_day: date) -> None:
    """Where the month has no such day, its last one is meant."""
    assert valid_until(verified_on, months=6) == last_day


@given(days)
def test_twice_six_months_are_never_more_than_a_year(day: date) -> None:
    """Cutting at a month's end only ever shortens."""
    assert add_months(add_months(day, 6), 6) <= add_months(day, 12)


def test_the_last_day_counts_whole() -> None:
    """Validity is inclusive."""
    assert is_valid_on(date(2027, 3, 4), date(2027, 3, 4))
    assert not is_valid_on(date(2027, 3, 4), date(2027, 3, 5))


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2027, 3, 4, 15, 59, 59, 999999, UTC), date(2027, 3, 4)),
        (datetime(2027, 3, 4, 16, 0, 0, 0, UTC), date(2027, 3, 5)),
        (datetime(2028, 2, 28, 16, 0, tzinfo=UTC), date(2028, 2, 29)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2027, 3, 4, 11, 0, tzinfo=timezone(-timedelta(hours=5))), date(2027, 3, 5)),
    ],
)
def test_the_day_changes_at_midnight_in_china(at: datetime, day: date) -> None:
    """Midnight in China is 16:00 UTC of the day before, wherever the server stands."""
    assert local_date(at) == day


def test_an_instant_without_a_zone_is_refused() -> None:
    """A naive time would be read in the server's own zone."""
    with pytest.raises(ValueError, match="zone"):
        local_date(datetime(2027, 3, 4, 12))  # noqa: DTZ001 - that is the point


@given(days)
def test_a_day_lasts_from_its_midnight_to_the_next(day: date) -> None:
    """The first instant belongs to the day, the one before it does not."""
    start = local_midnight(day)
    assert local_date(start) == day
    assert local_date(start - timedelta(microseconds=1)) == day - timedelta(days=1)
    assert start.utcoffset() == timedelta()
