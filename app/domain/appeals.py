"""In-service checks (使用中检查) and appeals by arbitration verification (仲裁检定).

Source: 计量法实施细则 35, 36: nobody changes a disputed scale; fifteen days.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.domain.errors import DomainError

# 实施细则 36 counts calendar days; the day on which the notice came does not count.
APPEAL_DAYS: Final = 15
# Who was there confirms while the day is fresh, from the own device.
CONFIRM_WITHIN: Final = timedelta(hours=24)


class TooLateToAppealError(DomainError):
    """The fifteen days after the notice are over."""

    code = "too_late_to_appeal"


class CheckForce(StrEnum):
    """What a check is worth: evidence takes two officers and a task number."""

    ROUTINE = "routine"
    EVIDENCE = "evidence"


class AppealState(StrEnum):
    """Where an application for arbitration verification stands."""

    OPEN = "open"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


def force_of(*, second: bool, task_no: str) -> CheckForce:
    """Return what a check is worth with what there is of it now."""
    return CheckForce.EVIDENCE if second and task_no.strip() else CheckForce.ROUTINE


def deadline(notice_on: date) -> date:
    """Return the last day on which a result that was notified on ``notice_on`` is contested."""
    return notice_on + timedelta(days=APPEAL_DAYS)


def days_left(deadline_on: date, today: date) -> int:
    """Return how many days of the period are left; 0 on its last day, never less."""
    return max((deadline_on - today).days, 0)


def check_in_time(notice_on: date, applied_on: date) -> date:
    """Return the last day of the period for an application inside it.

    Raises:
        TooLateToAppealError: It came after the last day.
    """
    last = deadline(notice_on)
    if applied_on > last:
        raise TooLateToAppealError(f"the last day was {last.isoformat()}")
    return last
