"""What people keep beside the lists: their filters and columns, and acts on many scales."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, Big, Path, one_of, primary_key, public_id
from app.models.people import Person
from app.models.scale import Scale
from app.models.work import Task


class BulkOutcome(StrEnum):
    """What became of one scale of an act on many.

    ``refused`` was so when it was shown, ``failed`` only when it was done.
    """

    WAITING = "waiting"
    REFUSED = "refused"
    DONE = "done"
    FAILED = "failed"


class SavedFilter(Base):
    """A person's own name for a filter of the list of scales. ``query``: as the address has it.

    Private: no part of the register, so neither the ledger nor a story tells of it.
    """

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(Text)


class ChosenColumns(Base):
    """The columns that a person wants in the list of scales, in order; private as well."""

    __tablename__ = "chosen_columns"
    __table_args__ = (UniqueConstraint("person_id"),)

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    columns: Mapped[list[Any]]


class BulkAct(Base):
    """An act that somebody wants done on many scales: first shown, then done, scale by scale.

    ``given``: what the act asks for, in codes, numbers and days. ``query``: the filter it came
    from. ``path``: the smallest region that holds all of its scales.
    """

    __tablename__ = "bulk_act"
    __table_args__ = (Index("ix_bulk_act_created_by_id_id", "created_by_id", "id"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[str] = mapped_column(Path)
    action: Mapped[str] = mapped_column(String(40))
    given: Mapped[dict[str, Any]]
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    created_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    created_by: Mapped[Person] = relationship()
    task_id: Mapped[int | None] = mapped_column(ForeignKey(Task.id))
    task: Mapped[Task | None] = relationship()


class BulkLine(Base):
    """One scale of it. ``seen``: its last step when it was shown; ``why``: codes of obstacles."""

    __tablename__ = "bulk_line"
    __table_args__ = (
        one_of("outcome", BulkOutcome),
        Index("ix_bulk_line_bulk_id_outcome_id", "bulk_id", "outcome", "id"),
    )

    id: Mapped[primary_key]
    bulk_id: Mapped[int] = mapped_column(ForeignKey(BulkAct.id, ondelete="CASCADE"))
    bulk: Mapped[BulkAct] = relationship()
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id, ondelete="CASCADE"), index=True)
    scale: Mapped[Scale] = relationship()
    seen: Mapped[int] = mapped_column(Big)
    outcome: Mapped[BulkOutcome]
    why: Mapped[list[Any]] = mapped_column(default=list)
