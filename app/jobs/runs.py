"""Each job does its work at most once for each of its periods, whoever leads."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.session import Database
from app.models import JobRun

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
    does one job at a time, so that run is a dead one's. Jobs therefore work in steps that
    may be repeated.

    Args:
        key: The job's name and the name of the period.
    """
    job, period = key
    try:
        with database.transaction() as session:
            if not may_claim(session):
                return None
            found = session.scalar(
                select(JobRun).where(JobRun.job == job, JobRun.period == period).with_for_update()
            )
            if found is None:
                session.add(JobRun(job=job, period=period, worker=worker, started_at=clock()))
            elif found.finished_at is not None:
                return None
            else:
                found.worker, found.started_at = worker, clock()
    except IntegrityError:  # another one claimed it in this moment: the pair is unique
        return None
    return Run(database, key)


class Run:
    """A claimed run, to be finished with a word on what came of it."""

    def __init__(self, database: Database, key: Key) -> None:
        self._database = database
        self._key = key

    def finish(self, outcome: str, *, at: datetime) -> None:
        """Write down the end."""
        job, period = self._key
        with self._database.transaction() as session:
            row = session.scalars(
                select(JobRun).where(JobRun.job == job, JobRun.period == period)
            ).one()
            row.finished_at, row.outcome = at, outcome[:400]

    def abandon(self) -> None:
        """Forget the claim after a failure, so that the job is tried again."""
        job, period = self._key
        with self._database.transaction() as session:
            session.execute(delete(JobRun).where(JobRun.job == job, JobRun.period == period))
