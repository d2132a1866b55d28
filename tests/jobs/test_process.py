"""Several real jobs processes: each period's work once, through kill -9."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.db.session import utcnow
from app.domain.duties import Period
from app.domain.tasks import Executor, TaskState
from app.jobs import leader, runs
from app.jobs.process import JobsProcess
from app.jobs.timetable import TIMETABLE, Job
from app.models import JobRun, Leader, Task
from app.web.database import Installation
from app.work import cancel_server_task
from tests.jobs.bench import LEASE
from tests.support.makers import NOON

PROJECT = Path(__file__).parents[2]
PATIENCE_S = 60
WORKERS = 3


class Team:
    """Processes of `tests.jobs.bench`, and what they wrote."""

    def __init__(self, work: Installation) -> None:
        self.home = work.settings.home
        self.work = work
        command = [sys.executable, "-m", "tests.jobs.bench"]
        address = work.settings.database_url
        self.running = [
            subprocess.Popen([*command, address, str(self.home)], cwd=PROJECT)
            for _ in range(WORKERS)
        ]

    def lines(self, what: str) -> list[str]:
        """Return who wrote ``what``."""
        with contextlib.suppress(FileNotFoundError):
            written = (self.home / "done.txt").read_text().splitlines()
            return [line.split()[1] for line in written if line.startswith(f"{what} ")]
        return []

    def until(self, done: Callable[[], bool]) -> None:
        """Wait until ``done``."""
        end = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < end, (self.home / "done.txt").read_text()
            time.sleep(0.05)

    def kill(self, worker: str) -> None:
        """Kill the process that calls itself ``worker``."""
        os.kill(int(worker.split(":")[-2]), signal.SIGKILL)

    def stop(self) -> None:
        """End them all and see that they end well."""
        for child in self.running:
            child.terminate()
        for child in self.running:
            assert child.wait(PATIENCE_S) in {0, -signal.SIGKILL}


@pytest.fixture
def team(work: Installation) -> Iterator[Team]:
    """Yield three processes that hold on in the middle of their job."""
    (work.settings.home / "hold").touch()
    team = Team(work)
    yield team
    for path in ("hold", "hold-tasks"):
        (work.settings.home / path).unlink(missing_ok=True)
    for child in team.running:
        if child.poll() is None:
            child.kill()
        child.wait()


@pytest.mark.usefixtures("any_url")
def test_each_period_is_done_once_though_the_leader_is_killed(
    team: Team, work: Installation
) -> None:
    """In the middle of its job; the next one takes the job over when the lease has run out."""
    team.until(lambda: len(team.lines("begin")) == 1)
    (first,) = team.lines("begin")
    time.sleep(LEASE.total_seconds() + 0.5)  # it is renewed beside the work
    assert team.lines("begin") == [first]
    team.kill(first)
    team.until(lambda: len(team.lines("begin")) == 2)
    second = team.lines("begin")[1]
    assert second != first
    (work.settings.home / "hold").unlink()
    team.until(lambda: len(team.lines("end")) == 1)
    time.sleep(1.5)  # more looks at the timetable
    team.stop()
    assert team.lines("end") == [second]
    assert len(team.lines("begin")) == 2
    with work.database.reading() as session:
        (row,) = session.scalars(select(JobRun))
        assert (row.worker, row.finished_at is not None) == (second, True)
        assert session.scalar(select(Leader)) is None


def test_a_task_of_a_dead_worker_is_done_by_the_next(team: Team, work: Installation) -> None:
    """Once in the end, by another process; one that is called off ends at its next step."""
    home = work.settings.home
    (home / "hold").unlink()
    (home / "hold-tasks").touch()
    kept = _task(work, "kept")
    team.until(lambda: len(team.lines("task-begin-kept")) == 1)
    (first,) = team.lines("task-begin-kept")
    team.kill(first)
    team.until(lambda: len(team.lines("task-begin-kept")) == 2)
    assert team.lines("task-begin-kept")[1] != first
    (home / "hold-tasks").unlink()
    team.until(lambda: _state(work, kept) is TaskState.DONE)
    (home / "hold-tasks").touch()
    dropped = _task(work, "dropped")
    team.until(lambda: len(team.lines("task-begin-dropped")) == 1)
    with work.database.transaction() as session:
        task = session.scalars(select(Task).where(Task.uid == dropped)).one()
        cancel_server_task(session, task, at=utcnow())
    (home / "hold-tasks").unlink()
    team.until(lambda: _state(work, dropped) is TaskState.CANCELLED)
    team.stop()
    assert team.lines("task-end-dropped") == []
    assert len(team.lines("task-end-kept")) == 1


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
            meet.wait(2 if postgres else 0.2)
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
    uid = new_uid()
    with work.database.transaction() as session:
        session.add(
            Task(
                uid=uid,
                path="/",
                executor=Executor.SERVER,
                kind="copy",
                state=TaskState.QUEUED,
                created_at=NOON,
                payload={"name": name},
            )
        )
    return uid


def _state(work: Installation, uid: str) -> TaskState:
    with work.database.reading() as session:
        return session.scalars(select(Task.state).where(Task.uid == uid)).one()
