"""Long work, and what the jobs process did."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.db.base import Base, one_of, path, primary_key, public_id
from app.domain.tasks import Executor, TaskState, task_may_become
from app.models.attestation import Station
from app.models.people import Person
from app.models.scale import Scale


class Task(Base):
    """A piece of work for the server, a station or a person.

    ``progress``: {"pass","passes","bytes","total","remaining_s","message"}, of the last second;
    of the server's own tasks {"message","done","total","at","since","first"}.
    The last columns are the server's: its hold on the task, how often it was begun, who wants it
    ended, where it goes on after a death (``stage``), and a key under which it exists once.
    """

    __tablename__ = "task"
    __table_args__ = (
        one_of("executor", Executor),
        one_of("state", TaskState),
        Index("ix_task_executor_state_id", "executor", "state", "id"),
        Index("ix_task_created_by_id_id", "created_by_id", "id"),
        UniqueConstraint("once_key"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[path]
    executor: Mapped[Executor]
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[TaskState]
    scale_id: Mapped[int | None] = mapped_column(ForeignKey(Scale.id), index=True)
    scale: Mapped[Scale | None] = relationship()
    station_id: Mapped[int | None] = mapped_column(ForeignKey(Station.id), index=True)
    station: Mapped[Station | None] = relationship()
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    created_by: Mapped[Person | None] = relationship()
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    claimed_by: Mapped[str] = mapped_column(String(60), default="")
    finished_at: Mapped[datetime | None]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    cancel_asked_at: Mapped[datetime | None]
    may_cancel: Mapped[bool] = mapped_column(default=True, server_default=true())
    stage: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    once_key: Mapped[str | None] = mapped_column(String(120))

    @validates("state")
    def _step(self, _key: str, following: TaskState) -> TaskState:
        """Refuse a step that the table does not know: that is a mistake of ours."""
        before: TaskState | None = self.__dict__.get("state")
        if before is not None and not task_may_become(before, following):
            raise ValueError(f"a task that is {before} does not become {following}")
        return following


class JobRun(Base):
    """A periodic job did its work for one period: at most once.

    Without an end it is being done, or ``failures`` tries failed and another one follows.
    """

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("job", "period"),)

    id: Mapped[primary_key]
    job: Mapped[str] = mapped_column(String(60))
    period: Mapped[str] = mapped_column(String(40))
    worker: Mapped[str] = mapped_column(String(60))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(400), default="")
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    failed_at: Mapped[datetime | None]


class Leader(Base):
    """Which process leads, until when unless it says so again."""

    __tablename__ = "leader"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(40))
    holder: Mapped[str] = mapped_column(String(60))
    until: Mapped[datetime]
