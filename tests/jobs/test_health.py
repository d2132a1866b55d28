"""What those who look after the machine are told of the jobs."""

from datetime import timedelta

import pytest

from app.db.session import utcnow
from app.domain.duties import DUTIES, GRACE, Period
from app.domain.tasks import Executor
from app.jobs import leader
from app.jobs.process import JobsProcess
from app.jobs.timetable import TIMETABLE, Job
from app.ledger.door import SYSTEM
from app.models import Leader
from app.web.database import Installation
from app.work import claims, queue_server_task
from app.work.health import DutyHealth, JobHealth, job_health


def health(work: Installation, later: timedelta = timedelta()) -> JobHealth:
    """Return how the jobs do."""
    with work.database.reading() as session:
        return job_health(session, utcnow() + later)


def duty(work: Installation, name: str, later: timedelta = timedelta()) -> DutyHealth:
    """Return how one duty does."""
    return next(one for one in health(work, later).duties if one.name == name)


def test_the_timetable_and_the_names_are_one() -> None:
    """A duty that nobody does, or that nobody looks after, would not be missed."""
    assert {job.name: job.period for job in TIMETABLE} == dict(DUTIES)


@pytest.mark.usefixtures("any_url")
def test_with_every_duty_done_and_a_leader_all_is_well(work: Installation) -> None:
    """Until the leader is not heard of, or a duty is late."""
    assert not health(work).is_well
    process = JobsProcess(work, {})
    process.campaign()
    for job in TIMETABLE:
        process.fire(job)
    told = health(work)
    assert told.is_well
    assert told.leader == process.worker
    assert all(one.last_success and one.outcome for one in told.duties)
    assert not health(work, leader.LEASE * 2).leader
    minute = timedelta(minutes=1)
    assert not duty(work, "expire_tasks", GRACE).is_late
    assert duty(work, "expire_tasks", GRACE + 2 * minute).is_late
    assert not duty(work, "expire_scales", GRACE + 2 * minute).is_late


def test_a_duty_that_fails_is_told_with_its_tries(work: Installation) -> None:
    """The error's name, never its text; done at last, the failures are past."""
    process = JobsProcess(work, {})
    process.campaign()
    broken = Job("prune", Period.DAY, lambda *_: 1 / 0)  # type: ignore[return-value, arg-type]
    process.fire(broken)
    process.fire(broken)
    told = duty(work, "prune")
    assert (told.failures, told.is_late, told.running_since) == (2, True, None)
    process.fire(next(job for job in TIMETABLE if job.name == "prune"))
    assert duty(work, "prune").failures == 0


def test_queues_are_counted(work: Installation) -> None:
    """What waits, since when, and what was claimed by one that is silent."""
    with work.database.transaction() as session:
        for _one in range(3):
            queue_server_task(session, "test", {}, path="/", by=SYSTEM, at=utcnow())
        claims.take(session, "dead", utcnow())
    later = claims.LEASE + timedelta(seconds=1)
    server = next(q for q in health(work, later).queues if q.executor is Executor.SERVER)
    assert (server.queued, server.running, server.stale) == (2, 1, 1)
    assert server.oldest_queued is not None
    with work.database.reading() as session:
        assert session.get(Leader, 1) is None
