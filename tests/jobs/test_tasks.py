"""Server tasks: held by a lease, counted, resumed, called off, ended with their effect."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.tasks import ATTEMPTS, TaskState
from app.jobs.runner import TaskRunner, Work
from app.ledger.door import SYSTEM
from app.models import Task
from app.web.database import Installation
from app.work import (
    Progress,
    TaskEndedError,
    TaskFixedError,
    cancel_server_task,
    claims,
    queue_server_task,
)
from app.work.fence import LostError
from app.work.progress import Terms
from tests.support.makers import NOON, make_region

LEASE = timedelta(seconds=30)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        """Return the present instant."""
        return self.at


def queue(work: Installation, kind: str = "test", **more: Any) -> str:  # noqa: ANN401
    """Queue a task of no region; return its uid."""
    with work.database.transaction() as session:
        task = queue_server_task(session, kind, {}, path="/", by=SYSTEM, at=NOON, **more)
        return task.uid


def found(work: Installation, uid: str) -> Task:
    """Return the task as it stands."""
    with work.database.reading() as session:
        return session.scalars(select(Task).where(Task.uid == uid)).one()


def runner(work: Installation, do: Work, clock: Clock, name: str = "a", **terms: Any) -> TaskRunner:  # noqa: ANN401
    """Return a worker that knows one kind."""
    return TaskRunner(work, {"test": do}, name, Terms(clock, LEASE, **terms))


def dies(work: Installation, clock: Clock) -> None:
    """Take the next task and say nothing any more."""
    with work.database.transaction() as session:
        assert claims.take(session, "dead", clock(), LEASE)
    clock.at += LEASE + timedelta(seconds=1)


@pytest.mark.usefixtures("any_url")
def test_a_task_of_a_dead_worker_is_taken_when_its_lease_has_run_out(work: Installation) -> None:
    """Not before; and its number says which attempt it is."""
    clock = Clock()
    uid = queue(work)
    attempts: list[int] = []

    def do(_work: Installation, progress: Progress) -> dict[str, Any]:
        attempts.append(progress.attempt)
        return {"scales": 3}

    with work.database.transaction() as session:
        assert claims.take(session, "dead", NOON, LEASE)
    assert not runner(work, do, clock).run_next()
    clock.at += LEASE + timedelta(seconds=1)
    assert runner(work, do, clock).run_next()
    assert attempts == [2]
    assert (found(work, uid).state, found(work, uid).result) == (TaskState.DONE, {"scales": 3})


@pytest.mark.usefixtures("any_url")
def test_a_task_that_kills_its_worker_is_given_up(work: Installation) -> None:
    """After three deaths, with a word; the tasks behind it are done."""
    clock = Clock()
    uid, behind = queue(work), queue(work)
    for _death in range(ATTEMPTS):
        dies(work, clock)
    done = runner(work, lambda *_: {}, clock)
    assert done.run_next()
    task = found(work, uid)
    assert (task.state, task.result) == (
        TaskState.FAILED,
        {"error": "worker_died", "attempts": ATTEMPTS},
    )
    assert found(work, behind).state is TaskState.DONE


@pytest.mark.usefixtures("any_url")
@pytest.mark.parametrize("fenced", [True, False])
def test_a_worker_that_was_frozen_has_no_effect(
    work: Installation, fenced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another took the task over meanwhile; the control without the fence has two effects."""
    if not fenced:
        monkeypatch.setattr(Progress, "_hold", lambda *_: None)
    clock = Clock()
    queue(work)
    asleep, wake = threading.Event(), threading.Event()
    effects: list[str] = []

    def freezes(found: Installation, _progress: Progress) -> dict[str, Any]:
        asleep.set()
        wake.wait(120)
        with found.database.transaction():
            effects.append("frozen")
        return {}

    def does(found: Installation, _progress: Progress) -> dict[str, Any]:
        with found.database.transaction():
            effects.append("other")
        return {}

    thread = threading.Thread(target=runner(work, freezes, clock).run_next)
    thread.start()
    assert asleep.wait(120)
    clock.at += LEASE + timedelta(seconds=1)
    assert runner(work, does, clock, "b").run_next()
    wake.set()
    thread.join()
    assert effects == (["other"] if fenced else ["other", "frozen"])


@pytest.mark.usefixtures("any_url")
@pytest.mark.parametrize("applying", [True, False])
def test_the_effect_and_the_end_are_one_transaction(work: Installation, applying: bool) -> None:
    """The worker dies right behind its effect; where the end is another step, it comes twice."""
    clock = Clock()
    queue(work)

    def effect(session: Session, number: int) -> None:
        make_region(session, f"/32/32{number:02}/")

    def dies_behind_it(found: Installation, progress: Progress) -> dict[str, Any]:
        if applying:
            with progress.applying({}) as session:
                effect(session, progress.attempt)
        else:
            with found.database.transaction() as session:
                effect(session, progress.attempt)
        raise LostError  # what a death looks like from here: nothing more is written

    attempts = 0
    while attempts < ATTEMPTS and runner(work, dies_behind_it, clock).run_next():
        attempts += 1
        clock.at += LEASE * 2
    assert attempts == (1 if applying else ATTEMPTS)


