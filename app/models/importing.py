"""Imports of lists: the session, and each row of the list with what it meant."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, Big, digest, one_of, path, primary_key, public_id
from app.domain.importing import ImportState, LineKind, LineOutcome
from app.models.people import Person
from app.models.scale import Scale
from app.models.work import Task


class ImportSession(Base):
    """A list that somebody wants in the register.

    ``fields``: {index of the column: field}. ``sha256``: the file, among the blobs.
    ``path``: the region within which it may speak of places.
    """

    __tablename__ = "import_session"
    __table_args__ = (one_of("state", ImportState),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[path]
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[digest]
    head_row: Mapped[int] = mapped_column(default=0)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Of imports before there were grounds with an end.
    no_code_reason: Mapped[str] = mapped_column(String(200), default="")
    ground: Mapped[str] = mapped_column(String(32), default="", server_default="")
    ground_until: Mapped[date | None]
    state: Mapped[ImportState] = mapped_column(default=ImportState.READING)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    created_by: Mapped[Person | None] = relationship()
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    # Names, telephone numbers and the file are gone since then; nothing can be undone.
    forgotten_at: Mapped[datetime | None]
    task_id: Mapped[int | None] = mapped_column(ForeignKey(Task.id))
    task: Mapped[Task | None] = relationship()


class ImportLine(Base):
    """One row of the list.

    ``number``: as the spreadsheet shows it. ``said``: what it says, by field. ``changes``:
    {field: [before, after]}. ``problems``: [{"code","field","column","cell","more"}].
    ``step``: the ledger's number of the step that applied it.
    """

    __tablename__ = "import_line"
    __table_args__ = (
        one_of("kind", LineKind),
        one_of("outcome", LineOutcome),
        Index("ix_import_line_session_id_number", "session_id", "number", unique=True),
        Index("ix_import_line_session_id_kind_number", "session_id", "kind", "number"),
    )

    id: Mapped[primary_key]
    session_id: Mapped[int] = mapped_column(ForeignKey(ImportSession.id))
    session: Mapped[ImportSession] = relationship()
    number: Mapped[int]
    kind: Mapped[LineKind]
    outcome: Mapped[LineOutcome] = mapped_column(default=LineOutcome.WAITING)
    place_id: Mapped[int | None] = mapped_column(Big)
    model_id: Mapped[int | None] = mapped_column(Big)
    scale_id: Mapped[int | None] = mapped_column(
        ForeignKey(Scale.id, ondelete="SET NULL"), index=True
    )
    said: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problems: Mapped[list[Any]] = mapped_column(default=list)
    step: Mapped[int | None] = mapped_column(Big)
