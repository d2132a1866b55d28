"""The timetable: which job runs in which period. Legal time is China's, +08:00 all the year.

Each is looked at every minute and runs once in its period, so at the period's start; one
that failed is tried again a minute later, one that was missed runs when somebody leads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.domain.duties import DUTIES, Period
from app.jobs import duties
from app.web.database import Installation

LOOK_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the timetable.

    Attributes:
        do: Given an installation whose writes are refused once another process has the run.
    """

    name: str
    period: Period
    do: Callable[[Installation, datetime], str]


TIMETABLE: Final = tuple(
    Job(name, period, getattr(duties, name)) for name, period in DUTIES.items()
)
