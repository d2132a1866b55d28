"""The jobs process: one leads, the others wait; a timetable and a task runner.

Any number of them may run. Only the leader's clock fires; what it missed while nobody led
is caught up when somebody leads again.
"""

import logging
import os
import signal
import socket
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import FrameType
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from app.db.session import utcnow
from app.jobs import leader, runner, runs
from app.jobs.timetable import CHINA, LOOK_AT_SECOND, TIMETABLE, Job
from app.web.database import Installation

LOG: Final = logging.getLogger("wutong.jobs")
PAUSE_S: Final = 1.0
RENEW: Final = timedelta(seconds=10)


class JobsProcess:
    """Leads when it can, and then keeps the timetable and does server tasks."""

    def __init__(self, work: Installation, kinds: Mapping[str, runner.Work]) -> None:
        self.work = work
        self.kinds = kinds
        self.worker = f"{socket.gethostname()}:{os.getpid()}"[:60]
        self.leading = False
        self.stopping = threading.Event()
        self.one_at_a_time = threading.Lock()

    def run(self) -> None:
        """Work until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        scheduler = BackgroundScheduler(timezone=CHINA)
        for job in TIMETABLE:
            options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}
            scheduler.add_job(self.fire, "cron", [job], second=LOOK_AT_SECOND, **options)
        scheduler.start()
        try:
            self._loop()
        finally:
            scheduler.shutdown(wait=True)
            if self.leading:
                with self.work.database.transaction() as session:
                    leader.resign(session, self.worker)

    def fire(self, job: Job) -> None:
        """Run ``job`` for the present period, unless that was done."""
        if not self.leading:
            return
        at = utcnow()
        with self.one_at_a_time:
            try:
                self._run(job, at)
            except Exception:
                LOG.exception("%s failed; it is tried again in a minute", job.name)

    def _run(self, job: Job, at: datetime) -> None:
        run = runs.once(self.work.database, job.name, job.period.of(at), self.worker, utcnow)
        if run is None:
            return
        try:
            outcome = job.do(self.work, at)
        except BaseException:
            run.abandon()
            raise
        run.finish(outcome, at=utcnow())
        LOG.info("%s: %s", job.name, outcome)

    def _loop(self) -> None:
        renew_at = utcnow()
        while not self.stopping.wait(PAUSE_S):
            if utcnow() >= renew_at:
                self._campaign()
                renew_at = utcnow() + RENEW
            while self.leading and not self.stopping.is_set():
                if not runner.run_next(self.work, self.kinds, self.worker, utcnow):
                    break

    def _campaign(self) -> None:
        before = self.leading
        try:
            with self.work.database.transaction() as session:
                self.leading = leader.lead(session, self.worker, at=utcnow())
        except SQLAlchemyError:
            LOG.exception("the database cannot be reached")
            self.leading = False
        if self.leading and not before:
            LOG.info("%s leads", self.worker)
            runner.release(self.work, self.worker)
            for job in TIMETABLE:
                self.fire(job)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()
