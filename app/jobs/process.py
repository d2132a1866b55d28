"""The jobs process: one leads and keeps the timetable, all of them do server tasks.

Any number of them may run. Only the leader's clock fires; what it missed while nobody led
is caught up when somebody leads again. Three threads: the scheduler's, one that says that we
live, and the main one for tasks.
"""

import contextlib
import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import FrameType
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import CHINA
from app.jobs import leader, runner, runs
from app.jobs.timetable import LOOK_AT_SECOND, TIMETABLE, Job
from app.web.database import Installation
from app.work.fence import Fenced, LostError
from app.work.progress import Terms

LOG: Final = logging.getLogger("wutong.jobs")
PAUSE_S: Final = 1.0
LATE_S: Final = 3600
RENEWALS: Final = 3  # in each lease
JUMP_S: Final = 2.0


class JobsProcess:
    """Leads when it can, and then keeps the timetable and does server tasks.

    Args:
        lease: How long a leader that says nothing still counts as alive.
        look_at: Second of the minute at which the timetable is looked at, as cron says it.
    """

    def __init__(
        self,
        work: Installation,
        kinds: Mapping[str, runner.Work],
        timetable: Sequence[Job] = TIMETABLE,
        *,
        lease: timedelta = leader.LEASE,
        look_at: str = LOOK_AT_SECOND,
    ) -> None:
        self.work = work
        self.timetable = timetable
        self.lease = lease
        self.look_at = look_at
        # In a container every start has the same host and number: the rest tells them apart.
        start = f"{os.getpid()}:{secrets.token_hex(4)}"
        self.worker = f"{socket.gethostname()[:40]}:{start}"
        self.leading = False
        self.elected = threading.Event()
        self.stopping = threading.Event()
        self.ended = threading.Event()
        self.one_at_a_time = threading.Lock()
        self.scheduler = BackgroundScheduler(timezone=CHINA)
        terms = Terms(utcnow, lease, self.stopping.is_set)
        self.tasks = runner.TaskRunner(work, kinds, self.worker, terms)

    def run(self) -> None:
        """Work until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        heart = threading.Thread(target=self.live, name="heart", daemon=True)
        self._arm()
        self.scheduler.start()
        heart.start()
        try:
            self._loop()
        finally:
            self.scheduler.shutdown(wait=True)
            self.ended.set()
            heart.join()
            with self._database_may_fail(), self.work.database.transaction() as session:
                leader.resign(session, self.worker)

    def campaign(self) -> None:
        """Take or renew the lease. In a thread of its own: no long work may delay it."""
        before, self.leading = self.leading, self._lead()
        if self.leading and not before:
            LOG.info("%s leads", self.worker)
            self.elected.set()

    def fire(self, job: Job) -> None:
        """Run ``job`` for the present period, unless that was done."""
        if not self.leading:
            return
        with self.one_at_a_time:
            try:
                self._run(job, utcnow())
            except LostError:
                LOG.warning("%s was taken over by another process", job.name)
            except Exception:
                LOG.exception("%s failed; it is tried again in a minute", job.name)

    def _arm(self) -> None:
        """Set the scheduler's alarms by the clock as it is now."""
        self.scheduler.remove_all_jobs()
        options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": LATE_S}
        for job in self.timetable:
            self.scheduler.add_job(self.fire, "cron", [job], second=self.look_at, **options)

    def live(self) -> None:
        """Renew what we hold while we live; no long work may delay it."""
        ahead = _clock_ahead()
        while True:
            self.campaign()
            with self._database_may_fail():
                self.tasks.beat()
            if abs(_clock_ahead() - ahead) > JUMP_S:
                LOG.warning("the clock was set; the timetable goes by the new time")
                ahead = _clock_ahead()
                self._arm()
            if self.ended.wait(self.lease.total_seconds() / RENEWALS):
                return

    def _lead(self) -> bool:
        try:
            with self.work.database.transaction() as session:
                return leader.lead(session, self.worker, at=utcnow(), lease=self.lease)
        except IntegrityError:
            return False  # another one was first
        except SQLAlchemyError:
            LOG.exception("the database cannot be reached")
            return False

    def _holds(self, session: Session) -> bool:
        return leader.holds(session, self.worker, at=utcnow())

    def _run(self, job: Job, at: datetime) -> None:
        key = (job.name, job.period.of(at))
        run = runs.once(self.work.database, key, self.worker, utcnow, self._holds)
        if run is None:
            return
        try:
            outcome = job.do(replace(self.work, database=Fenced(self.work.database, run.check)), at)
        except Exception as error:
            run.fail(type(error).__name__, at=utcnow())
            raise
        run.finish(outcome, at=utcnow())
        LOG.info("%s: %s", job.name, outcome)

    def _loop(self) -> None:
        while not self.stopping.wait(PAUSE_S):
            with self._database_may_fail():
                if self.elected.is_set():
                    self._take_over()
                while not self.stopping.is_set() and self.tasks.run_next():
                    pass

    def _take_over(self) -> None:
        self.elected.clear()
        for job in self.timetable:
            self.fire(job)

    @contextlib.contextmanager
    def _database_may_fail(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError:
            LOG.exception("the database failed; work goes on when it answers")

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()


def _clock_ahead() -> float:
    """Return by how much the clock on the wall is ahead of the one that nobody sets."""
    return utcnow().timestamp() - time.monotonic()
