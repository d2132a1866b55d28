"""Server tasks: claimed one by one, progress written outside the work's own transaction."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update

from app.domain.tasks import Executor, TaskState
from app.models import Task
from app.web.database import Installation

Work = Callable[[Installation, Mapping[str, Any], datetime], dict[str, Any]]
LOG: Final = logging.getLogger("wutong.jobs")


def release(work: Installation, worker: str) -> None:
    """Queue again what a dead worker left running: called by a process that begins to lead."""
    with work.database.transaction() as session:
        session.execute(
            update(Task)
            .where(
                Task.executor == Executor.SERVER,
                Task.state == TaskState.RUNNING,
                Task.claimed_by != worker,
            )
            .values(state=TaskState.QUEUED, claimed_by="")
        )


def run_next(
    work: Installation, kinds: Mapping[str, Work], worker: str, clock: Callable[[], datetime]
) -> bool:
    """Do the oldest queued task; return whether there was one."""
    claimed = _claim(work, worker, clock())
    if claimed is None:
        return False
    task_id, kind, payload = claimed
    try:
        end = TaskState.DONE, kinds[kind](work, payload, clock())
    except Exception as error:
        LOG.exception("task %s (%s) failed", task_id, kind)
        end = TaskState.FAILED, {"error": type(error).__name__}
    _finish(work, (task_id, worker), end, clock())
    return True


def _claim(work: Installation, worker: str, at: datetime) -> tuple[int, str, dict[str, Any]] | None:
    with work.database.transaction() as session:
        task = session.scalars(
            select(Task)
            .where(Task.executor == Executor.SERVER, Task.state == TaskState.QUEUED)
            .order_by(Task.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if task is None:
            return None
        task.state, task.claimed_at, task.claimed_by = TaskState.RUNNING, at, worker
        return task.id, task.kind, dict(task.payload)


def _finish(
    work: Installation,
    claim: tuple[int, str],
    end: tuple[TaskState, dict[str, Any]],
    at: datetime,
) -> None:
    """Write down the end, unless the task was cancelled or taken over meanwhile."""
    task_id, worker = claim
    with work.database.transaction() as session:
        task = session.get_one(Task, task_id, with_for_update=True)
        if task.state is TaskState.RUNNING and task.claimed_by == worker:
            (task.state, task.result), task.finished_at = end, at
