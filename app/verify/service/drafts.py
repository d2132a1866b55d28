"""Drafts of worksheets: saved after every tap, never merged, never overwritten.

A save names the revision it was made on. A save that was made on another one is refused and
both are kept; a save that came twice because its answer was lost is known again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.db.ids import is_uid
from app.domain.errors import DomainError
from app.models import Person, Scale, ScaleModel, WorksheetDraft
from app.verify.service.documents import BadDocumentError, Document


class DraftConflictError(DomainError):
    """The draft was saved by another device since; both are kept."""

    code = "draft_conflict"

    def __init__(self, draft: WorksheetDraft) -> None:
        super().__init__("the draft was saved elsewhere since", revision=draft.revision)
        self.draft = draft


class DraftClosedError(DomainError):
    """The worksheet was submitted or given up; nothing more is written to its draft."""

    code = "draft_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """One save of a draft; ``revision`` is the one it was made on, 0 for the first."""

    uid: str
    revision: int
    document: Mapping[str, Any]


def save_draft(
    session: Session, scale: Scale, save: Save, *, by: Person, at: datetime
) -> WorksheetDraft:
    """Keep the draft as sent and return it with its new revision.

    Raises:
        BadDocumentError: The document is none of a worksheet of this scale.
        DraftConflictError: Another device saved since ``save.revision``.
        DraftClosedError: It is no draft any more.
    """
    _check(save, scale)
    found = known(session, save.uid)
    if found is None:
        return _first(session, scale, save, by, at)
    if found.person_id != by.id or found.scale_id != scale.id:
        raise BadDocumentError("uid")
    if dict(save.document) == found.document:
        return found  # the answer to this very save was lost
    if found.closed_at is not None:
        raise DraftClosedError("the worksheet was submitted or given up")
    if found.revision != save.revision:
        raise DraftConflictError(found)
    found.document = dict(save.document)
    found.revision += 1
    found.saved_at = at
    session.flush()
    return found


def known(session: Session, uid: str) -> WorksheetDraft | None:
    """Return the draft ``uid``, whoever writes it, held until the transaction ends."""
    return session.scalar(select(WorksheetDraft).where(WorksheetDraft.uid == uid).with_for_update())


def _check(save: Save, scale: Scale) -> None:
    if not is_uid(save.uid):
        raise BadDocumentError("uid")
    if Document.read(save.document).scale != scale.uid:
        raise BadDocumentError("scale")


def _first(session: Session, scale: Scale, save: Save, by: Person, at: datetime) -> WorksheetDraft:
    row = WorksheetDraft(
        uid=save.uid,
        path=scale.path,
        scale=scale,
        person=by,
        document=dict(save.document),
        revision=save.revision + 1,
        saved_at=at,
    )
    session.add(row)
    session.flush()
    return row


def give_up(draft: WorksheetDraft, *, at: datetime) -> None:
    """Close a draft without a worksheet."""
    if draft.closed_at is None:
        draft.closed_at = at


def draft_of(session: Session, person_id: int, uid: str) -> WorksheetDraft:
    """Return a person's draft, open or closed.

    Raises:
        NoResultFound: There is none of that person's.
    """
    return session.scalars(
        select(WorksheetDraft)
        .where(WorksheetDraft.uid == uid, WorksheetDraft.person_id == person_id)
        .options(
            joinedload(WorksheetDraft.scale).options(
                joinedload(Scale.place), joinedload(Scale.model).selectinload(ScaleModel.ranges)
            )
        )
    ).one()


def last_at(session: Session, person_id: int, path: str) -> WorksheetDraft | None:
    """Return what a person saved last at a place, open or closed."""
    return session.scalars(
        select(WorksheetDraft)
        .where(WorksheetDraft.person_id == person_id, WorksheetDraft.path == path)
        .order_by(WorksheetDraft.saved_at.desc(), WorksheetDraft.id.desc())
        .limit(1)
    ).first()


def open_drafts(
    session: Session, person_id: int, scales: Sequence[Scale] | None = None
) -> Sequence[WorksheetDraft]:
    """Return a person's open drafts, of ``scales`` where some are named, the newest first."""
    statement = (
        select(WorksheetDraft)
        .where(WorksheetDraft.person_id == person_id, WorksheetDraft.closed_at.is_(None))
        .options(joinedload(WorksheetDraft.scale).joinedload(Scale.place))
        .order_by(WorksheetDraft.saved_at.desc(), WorksheetDraft.id.desc())
    )
    if scales is not None:
        statement = statement.where(WorksheetDraft.scale_id.in_([one.id for one in scales]))
    return session.scalars(statement).all()
