"""Copies of tags, noticed from what staff scan: sightings, notices, what people conclude."""

import posixpath
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session, joinedload

from app.db.ids import new_uid
from app.db.scope import within
from app.domain import copies
from app.domain.copies import Carrier, CopyOutcome, CopyReason, Sight
from app.domain.errors import DomainError
from app.domain.scope import EVERYWHERE, Scope
from app.ledger import entries, remarks
from app.ledger.door import act
from app.models import Code, CopyNotice, Person, Place, Scale, Sighting

LAST: Final = 4


class NotVoidedError(DomainError):
    """A copied tag is voided first: both would find the scale as long as it is in use."""

    code = "copy_tag_in_use"


class CopyClosedError(DomainError):
    """Somebody resolved it before."""

    code = "copy_closed"


class CopyNoteError(DomainError):
    """Whoever explains a contradiction says how."""

    code = "copy_note_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Somebody had a tag of ours before the camera, or the phone held to it."""

    code: Code
    by: str
    path: str
    carrier: Carrier
    at: datetime


def whereabouts(session: Session, scope: Scope, place: str) -> str:
    """Return where somebody is: at the place they chose, else what all their regions share."""
    chosen = select(Place.path).where(within(Place.path, scope), Place.path == place)
    if found := session.scalar(chosen):
        return str(found)
    shared = posixpath.commonpath(scope.paths) if scope else EVERYWHERE
    return f"{shared.rstrip('/')}/"


def record(session: Session, seen: Seen, ways: tuple[int, ...]) -> CopyNotice | None:
    """Note a sighting of a scale's tag; return the notice where an earlier one contradicts it."""
    code = seen.code
    if code.scale_id is None:
        return None
    # Of two who scan at once, the second one sees the first.
    session.execute(select(Code.id).where(Code.id == code.id).with_for_update())
    who = session.scalars(select(Person.id).where(Person.uid == seen.by)).one()
    recent = select(Sighting, Person.uid).join(Person, Person.id == Sighting.person_id)
    recent = recent.where(
        Sighting.code_id == code.id, Sighting.at > seen.at - copies.reach(ways)
    ).order_by(Sighting.at)
    earlier = {Sight(one.path, one.at): uid for one, uid in session.execute(recent)}
    session.add(
        Sighting(
            uid=new_uid(),
            path=seen.path,
            code_id=code.id,
            person_id=who,
            carrier=seen.carrier,
            at=seen.at,
        )
    )
    found = copies.contradicted(Sight(seen.path, seen.at), earlier, ways)
    if found is None or _open_of(session, code, CopyReason.TWO_PLACES) is not None:
        return None
    before = {"before_path": found.path, "before_at": found.at, "before_by": earlier[found]}
    return _notice(session, code, CopyReason.TWO_PLACES, seen, before)


def report_plate(session: Session, seen: Seen, plate: str) -> CopyNotice | None:
    """Note that the plate before somebody differs from the register; nothing where it does not."""
    code = seen.code
    if code.scale is None or plate.casefold() == code.scale.serial_no[-LAST:].casefold():
        return None
    found = _open_of(session, code, CopyReason.PLATE_DIFFERS)
    return found or _notice(session, code, CopyReason.PLATE_DIFFERS, seen, {"plate": plate})


def resolve(
    session: Session, notice: CopyNotice, outcome: CopyOutcome, note: str, *, by: str, at: datetime
) -> None:
    """Put on record what a person made of ``notice``.

    Raises:
        CopyClosedError: It was resolved before.
        NotVoidedError: The tag is said to be voided and is in use.
        CopyNoteError: It is explained without words.
    """
    entries.lock(session)
    session.refresh(notice)
    if notice.outcome is not None:
        raise CopyClosedError("this was resolved before")
    if outcome is CopyOutcome.VOIDED and notice.code.revoked_at is None:
        raise NotVoidedError("the tag is still in use")
    if outcome is CopyOutcome.EXPLAINED and not note.strip():
        raise CopyNoteError("an explanation is wanted")
    told = {"outcome": outcome.value, "reason": notice.reason.value}
    with act(session, notice.scale, "tag_copy_resolved", by=by, at=at, details=told):
        told.update(remarks.keep(session, notice.scale, note, at=at, about=notice.uid))
        notice.outcome, notice.closed_at, notice.closed_by = outcome, at, by


def forget(session: Session, before: datetime) -> int:
    """Delete the sightings from before an instant, and the notices closed before it."""
    gone = session.execute(delete(Sighting).where(Sighting.at < before)).rowcount  # type: ignore[attr-defined]  # of a DELETE there is one
    session.execute(delete(CopyNotice).where(CopyNotice.closed_at < before))
    return int(gone)


def listed(scope: Scope, *, closed: bool = False) -> Select[CopyNotice]:
    """Return the notices of scales inside ``scope``, open or closed ones."""
    state = CopyNotice.outcome.is_not(None) if closed else CopyNotice.outcome.is_(None)
    return (
        select(CopyNotice)
        .where(within(CopyNotice.path, scope), state)
        .options(
            joinedload(CopyNotice.code),
            joinedload(CopyNotice.scale).options(joinedload(Scale.place), joinedload(Scale.model)),
        )
    )


def notice_in(session: Session, scope: Scope, uid: str) -> CopyNotice:
    """Return the notice ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    wanted = select(CopyNotice).where(within(CopyNotice.path, scope), CopyNotice.uid == uid)
    return session.scalars(wanted).one()


def places(session: Session, scope: Scope, most: int) -> list[tuple[str, str]]:
    """Return path and name of the places inside ``scope``; none where there are over ``most``."""
    wanted = select(Place.path, Place.name).where(within(Place.path, scope))
    rows = session.execute(wanted.order_by(Place.path).limit(most + 1)).all()
    return [(path, name) for path, name in rows] if len(rows) <= most else []


def _open_of(session: Session, code: Code, reason: CopyReason) -> CopyNotice | None:
    return session.scalar(
        select(CopyNotice).where(
            CopyNotice.code_id == code.id,
            CopyNotice.reason == reason,
            CopyNotice.outcome.is_(None),
        )
    )


def _notice(
    session: Session, code: Code, reason: CopyReason, seen: Seen, more: dict[str, object]
) -> CopyNotice:
    assert code.scale is not None  # noqa: S101 - only scales' tags are noticed
    row = CopyNotice(
        uid=new_uid(),
        path=code.scale.path,
        scale_id=code.scale.id,
        code_id=code.id,
        reason=reason,
        seen_path=seen.path,
        seen_at=seen.at,
        seen_by=seen.by,
        **more,
    )
    session.add(row)
    session.flush()
    return row
