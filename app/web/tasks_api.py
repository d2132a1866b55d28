"""The API of the server's tasks."""

from datetime import datetime
from typing import Any, Literal

from flask import Blueprint
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.scope import EVERYWHERE
from app.domain.tasks import TaskState
from app.models import Task
from app.web import api
from app.web.access import Audience, access, caller
from app.web.tasks_pages import OVERSEERS, find, find_to_cancel
from app.work import (
    TaskEndedError,
    TaskFixedError,
    TaskNotRepeatableError,
    cancel_server_task,
    queries,
    repeat_server_task,
)

bp = Blueprint("tasks_api", __name__, url_prefix="/api/v1")


class TaskOut(api.Model):
    """Long work of the server; `progress` and `result` hold codes and numbers."""

    id: str
    kind: str
    state: TaskState
    started_by: str | None
    created_at: datetime
    claimed_at: datetime | None
    finished_at: datetime | None
    attempts: int
    may_cancel: bool
    is_ending: bool
    progress: dict[str, Any]
    result: dict[str, Any]


class TaskQuery(api.ListQuery):
    """Whose: one's own, or all of the regions one oversees."""

    of: Literal["mine", "all"] = "mine"


def task_out(row: Task) -> TaskOut:
    """Return ``row`` as the API shows it to the caller."""
    everywhere = caller().scope(*OVERSEERS).holds(EVERYWHERE)
    result = dict(row.result)
    if "found" in result and not everywhere:
        result["found"] = [{**one, "subject": ""} for one in result["found"]]
    return TaskOut(
        id=row.uid,
        kind=row.kind,
        state=row.state,
        started_by=row.created_by.uid if row.created_by else None,
        created_at=row.created_at,
        claimed_at=row.claimed_at,
        finished_at=row.finished_at,
        attempts=row.attempts,
        may_cancel=row.may_cancel,
        is_ending=row.state is TaskState.RUNNING and row.cancel_asked_at is not None,
        progress={key: row.progress.get(key) for key in ("message", "done", "total", "at")},
        result=result,
    )


@bp.get("/tasks")
@api.lists("List tasks of the server", TaskOut, query=TaskQuery)
@access(Audience.SIGNED_IN)
def tasks(session: Session, query: TaskQuery) -> api.Listed[TaskOut]:
    """The newest first."""
    scope = caller().scope(*OVERSEERS)
    own = query.of == "mine"
    found = queries.own_tasks(caller().id) if own else queries.tasks(caller().id, scope)
    return api.listed(session, query, found, [Task.id], task_out, newest_first=True)


@bp.get("/tasks/<uid:task>")
@api.read("Follow a task of the server", returns=TaskOut)
@access(Audience.SIGNED_IN)
def task(session: Session, task: str) -> TaskOut:
    """How far it is; asking once a second is enough."""
    return task_out(find(session, task))


@bp.post("/tasks/<uid:task>/cancel")
@api.write("Call a task off", returns=TaskOut, problems=(TaskEndedError, TaskFixedError))
@access(Audience.SIGNED_IN)
def cancel(session: Session, task: str) -> TaskOut:
    """One that is being done ends at its next step; what it did by then is said in its kind."""
    row = find_to_cancel(session, task)
    cancel_server_task(session, row, at=utcnow())
    session.flush()
    return task_out(row)


@bp.post("/tasks/<uid:task>/again")
@api.write("Repeat a task that failed", returns=TaskOut, problems=(TaskNotRepeatableError,))
@access(Audience.SIGNED_IN)
def again(session: Session, task: str) -> TaskOut:
    """A new task with the same work; asked for twice it is one."""
    failed = find_to_cancel(session, task)
    following = repeat_server_task(session, failed, by=caller().uid, at=utcnow())
    session.flush()
    return task_out(following)
