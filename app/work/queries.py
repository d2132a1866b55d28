"""Which server tasks a person sees: one's own, and those of the regions one oversees."""

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload

from app.db.scope import within
from app.domain.scope import Scope
from app.domain.tasks import ENDED, Executor
from app.models import Person, Task


def tasks(person_id: int, scope: Scope) -> Select[Task]:
    """Return the server tasks of a person and those about regions inside ``scope``."""
    return _seen(or_(Task.created_by_id == person_id, within(Task.path, scope)))


def own_tasks(person_id: int) -> Select[Task]:
    """Return the server tasks that a person started."""
    return _seen(Task.created_by_id == person_id)


def task(session: Session, person_id: int, scope: Scope, uid: str) -> Task:
    """Return the server task ``uid``.

    Raises:
        NoResultFound: There is none that the person sees.
    """
    return session.scalars(tasks(person_id, scope).where(Task.uid == uid)).one()


def unfinished(session: Session, kind: str, by: str) -> Task | None:
    """Return the newest task of ``kind`` that a person started and that has not ended."""
    return session.scalar(
        select(Task)
        .join(Person, Person.id == Task.created_by_id)
        .where(
            Task.executor == Executor.SERVER,
            Task.kind == kind,
            Person.uid == by,
            Task.state.not_in(ENDED),
        )
        .order_by(Task.id.desc())
        .limit(1)
    )


def _seen(condition: ColumnElement[bool]) -> Select[Task]:
    return (
        select(Task)
        .where(Task.executor == Executor.SERVER, condition)
        .options(joinedload(Task.created_by))
    )
