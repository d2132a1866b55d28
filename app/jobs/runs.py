"""Each job does its work at most once for each of its periods, whoever leads."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.session import Database
from app.models import JobRun
from app.work.fence import LostError, limit_idle

Key = tuple[str, str]


def once(
    database: Database,
    key: Key,
    worker: str,
    clock: Callable[[], datetime],
    may_claim: Callable[[Session], bool],
) -> "Run | None":
    """Claim a job for a period; None where it was done, or we do not lead.

    A run that was begun and never finished is taken over: only the leader claims, and it
    does one job at a time, so that run is a dead one's, or one's that no longer leads and will
    find its writes refused. Jobs therefore work in steps that may be repeated.

    Args:
        key: The job's name and the name of the period.
    """
    job, period = key
    try:
        with database.transaction() as session:
            limit_idle(session)
            if not may_claim(session):
                return None
            # Locked: its holder writes in this moment. It is not seen here, and the pair is
            # unique: we come back in a minute.
            found = session.scalar(_row(key).with_for_update(skip_locked=True))
            if found is None:
                session.add(JobRun(job=job, period=period, worker=worker, started_at=clock()))
            elif found.finished_at is not None:
                return None
            else:
                found.worker, found.started_at = worker, clock()
    except IntegrityError:  # another one claimed it in this moment: the pair is unique
        return None
    return Run(database, key, worker)


def _row(key: Key) -> Select[JobRun]:
    job, period = key
    return select(JobRun).where(JobRun.job == job, JobRun.period == period)


class Run:
    """A claimed run, to be finished with a word on what came of it."""

    def __init__(self, database: Database, key: Key, worker: str) -> None:
        self._database = database
        self._key = key
        self._worker = worker

    def check(self, session: Session) -> None:
        """Lock the run until the transaction ends, while it is still ours.

        Raises:
            LostError: Another process took it over.
        """
        self._own(session)

    def finish(self, outcome: str, *, at: datetime) -> None:
        """Write down the end.

        Raises:
            LostError: Another process took it over.
        """
        with self._database.transaction() as session:
            row = self._own(session)
            row.finished_at, row.outcome = at, outcome[:400]

    def fail(self, why: str, *, at: datetime) -> None:
        """Let go of the claim after a failure, so that the job is tried again."""
        with self._database.transaction() as session:
            row = self._own(session)
            row.worker, row.outcome = "", why[:400]
            row.failed_at, row.failures = at, row.failures + 1

    def _own(self, session: Session) -> JobRun:
        row = session.scalar(_row(self._key).with_for_update())
        if row is None or row.worker != self._worker or row.finished_at is not None:
            raise LostError
        return row
