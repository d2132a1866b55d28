"""The periodic duties of the jobs process: their names, and how often each is due."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.calendar import CHINA


class Period(StrEnum):
    """How often; its value cuts an instant down to the name of its period."""

    DAY = "%Y-%m-%d"
    HOUR = "%Y-%m-%dT%H"
    MINUTE = "%Y-%m-%dT%H:%M"

    def of(self, at: datetime) -> str:
        """Return the name of the period that ``at`` lies in."""
        return at.astimezone(CHINA).strftime(self.value)


LENGTH: Final[Mapping[Period, timedelta]] = MappingProxyType(
    {
        Period.DAY: timedelta(days=1),
        Period.HOUR: timedelta(hours=1),
        Period.MINUTE: timedelta(minutes=1),
    }
)
# A machine that starts, a backup, a restart: what is due may come so much later.
GRACE: Final = timedelta(minutes=15)

DUTIES: Final[Mapping[str, Period]] = MappingProxyType(
    {
        "expire_scales": Period.DAY,
        "lapse_evidence": Period.DAY,
        "end_references": Period.DAY,
        "prune": Period.DAY,
        "forget_imports": Period.DAY,
        "give_up_images": Period.HOUR,
        "sign_checkpoint": Period.HOUR,
        "watch_stations": Period.MINUTE,
        "expire_tasks": Period.MINUTE,
    }
)


def is_late(period: Period, last: datetime | None, at: datetime) -> bool:
    """Return whether a duty that last succeeded at ``last`` should have been done since."""
    return last is None or at - last > LENGTH[period] + GRACE
