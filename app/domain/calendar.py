"""Legal dates: fixed +08:00, whole days, no time-zone database.

A date counts through its whole day in China, wherever the server stands. China has kept
+08:00 without summer time since 1992, so the offset is a constant.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

CHINA: Final = timezone(timedelta(hours=8), "+08:00")
ONE_DAY: Final = timedelta(days=1)
MONTHS_PER_YEAR: Final = 12


def local_date(at: datetime) -> date:
    """Return the legal date of the instant ``at``.

    Raises:
        ValueError: ``at`` has no zone, so it is no instant.
    """
    if at.tzinfo is None:
        raise ValueError("an instant without a zone has no legal date")
    return at.astimezone(CHINA).date()


def local_midnight(day: date) -> datetime:
    """Return the instant at which ``day`` begins in China, in UTC."""
    return datetime.combine(day, time(), CHINA).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later, or that month's last day where it has none such."""
    year, month0 = divmod(day.year * MONTHS_PER_YEAR + day.month - 1 + months, MONTHS_PER_YEAR)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def valid_until(verified_on: date, months: int = MONTHS_PER_YEAR) -> date:
    """Return the last day of validity: ``months`` later, minus a day.

    5 March 2026 gives 4 March 2027. 29 February 2028 + 1 year is 28 February 2029, so its
    last day is 27 February 2029. 1 March 2027 gives 29 February 2028.
    """
    return add_months(verified_on, months) - ONE_DAY


def is_valid_on(until: date, day: date) -> bool:
    """Return whether ``day`` is still covered; the last day itself is."""
    return day <= until
