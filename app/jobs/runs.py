"""Each job does its work at most once for each of its periods, whoever leads."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.db.session import Database
from app.models import JobRun


def once(
    database: Database, job: str, period: str, worker: str, clock: Callable[[], datetime]
) -> "Run | None":
    """Claim ``job`` for ``period``; None where it was done or another one is at it.

    A run that its worker never finished is taken over: only the leader claims, so a
    foreign unfinished run is a dead one's. Jobs therefore work in steps that may be repeated.
    """
    try:
        with database.transaction() as session:
            found = session.scalar(
                select(JobRun).where(JobRun.job == job, JobRun.period == period).with_for_update()
            )
            if found is None:
                session.add(JobRun(job=job, period=period, worker=worker, started_at=clock()))
            elif found.finished_at is not None or found.worker == worker:
                return None
            else:
                found.worker, found.started_at = worker, clock()
    except IntegrityError:
        return None
    return Run(database, job, period)


class Run:
    """A claimed run, to be finished with a word on what came of it."""

    def __init__(self, database: Database, job: str, period: str) -> None:
        self._database = database
        self._key = (job, period)

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
