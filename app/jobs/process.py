"""The jobs process: one leads and keeps the timetable, all of them do server tasks.

Any number of them may run. Only the leader's clock fires; what it missed while nobody led
is caught up when somebody leads again. APScheduler's threads look at the timetable, one says
that we live, and the main one does tasks.
"""

import contextlib
import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import FrameType
from typing import Final

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.jobs import leader, runner, runs
from app.jobs.clock import Clock
from app.jobs.ending import Ending
from app.jobs.timetable import LOOK_EVERY, TIMETABLE, Job
from app.web.database import Installation
from app.work.fence import Fenced, LostError
from app.work.progress import Terms

LOG: Final = logging.getLogger("wutong.jobs")
PAUSE_S: Final = 1.0
RENEWALS: Final = 3  # in each lease


class JobsProcess:
    """Leads when it can, and then keeps the timetable and does server tasks.

    Args:
        lease: How long a leader that says nothing still counts as alive.
        look_every: How often the timetable is looked at.
    """

    def __init__(
        self,
        work: Installation,
        kinds: Mapping[str, runner.Work],
        timetable: Sequence[Job] = TIMETABLE,
        *,
        lease: timedelta = leader.LEASE,
        look_every: timedelta = LOOK_EVERY,
    ) -> None:
        self.work = work
        self.timetable = timetable
        self.lease = lease
        self.clock = Clock(self._look, look_every)
        # In a container every start has the same host and number: the rest tells them apart.
        start = f"{os.getpid()}:{secrets.token_hex(4)}"
        self.worker = f"{socket.gethostname()[:40]}:{start}"
        self.leading = False
        self.elected = threading.Event()
        self.stopping = Ending()
        self.ended = threading.Event()
        self.one_at_a_time = threading.Lock()
        terms = Terms(utcnow, lease, self.stopping.is_told)
        self.tasks = runner.TaskRunner(work, kinds, self.worker, terms)

    def run(self) -> None:
        """Work until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        heart = threading.Thread(target=self.live, name="heart", daemon=True)
        heart.start()
        self.clock.start()
        try:
            self._loop()
        finally:
            self.stopping.tell()
            self.clock.stop()
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

    def _look(self) -> None:
        for job in self.timetable:
            self.fire(job)

    def live(self) -> None:
        """Renew what we hold while we live; no long work may delay it."""
        while True:
            self.clock.follow()
            self.campaign()
            with self._database_may_fail():
                self.tasks.beat()
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
                while not self.stopping.is_told() and self.tasks.run_next():
                    pass

    def _take_over(self) -> None:
        self.elected.clear()
        self._look()

    @contextlib.contextmanager
    def _database_may_fail(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError:
            LOG.exception("the database failed; work goes on when it answers")

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.tell()
