"""Blank tags: printed ahead for a place, claimed at the scale with photos of plate and seal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.crypto import tags
from app.db.ids import new_uid
from app.db.scope import within
from app.domain.errors import DomainError
from app.domain.lifecycle import State
from app.domain.scope import Scope
from app.ledger import entries
from app.ledger.door import act
from app.models import Code, CodeKind, Place, Scale
from app.portal import queries, service
from app.portal.service import ScaleRetiredError, TagExistsError
from app.portal.sheets import PrintedTag

MOST: Final = service.PART  # whole sheets of every label paper


class NotBlankError(DomainError):
    """The tag hangs on a scale already, or was voided."""

    code = "tag_not_blank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A blank tag is put on a scale.

    Attributes:
        plate, seal: Digests of the photos, already among the blobs.
        replaces: The tag that the scale carries is damaged or lost and goes.
    """

    plate: str
    seal: str
    replaces: bool = False


def make(session: Session, place: Place, count: int, *, by: str, at: datetime) -> list[Code]:
    """Return ``count`` fresh blank tags for ``place``; the ledger tells of the batch.

    Raises:
        ValueError: Not 1 to `MOST` of them.
    """
    if not 1 <= count <= MOST:
        raise ValueError(f"blank tags are made 1 to {MOST} at a time")
    entries.lock(session)
    with act(session, place, "blank_tags_made", by=by, at=at):
        return _fresh(session, place, count, at)


def _fresh(session: Session, place: Place, count: int, at: datetime) -> list[Code]:
    made = []
    for _each in range(count):
        tag = Code(
            uid=new_uid(),
            path=place.path,
            kind=CodeKind.TAG,
            value=tags.new_id().hex(),
            number=service.free_number(session),
            issued_at=at,
        )
        session.add(tag)
        session.flush()  # the next number must not be this one
        made.append(tag)
    return made


def claim(
    session: Session, tag: Code, scale: Scale, command: Claim, *, by: str, at: datetime
) -> None:
    """Put a blank tag on ``scale``.

    Raises:
        NotBlankError: It is on a scale already, or voided.
        ScaleRetiredError: The scale's life is over.
        TagExistsError: The scale carries a tag, and nobody said that it is to go.
    """
    entries.lock(session)  # of two who claim at once, the second finds it taken
    session.refresh(tag)
    if not tag.is_blank or tag.revoked_at is not None:
        raise NotBlankError("this tag is not blank any more")
    if scale.state is State.RETIRED:
        raise ScaleRetiredError("this scale is retired")
    old = service.current(session, scale)
    if old is not None and not command.replaces:
        raise TagExistsError("this scale has a tag")
    if old is not None:
        service.void(session, old, scale, "", by=by, at=at)
    told = {"number": tag.number or "", "photo": command.plate, "seal_photo": command.seal}
    with act(session, scale, "tag_bound", by=by, at=at, details=told):
        tag.path, tag.scale_id = scale.path, scale.id
        scale.photo = command.plate


def blanks(scope: Scope, prefix: str = "") -> Select[Code]:
    """Return the blank tags inside ``scope``, below ``prefix``, in the order they were made."""
    found = select(Code).where(
        within(Code.path, scope),
        Code.kind == CodeKind.TAG,
        Code.revoked_at.is_(None),
        *queries.unowned(),
    )
    return (found.where(within(Code.path, Scope((prefix,)))) if prefix else found).order_by(Code.id)


def waiting(session: Session, scope: Scope) -> list[tuple[str, str, int]]:
    """Return path and name of each place with blank tags, and how many."""
    rows = session.execute(
        select(Place.path, Place.name, func.count())
        .join(Code, Code.path == Place.path)
        .where(Code.id.in_(blanks(scope).with_only_columns(Code.id).order_by(None)))
        .group_by(Place.path, Place.name)
        .order_by(Place.path)
    )
    return [(path, name, count) for path, name, count in rows]


def printed(tag: Code, place: str, key: Ed25519PrivateKey, base_url: str) -> PrintedTag:
    """Return what the label of a blank tag shows: the place it was made for, and no scale."""
    return PrintedTag(
        address=service.address(tag, key, base_url), number=tag.number or "", place=place, line=""
    )
