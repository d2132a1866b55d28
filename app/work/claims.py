"""Who does a server task: a claim that lives as long as its holder says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from app.domain.tasks import ATTEMPTS, Executor, TaskState
from app.models import Task
from app.work.fence import LostError, StopWorkError

LEASE: Final = timedelta(seconds=30)
# A lease that ends later than any could was given by a clock that has been set back since.
SKEW: Final = timedelta(minutes=5)
WORKER_DIED: Final = "worker_died"
DATABASE_FAILED: Final = "database_failed"


class CancelledError(StopWorkError):
    """Somebody called the task off."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One worker's hold on one task; ``attempt`` tells two holds of one worker apart."""

    task_id: int
    worker: str
    attempt: int


def take(session: Session, worker: str, at: datetime, lease: timedelta = LEASE) -> Claim | None:
    """Claim the oldest task that waits, or whose worker was not heard of; None where none is.

    One that was called off ends here, as does one that killed its worker too often.
    """
    while (task := _next(session, at, lease)) is not None:
        if task.cancel_asked_at is not None:
            _end(task, TaskState.CANCELLED, {}, at)
        elif task.attempts >= ATTEMPTS:
            why = task.result.get("error", WORKER_DIED)
            _end(task, TaskState.FAILED, {"error": why, "attempts": task.attempts}, at)
        else:
            task.state, task.claimed_at, task.claimed_by = TaskState.RUNNING, at, worker
            task.attempts, task.lease_until = task.attempts + 1, at + lease
            return Claim(task.id, worker, task.attempts)
        session.flush()
    return None


def any_waits(session: Session, at: datetime, lease: timedelta = LEASE) -> bool:
    """Return whether there is a task to take."""
    return session.scalar(select(Task.id).where(_waits(at, lease)).limit(1)) is not None


def _waits(at: datetime, lease: timedelta) -> ColumnElement[bool]:
    """Return the condition that nobody does a task of the server: queued, or not heard of."""
    latest = at + lease + SKEW
    silent = or_(Task.lease_until.is_(None), Task.lease_until <= at, Task.lease_until > latest)
    return and_(
        Task.executor == Executor.SERVER,
        or_(Task.state == TaskState.QUEUED, and_(Task.state == TaskState.RUNNING, silent)),
    )


def _next(session: Session, at: datetime, lease: timedelta) -> Task | None:
    return session.scalar(
        select(Task)
        .where(_waits(at, lease))
        .order_by(Task.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def hold(session: Session, claim: Claim) -> Task:
    """Return the task, locked until the transaction ends, while it is still ``claim``'s.

    Raises:
        LostError: Another worker took it over, or it has ended.
        CancelledError: It was called off.
    """
    task = session.scalar(select(Task).where(Task.id == claim.task_id).with_for_update())
    if task is None or not _is_of(task, claim):
        raise LostError
    if task.cancel_asked_at is not None:
        raise CancelledError
    return task


def _is_of(task: Task, claim: Claim) -> bool:
    same = (task.claimed_by, task.attempts) == (claim.worker, claim.attempt)
    return same and task.state is TaskState.RUNNING


def renew(session: Session, claim: Claim, until: datetime) -> None:
    """Let the claim live until ``until``, if it is still ours."""
    session.execute(
        update(Task)
        .where(
            Task.id == claim.task_id,
            Task.claimed_by == claim.worker,
            Task.attempts == claim.attempt,
            Task.state == TaskState.RUNNING,
        )
        .values(lease_until=until)
    )


def beat(session: Session, claim: Claim, until: datetime) -> None:
    """Say that the worker lives, unless it writes in this moment: then it says so itself."""
    free = select(Task.id).where(Task.id == claim.task_id).with_for_update(skip_locked=True)
    if session.scalar(free) is not None:
        renew(session, claim, until)


def give_back(session: Session, claim: Claim, *, counted: bool) -> None:
    """Let another worker go on, if the task is still ours.

    Args:
        counted: The database failed; being told to stop counts as no attempt.
    """
    task = session.scalar(select(Task).where(Task.id == claim.task_id).with_for_update())
    if task is not None and _is_of(task, claim):
        task.state, task.claimed_by, task.lease_until = TaskState.QUEUED, "", None
        task.attempts -= 0 if counted else 1
        task.result = {"error": DATABASE_FAILED} if counted else {}


def finish(
    session: Session, claim: Claim, state: TaskState, result: dict[str, Any], at: datetime
) -> None:
    """Write down the end, if the task is still ours."""
    task = session.scalar(select(Task).where(Task.id == claim.task_id).with_for_update())
    if task is not None and _is_of(task, claim):
        _end(task, state, result, at)


def _end(task: Task, state: TaskState, result: dict[str, Any], at: datetime) -> None:
    task.state, task.result, task.finished_at = state, result, at
    task.lease_until = None
