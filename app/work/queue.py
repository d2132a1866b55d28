"""Queuing a server task, and calling one off. Any slice may; the jobs process does it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.errors import DomainError
from app.domain.tasks import ENDED, REPEATABLE, Executor, TaskState
from app.models import Person, Task


class TaskEndedError(DomainError):
    """The task has ended: nothing is left to call off."""

    code = "task_gone"


class TaskFixedError(DomainError):
    """What the task does has to be done: it cannot be called off."""

    code = "task_fixed"


class TaskNotRepeatableError(DomainError):
    """The task did not fail, or is of a kind that goes on from its own page."""

    code = "task_not_repeatable"


def queue_server_task(  # noqa: PLR0913 - a row of its own, each part named
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    path: str,
    by: str,
    at: datetime,
    may_cancel: bool = True,
    once_key: str | None = None,
) -> Task:
    """Have the jobs process do some long work.

    Args:
        kind: A name in the table of kinds of `app.jobs.kinds`, with words in
            `app.web.words.tasks`.
        payload: What the work needs to know: ids, digests of blobs, choices. Small.
        path: The region that the work is about; who oversees it sees the task.
        by: Public id of the person, who sees the task and may call it off.
        may_cancel: False for what the law or an approval demands.
        once_key: A task of this key that there is already, in whatever state, is returned.
    """
    if once_key is not None:
        known = session.scalar(select(Task).where(Task.once_key == once_key))
        if known is not None:
            return known
    task = Task(
        uid=new_uid(),
        path=path,
        executor=Executor.SERVER,
        kind=kind,
        state=TaskState.QUEUED,
        created_by=session.scalar(select(Person).where(Person.uid == by)),
        created_at=at,
        payload=dict(payload),
        may_cancel=may_cancel,
        once_key=once_key,
    )
    session.add(task)
    session.flush()
    return task


def cancel_server_task(session: Session, task: Task, *, at: datetime) -> None:
    """Call a task off: at once where it waits, at its next step where it is being done.

    Raises:
        TaskEndedError: It has ended already.
        TaskFixedError: It is of a kind that has to be done.
    """
    # Of the task alone: PostgreSQL locks no optional side of what was loaded with it.
    session.refresh(task, with_for_update={"of": Task})
    if task.state in ENDED:
        raise TaskEndedError("the task has ended already")
    if not task.may_cancel:
        raise TaskFixedError("this task has to be done")
    task.cancel_asked_at = task.cancel_asked_at or at
    if task.state is TaskState.QUEUED:
        task.state, task.finished_at = TaskState.CANCELLED, at


def may_repeat(task: Task) -> bool:
    """Return whether the same work can be asked for once more."""
    return task.state is TaskState.FAILED and task.kind in REPEATABLE


def repeat_server_task(session: Session, task: Task, *, by: str, at: datetime) -> Task:
    """Queue the work of a failed task once more; asked for twice it is one.

    Raises:
        TaskNotRepeatableError: It did not fail, or its kind goes on elsewhere.
    """
    if not may_repeat(task):
        raise TaskNotRepeatableError("this task cannot be repeated")
    return queue_server_task(
        session,
        task.kind,
        task.payload,
        path=task.path,
        by=by,
        at=at,
        may_cancel=task.may_cancel,
        once_key=f"again:{task.uid}",
    )
