"""Orders to verify a scale again, which the next result answers."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.tasks import Executor, TaskState
from app.models import Scale, Task

RETEST: Final = "retest"
UNFINISHED: Final = (TaskState.QUEUED, TaskState.RUNNING)


def order(session: Session, scale: Scale, recall: str, at: datetime) -> None:
    """Have ``scale`` verified again because of ``recall``, a uid."""
    session.add(
        Task(
            uid=new_uid(),
            path=scale.path,
            executor=Executor.PERSON,
            kind=RETEST,
            state=TaskState.QUEUED,
            scale_id=scale.id,
            created_at=at,
            payload={"recall": recall},
        )
    )


def call_off(session: Session, scale_id: int, recall: str, at: datetime) -> None:
    """End the orders that came of ``recall``."""
    for task in _open(session, scale_id):
        if task.payload.get("recall") == recall:
            task.state, task.finished_at = TaskState.CANCELLED, at


def answer_retests(session: Session, scale_id: int, verification: str, at: datetime) -> None:
    """End every order to test a scale again: it was verified."""
    for task in _open(session, scale_id):
        task.state, task.finished_at = TaskState.DONE, at
        task.result = {"verification": verification}


def _open(session: Session, scale_id: int) -> list[Task]:
    return list(
        session.scalars(
            select(Task).where(
                Task.scale_id == scale_id, Task.kind == RETEST, Task.state.in_(UNFINISHED)
            )
        )
    )
