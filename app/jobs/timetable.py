"""The timetable: which job runs in which period. Legal time is China's, +08:00 all the year.

Each is looked at every minute and runs once in its period, so at the period's start; one
that failed is tried again a minute later, one that was missed runs when somebody leads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.domain.calendar import CHINA
from app.jobs import duties
from app.web.database import Installation

LOOK_AT_SECOND: Final = "5"


class Period(StrEnum):
    """How often; its value cuts an instant down to the name of its period."""

    DAY = "%Y-%m-%d"
    HOUR = "%Y-%m-%dT%H"
    MINUTE = "%Y-%m-%dT%H:%M"

    def of(self, at: datetime) -> str:
        """Return the name of the period that ``at`` lies in."""
        return at.astimezone(CHINA).strftime(self.value)


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the timetable."""

    name: str
    period: Period
    do: Callable[[Installation, datetime], str]


TIMETABLE: Final = (
    Job("expire_scales", Period.DAY, duties.expire_scales),
    Job("lapse_evidence", Period.DAY, duties.lapse_evidence),
    Job("prune", Period.DAY, duties.prune),
    Job("give_up_images", Period.HOUR, duties.give_up_images),
    Job("sign_checkpoint", Period.HOUR, duties.sign_checkpoint),
    Job("watch_stations", Period.MINUTE, duties.watch_stations),
    Job("expire_tasks", Period.MINUTE, duties.expire_tasks),
)
