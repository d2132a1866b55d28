"""Tags: issued for a scale, revoked, and rendered into the address that is printed.

A tag identifies, it never authorises. Its text is not kept: the signature is
deterministic, so the same id gives the same text again.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import host_of
from app.crypto import tags
from app.crypto.tags import TagKind
from app.db.ids import new_uid
from app.domain import codes
from app.domain.errors import DomainError
from app.domain.lifecycle import State
from app.domain.scope import Scope
from app.ledger import entries, remarks
from app.ledger.codes import suspend_without_code
from app.ledger.door import act
from app.models import Code, CodeKind, Scale
from app.portal import queries
from app.portal.sheets import PrintedTag

# Whole sheets of each label paper (24, 21 and 14 labels), and a few seconds of drawing.
PART: Final = 504


class TagExistsError(DomainError):
    """The scale carries a tag already: revoke that one first, then issue another."""

    code = "tag_exists"


class TagRevokedError(DomainError):
    """The tag was revoked before."""

    code = "tag_revoked"


class ScaleRetiredError(DomainError):
    """A retired scale gets no tag."""

    code = "scale_retired"


def issue(session: Session, scale: Scale, *, by: str, at: datetime, replaces: bool = False) -> Code:
    """Give ``scale`` a fresh tag.

    Args:
        replaces: The tag that it carries is damaged or lost and goes.

    Raises:
        TagExistsError: It has one that is not revoked, and nobody said that it is to go.
        ScaleRetiredError: Its life is over.
    """
    entries.lock(session)  # of two who ask at once, the second finds the first one's tag
    if scale.state is State.RETIRED:
        raise ScaleRetiredError("this scale is retired")
    old = current(session, scale)
    if old is not None and not replaces:
        raise TagExistsError("this scale has a tag; revoke that one first")
    if old is not None:
        void(session, old, scale, "", by=by, at=at)
    tag = Code(
        uid=new_uid(),
        path=scale.path,
        kind=CodeKind.TAG,
        value=tags.new_id().hex(),
        number=free_number(session),
        issued_at=at,
    )
    with act(session, scale, "tag_bound", by=by, at=at, details={"number": tag.number}):
        tag.scale_id = scale.id
        session.add(tag)
    return tag


def revoke(session: Session, tag: Code, because: str, *, by: str, at: datetime) -> None:
    """Take ``tag`` out of use: from now on its page says so.

    A scale that serves and carries no other code is suspended until it has one again.

    Raises:
        TagRevokedError: It was revoked before.
    """
    entries.lock(session)
    if tag.revoked_at is not None or tag.scale is None:
        raise TagRevokedError("this tag is revoked already")
    void(session, tag, tag.scale, because, by=by, at=at)
    suspend_without_code(session, tag.scale, by=by, at=at)


def void(session: Session, tag: Code, scale: Scale, because: str, *, by: str, at: datetime) -> None:
    """Take ``tag`` out of use where another takes its place in the same transaction."""
    told = {"number": tag.number or ""}
    with act(session, scale, "tag_revoked", by=by, at=at, details=told):
        told.update(remarks.keep(session, scale, because, at=at, about=tag.uid))
        tag.revoked_at = at


def current(session: Session, scale: Scale) -> Code | None:
    """Return the tag that ``scale`` carries now."""
    return session.scalar(
        select(Code).where(
            Code.scale_id == scale.id, Code.kind == CodeKind.TAG, Code.revoked_at.is_(None)
        )
    )


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which labels: of a region or place inside a scope, all of them or one part."""

    scope: Scope
    prefix: str = ""
    part: int | None = None
    kind: TagKind = TagKind.SCALE


def parts(count: int) -> int:
    """Return in how many parts ``count`` labels are printed."""
    return -(-count // PART)


def labels(
    session: Session, wanted: Sheet, key: Ed25519PrivateKey, base_url: str
) -> list[PrintedTag]:
    """Return what the labels of the tags in use show, in the order of their places."""
    found = queries.printable(wanted.scope, wanted.prefix)
    if wanted.part is not None:
        found = found.limit(PART).offset((wanted.part - 1) * PART)
    return [label(tag, tag.scale, key, base_url) for tag in session.scalars(found) if tag.scale]


def label(tag: Code, scale: Scale, key: Ed25519PrivateKey, base_url: str) -> PrintedTag:
    """Return what the label of ``tag`` on ``scale`` shows."""
    return PrintedTag(
        address=address(tag, key, base_url),
        number=tag.number or "",
        place=scale.place.name,
        line=f"{scale.market_no} · {scale.serial_no[-4:]}".removeprefix(" · "),
    )


def address(tag: Code, key: Ed25519PrivateKey, base_url: str) -> str:
    """Return the address that the code of ``tag`` holds."""
    text = tags.render(key, host_of(base_url), bytes.fromhex(tag.value))
    return f"{base_url}/t/{text}"


def free_number(session: Session) -> str:
    """Return eight digits that stand beside no tag yet."""
    while True:
        number = codes.number(1 + secrets.randbelow(codes.LAST))
        if session.scalar(select(Code.id).where(Code.number == number)) is None:
            return number
