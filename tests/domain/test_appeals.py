"""In-service checks and appeals: what a check is worth, and the fifteen days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.appeals import (
    CheckForce,
    TooLateToAppealError,
    check_in_time,
    days_left,
    deadline,
    force_of,
)
from app.domain.calendar import local_date

DAYS = st.dates(date(2020, 1, 1), date(2099, 1, 1))


@given(second=st.booleans(), task_no=st.text(alphabet=" \t市-1", max_size=4))
def test_evidence_takes_two_officers_and_a_task_number(second: bool, task_no: str) -> None:
    """Neither makes evidence alone, and blanks are no number."""
    is_evidence = force_of(second=second, task_no=task_no) is CheckForce.EVIDENCE
    assert is_evidence == (second and bool(task_no.strip()))


@given(notice=DAYS, after=st.integers(0, 40))
def test_the_fifteenth_day_is_the_last(notice: date, after: int) -> None:
    """The day of the notice does not count; the fifteenth after it does, whole."""
    applied = notice + timedelta(days=after)
    if after <= 15:
        assert check_in_time(notice, applied) == deadline(notice)
        assert days_left(deadline(notice), applied) == 15 - after
    else:
        with pytest.raises(TooLateToAppealError):
            check_in_time(notice, applied)
        assert days_left(deadline(notice), applied) == 0


@pytest.mark.parametrize(
    ("notice", "last"),
    [
        (date(2028, 2, 14), date(2028, 2, 29)),
        (date(2028, 2, 15), date(2028, 3, 1)),
        (date(2027, 2, 14), date(2027, 3, 1)),
        (date(2026, 12, 20), date(2027, 1, 4)),
    ],
)
def test_the_period_crosses_leap_days_and_years(notice: date, last: date) -> None:
    """Calendar days: 29 February is one where there is one."""
    assert deadline(notice) == last


def test_the_last_day_ends_at_midnight_in_china() -> None:
    """A minute before midnight there is in time, a minute later is not."""
    notice = date(2028, 2, 14)
    before = datetime(2028, 2, 29, 15, 59, tzinfo=UTC)
    assert check_in_time(notice, local_date(before)) == date(2028, 2, 29)
    with pytest.raises(TooLateToAppealError):
        check_in_time(notice, local_date(before + timedelta(minutes=1)))
