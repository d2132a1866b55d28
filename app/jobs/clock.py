"""When the timetable is looked at: APScheduler, with a trigger that trusts no clock.

Its own triggers count from the last time on. After a leap of a month they name every minute
that was missed, one by one and under a lock; ours depends on what the clock shows now alone.
"""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from app.db.session import utcnow

FIRST: Final = datetime(2000, 1, 1, second=5, tzinfo=UTC)  # looks come just after a minute begins


class NextLook(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """The next look after now, whenever the last one was: after a leap one is late, once."""

    def __init__(self, every: timedelta) -> None:
        self.every = every

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """Return the next time strictly after ``now``."""
        return now + self.every - (now - FIRST) % self.every


class Clock:
    """Calls ``look`` at each look's time, in one thread, never twice at once."""

    def __init__(self, look: Callable[[], None], every: timedelta) -> None:
        self.every = every
        self.threads = ThreadPoolExecutor(1)
        self.scheduler = BackgroundScheduler(executors={"default": self.threads}, timezone=UTC)
        self.next = NextLook(every)
        options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        first = self.next.get_next_fire_time(None, utcnow())
        self.job = self.scheduler.add_job(look, self.next, next_run_time=first, **options)

    def start(self) -> None:
        """Begin to look."""
        self.scheduler.start()

    def follow(self) -> None:
        """Go by the clock as it is now; where it was set back we would wait for the old time."""
        if self.job.next_run_time - utcnow() > self.every:
            with contextlib.suppress(JobLookupError):  # stopped in this moment
                self.job.reschedule(self.next)

    def stop(self) -> None:
        """End when the look that is under way has ended."""
        # APScheduler's own waiting would hold its lock, and with it whoever calls `follow`.
        self.scheduler.shutdown(wait=False)
        self.threads.shutdown(wait=True)