@pytest.mark.usefixtures("any_url")
def test_the_next_attempt_goes_on_where_the_last_step_ended(work: Installation) -> None:
    """What was kept with a step is kept whole; the step that failed left nothing."""
    clock = Clock()
    uid = queue(work)
    done: list[int] = []

    def do(found: Installation, progress: Progress) -> dict[str, Any]:
        for number in range(progress.stage.get("after", 0) + 1, 6):
            with found.database.transaction() as session:
                progress.keep(session, {"after": number})
                if number == 3 and progress.attempt == 1:
                    raise LostError
            done.append(number)
        return {"scales": len(done)}

    assert runner(work, do, clock).run_next()
    assert found(work, uid).stage == {"after": 2}
    clock.at += LEASE * 2
    assert runner(work, do, clock).run_next()
    assert done == [1, 2, 3, 4, 5]


@pytest.mark.usefixtures("any_url")
def test_a_task_is_called_off_at_its_next_step(work: Installation) -> None:
    """One that waits ends at once; one that ended or has to be done cannot be called off."""
    clock = Clock()
    uid, waiting, fixed = queue(work), queue(work), queue(work, may_cancel=False)
    reached: list[str] = []

    def do(found: Installation, progress: Progress) -> dict[str, Any]:
        progress.step(1, 2, "judging_scales")
        _cancel(found, uid, clock)
        reached.append("asked")
        with found.database.transaction():
            reached.append("written")
        return {}

    _cancel(work, waiting, clock)
    assert found(work, waiting).state is TaskState.CANCELLED
    with pytest.raises(TaskFixedError):
        _cancel(work, fixed, clock)
    assert runner(work, do, clock).run_next()
    assert (found(work, uid).state, reached) == (TaskState.CANCELLED, ["asked"])
    with pytest.raises(TaskEndedError):
        _cancel(work, uid, clock)


def _cancel(work: Installation, uid: str, clock: Clock) -> None:
    plain = getattr(work.database, "plain", work.database)
    with Session(plain.engine) as session, session.begin():
        task = session.scalars(select(Task).where(Task.uid == uid)).one()
        cancel_server_task(session, task, at=clock())


def test_a_task_called_off_while_its_worker_was_dead_ends(work: Installation) -> None:
    """Nobody begins it again."""
    clock = Clock()
    uid = queue(work)
    with work.database.transaction() as session:
        assert claims.take(session, "dead", NOON, LEASE)
    _cancel(work, uid, clock)
    clock.at += LEASE * 2
    assert not runner(work, lambda *_: pytest.fail("begun again"), clock).run_next()
    assert found(work, uid).state is TaskState.CANCELLED


def test_a_process_that_is_told_to_end_gives_its_task_back(work: Installation) -> None:
    """Another goes on, and it does not count as a death."""
    clock = Clock()
    uid = queue(work)

    def do(_work: Installation, progress: Progress) -> dict[str, Any]:
        progress.step(0, 5)
        return {}

    assert not runner(work, do, clock, is_ending=lambda: True).run_next()
    task = found(work, uid)
    assert (task.state, task.attempts, task.claimed_by) == (TaskState.QUEUED, 0, "")


def test_progress_is_seen_while_the_work_goes_on(work: Installation) -> None:
    """With the instant its phase began; a step inside a transaction would wait for itself."""
    clock = Clock()
    uid = queue(work)
    seen: list[Mapping[str, Any]] = []

    def do(found_here: Installation, progress: Progress) -> dict[str, Any]:
        progress.step(2, 8, "judging_scales")
        seen.append(found(work, uid).progress)
        with found_here.database.transaction(), pytest.raises(RuntimeError, match="outside"):
            progress.step(3, 8, "judging_scales")
        return {}

    assert runner(work, do, clock).run_next()
    at = NOON.isoformat()
    told = {"message": "judging_scales", "done": 2, "total": 8, "at": at, "since": at, "first": 2}
    assert seen == [told]


@pytest.mark.parametrize(
    ("do", "error"),
    [
        (lambda *_: {}["nothing"], "program_error"),
        (
            lambda work, _: _cancel(work, _.uid, Clock()) or _raise(TaskFixedError("no")),
            "task_fixed",
        ),
    ],
)
def test_a_task_that_fails_says_why(work: Installation, do: Work, error: str) -> None:
    """By the code of the refusal, or as a mistake of the program; it is not tried again."""
    uid = queue(work)
    assert runner(work, do, Clock()).run_next()
    assert (found(work, uid).state, found(work, uid).result["error"]) == (TaskState.FAILED, error)


def _raise(error: Exception) -> dict[str, Any]:
    raise error


def test_a_kind_nobody_knows_fails(work: Installation) -> None:
    """As after going back to an older version."""
    uid = queue(work, "from_the_future")
    assert runner(work, lambda *_: {}, Clock()).run_next()
    assert found(work, uid).result == {"error": "unknown_kind"}


def test_a_key_queues_once(work: Installation) -> None:
    """Whatever became of the first one."""
    first = queue(work, once_key="reference_ended:1")
    assert queue(work, once_key="reference_ended:1") == first
    assert queue(work, once_key="reference_ended:2") != first


def test_two_workers_take_two_tasks(work: Installation) -> None:
    """And a third finds none."""
    queue(work)
    queue(work)
    with work.database.transaction() as session:
        taken = [claims.take(session, name, utcnow(), LEASE) for name in "abc"]
    assert taken[2] is None
    assert len({claim.task_id for claim in taken[:2] if claim}) == 2
