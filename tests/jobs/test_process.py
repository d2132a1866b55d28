"""Several real jobs processes: each period's work once, through kill -9."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.duties import Period
from app.domain.tasks import TaskState
from app.jobs import leader, runs
from app.jobs.process import JobsProcess
from app.jobs.timetable import TIMETABLE, Job
from app.ledger.door import SYSTEM
from app.models import JobRun, Task
from app.web.database import Installation
from app.work import cancel_server_task, queue_server_task
from tests.jobs.crew import Crew
from tests.support.makers import NOON

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def crew(work: Installation) -> Iterator[Crew]:
    """Yield three processes."""
    crew = Crew(work)
    crew.start()
    yield crew
    crew.close()


def test_a_task_of_a_dead_worker_is_done_by_the_next(crew: Crew, work: Installation) -> None:
    """Once in the end, by another process; one that is called off ends at its next step."""
    crew.hold("hold-tasks")
    kept = _task(work, "kept")
    crew.until(lambda: len(crew.lines("task-begin", "kept")) >= 1)
    # A slow machine may take it from one that lives, too: who began first is killed in any case.
    first = crew.lines("task-begin", "kept")[0]
    crew.send(first, signal.SIGKILL)
    crew.until(lambda: len(crew.lines("task-begin", "kept")) >= 2)
    assert crew.lines("task-begin", "kept")[1] != first
    crew.release("hold-tasks")
    crew.until(lambda: _state(work, kept) is TaskState.DONE)
    crew.hold("hold-tasks")
    dropped = _task(work, "dropped")
    crew.until(lambda: len(crew.lines("task-begin", "dropped")) >= 1)
    with work.database.transaction() as session:
        task = session.scalars(select(Task).where(Task.uid == dropped)).one()
        cancel_server_task(session, task, at=utcnow())
    crew.release("hold-tasks")
    crew.until(lambda: _state(work, dropped) is TaskState.CANCELLED)
    crew.stop()
    assert crew.lines("task-end", "dropped") == []
    assert len(crew.lines("task-end", "kept")) == 1


def test_one_job_that_fails_is_tried_again_and_the_others_go_on(work: Installation) -> None:
    """The claim is given back; a minute later it is fired again."""
    calls: list[str] = []

    def fails_once(_work: Installation, _at: datetime) -> str:
        calls.append("fails")
        if len(calls) == 1:
            raise ValueError("broken")
        return "done"

    jobs = (Job("fails", Period.DAY, fails_once), Job("works", Period.DAY, lambda *_: "done"))
    process = JobsProcess(work, {}, jobs)
    process.campaign()
    for _minute in range(3):
        for job in jobs:
            process.fire(job)
    assert len(calls) == 2
    with work.database.reading() as session:
        rows = session.execute(select(JobRun.job, JobRun.outcome).order_by(JobRun.job)).all()
    assert [tuple(row) for row in rows] == [("fails", "done"), ("works", "done")]


def test_only_the_leader_fires(work: Installation) -> None:
    """And where it resigns, the next one leads at once."""
    first, second = JobsProcess(work, {}), JobsProcess(work, {})
    first.campaign()
    second.campaign()
    assert (first.leading, second.leading) == (True, False)
    second.fire(Job("never", Period.DAY, lambda *_: pytest.fail("fired by one that waits")))
    with work.database.transaction() as session:
        leader.resign(session, first.worker)
    second.campaign()
    assert second.leading


def test_one_that_only_believes_it_leads_claims_nothing(work: Installation) -> None:
    """Its lease ran out while it was stopped; asking in the claim itself is what saves us."""
    old = JobsProcess(work, {}, lease=timedelta(seconds=-1))
    new = JobsProcess(work, {})
    old.campaign()
    new.campaign()
    assert old.leading
    assert new.leading
    done: list[str] = []
    job = Job("once", Period.DAY, lambda *_: done.append("x") or "done")  # type: ignore[func-returns-value]
    old.fire(job)
    assert done == []
    # The control: without asking, it would do the new leader's work.
    assert runs.once(work.database, ("once", "today"), old.worker, utcnow, lambda _: True)
    new.fire(job)
    assert done == ["x"]


@pytest.mark.usefixtures("any_url")
@pytest.mark.parametrize("guarded", [True, False])
def test_two_claims_at_the_same_moment_are_one(work: Installation, guarded: bool) -> None:
    """The pair of job and period is unique; without that row's guard both would run it."""
    postgres = work.database.url.get_backend_name() == "postgresql"
    if not guarded and postgres:
        with work.database.transaction() as session:
            session.execute(text("ALTER TABLE job_run DROP CONSTRAINT uq_job_run_job_period"))
    # Both have looked and found nothing before either writes; on SQLite the second one waits.
    meet = threading.Barrier(2)

    def clock() -> datetime:
        with contextlib.suppress(threading.BrokenBarrierError):
            meet.wait(60 if postgres else 0.2)
        return NOON

    found: list[runs.Run | None] = []

    def claim(worker: str) -> None:
        key = ("job", "2026-11-24")
        found.append(runs.once(work.database, key, worker, clock, lambda _: True))

    threads = [threading.Thread(target=claim, args=[name]) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with work.database.reading() as session:
        rows = len(session.scalars(select(JobRun)).all())
    assert rows == (1 if guarded or not postgres else 2)
    if postgres:
        assert sum(run is not None for run in found) == rows


def test_a_lease_is_one_holders_until_it_runs_out(session: Session) -> None:
    """Renewed it goes on; run out it is anybody's."""
    assert leader.lead(session, "a", at=NOON)
    assert not leader.lead(session, "b", at=NOON + leader.LEASE - timedelta(seconds=1))
    assert leader.lead(session, "a", at=NOON + timedelta(seconds=20))
    assert not leader.lead(session, "b", at=NOON + leader.LEASE)
    assert leader.lead(session, "b", at=NOON + leader.LEASE + timedelta(seconds=20))
    assert not leader.holds(session, "a", at=NOON + leader.LEASE + timedelta(seconds=20))


def test_periods_are_named_by_chinas_clock() -> None:
    """A day begins at 16:00 UTC."""
    before = datetime.fromisoformat("2026-11-23T15:59:59+00:00")
    after = before + timedelta(seconds=1)
    assert (Period.DAY.of(before), Period.DAY.of(after)) == ("2026-11-23", "2026-11-24")
    assert Period.HOUR.of(after) == "2026-11-24T00"
    assert Period.MINUTE.of(after) == "2026-11-24T00:00"


def test_every_job_has_its_own_name() -> None:
    """Two of one name would do each other's work."""
    assert len({job.name for job in TIMETABLE}) == len(TIMETABLE)


def _task(work: Installation, name: str) -> str:
    with work.database.transaction() as session:
        return queue_server_task(
            session, "copy", {"name": name}, path="/", by=SYSTEM, at=utcnow()
        ).uid


def _state(work: Installation, uid: str) -> TaskState:
    with work.database.reading() as session:
        return session.scalars(select(Task.state).where(Task.uid == uid)).one()
