"""Cards: tags of stalls, of staff and of standard weights, issued, replaced and voided.

Each hangs on a subject of the ledger of its own. A staff card belongs to a body: it stands at a
path of the region tree, and is good there while its person has a role there.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.crypto import tags
from app.crypto.tags import TagKind
from app.db.ids import new_uid
from app.db.scope import within
from app.domain.errors import DomainError
from app.domain.roles import Role
from app.domain.scope import Scope
from app.ledger import entries
from app.ledger.door import act
from app.models import Code, CodeKind, Grant, Person, Place, Scale, Stall, StandardWeight
from app.portal import queries, service, sheets
from app.portal.service import TagExistsError, TagRevokedError
from app.portal.sheets import PrintedTag
from app.standing import bodies
from app.web import formats
from app.web.words.say import say

Holder = Stall | Person | StandardWeight
KIND: Final[Mapping[type[Holder], TagKind]] = MappingProxyType(
    {Stall: TagKind.STALL, Person: TagKind.STAFF, StandardWeight: TagKind.WEIGHT}
)
# Who gives out what, and takes it back.
GIVERS: Final[Mapping[type[Holder] | type[Scale], tuple[Role, ...]]] = MappingProxyType(
    {
        Scale: (Role.MANAGER,),
        Stall: (Role.MANAGER,),
        Person: (Role.ADMIN,),
        StandardWeight: (Role.VERIFIER,),
    }
)
GIVERS_OF_ALL: Final = tuple(dict.fromkeys(role for roles in GIVERS.values() for role in roles))
MOST: Final = service.PART
Kind = TypeVar("Kind", Stall, StandardWeight)


class UnknownReasonError(DomainError):
    """A card is voided for one of the reasons that there are."""

    code = "unknown_reason"


class Ended(StrEnum):
    """Why a card is no longer good; chosen, not written: nobody's name gets in."""

    DAMAGED = "damaged"
    LOST = "lost"
    LEFT = "left"


def holder(card: Code) -> Holder | None:
    """Return what ``card`` hangs on; nothing where it is a scale's, or blank."""
    return card.stall or card.person or card.weight


def givers(card: Code) -> tuple[Role, ...]:
    """Return who gives out such as ``card``, and takes it back; of a blank tag, who claims it."""
    of = holder(card)
    return GIVERS[type(of)] if of is not None else GIVERS[Scale]


def holder_in(session: Session, scope: Scope, kind: type[Kind], uid: str) -> Kind:
    """Return the stall or weight ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(select(kind).where(within(kind.path, scope), kind.uid == uid)).one()


def current(session: Session, of: Holder, path: str) -> Code | None:
    """Return the card that ``of`` has at ``path`` now."""
    return session.scalar(
        select(Code).where(
            queries.OWNER[KIND[type(of)]] == of.id,
            Code.path == path,
            Code.kind == CodeKind.TAG,
            Code.revoked_at.is_(None),
        )
    )


def issue(session: Session, of: Holder, path: str, *, by: str, at: datetime) -> Code:
    """Give ``of`` a card at ``path``.

    Raises:
        TagExistsError: There is one that is not voided.
    """
    entries.lock(session)
    if current(session, of, path) is not None:
        raise TagExistsError("there is a card; void that one first")
    kind = KIND[type(of)]
    card = Code(
        uid=new_uid(),
        path=path,
        kind=CodeKind.TAG,
        value=tags.new_id(kind).hex(),
        number=service.free_number(session),
        issued_at=at,
    )
    with act(session, of, "tag_bound", by=by, at=at):
        setattr(card, queries.OWNER[kind].key, of.id)
        session.add(card)
    return card


def void(session: Session, card: Code, why: Ended, *, by: str, at: datetime) -> None:
    """Take ``card`` out of use: from now on whoever scans it is told so.

    Raises:
        TagRevokedError: It was voided before, or is no card.
    """
    entries.lock(session)
    of = holder(card)
    if of is None or card.revoked_at is not None:
        raise TagRevokedError("this card is void already")
    with act(session, of, "tag_revoked", by=by, at=at):
        card.revoked_at = at
        card.revoked_because = why.value


def replace(session: Session, card: Code, why: Ended, *, by: str, at: datetime) -> Code:
    """Void ``card`` and give its holder another one.

    Raises:
        TagRevokedError: It was voided before, or is no card.
    """
    of = holder(card)
    void(session, card, why, by=by, at=at)
    assert of is not None  # noqa: S101 - void refuses a card without holder
    session.flush()
    return issue(session, of, card.path, by=by, at=at)


def issue_missing(session: Session, place: Place, *, by: str, at: datetime) -> int:
    """Give every stall of ``place`` that has none its card; return how many that were."""
    has = select(Code.stall_id).where(Code.stall_id.is_not(None), Code.revoked_at.is_(None))
    bare = select(Stall).where(Stall.place_id == place.id, Stall.id.not_in(has))
    found = session.scalars(bare.order_by(Stall.number).limit(MOST)).all()
    for stall in found:
        issue(session, stall, stall.path, by=by, at=at)
    return len(found)


def stalls(scope: Scope, place: str) -> Select[Stall]:
    """Return the stalls of the place at the path ``place``, inside ``scope``."""
    return select(Stall).where(within(Stall.path, scope), Stall.path == place)


def staff(scope: Scope, today: date) -> Select[Grant]:
    """Return the roles that run ``today`` inside ``scope``, with whose they are."""
    return (
        select(Grant)
        .join(Person, Person.id == Grant.person_id)
        .where(within(Grant.path, scope), Person.disabled_at.is_(None), Grant.runs(today))
        .options(joinedload(Grant.person))
    )


def roles_at(session: Session, card: Code, today: date) -> Sequence[Grant]:
    """Return the roles for which a staff card is good ``today``; none where it is not."""
    if card.person is None or card.revoked_at is not None or card.person.disabled_at is not None:
        return ()
    mine = select(Grant).where(Grant.person_id == card.person_id, Grant.path == card.path)
    return session.scalars(mine.where(Grant.runs(today)).order_by(Grant.id)).all()


def of_holders(
    session: Session, kind: TagKind, scope: Scope, prefix: str = ""
) -> dict[tuple[int, str], Code]:
    """Return the cards of ``kind`` in use in ``scope``, below ``prefix``, by holder and path."""
    owner = queries.OWNER[kind].key
    found = session.scalars(queries.printable(scope, prefix, kind))
    return {(getattr(card, owner), card.path): card for card in found}


def printed(
    session: Session, wanted: service.Sheet, today: date, work: tuple[Ed25519PrivateKey, str]
) -> list[PrintedTag]:
    """Return what the labels or cards of one kind show, in the order of their places.

    Args:
        work: The key that signs tags, and the address that they lead to.
    """
    rows = queries.printable(wanted.scope, wanted.prefix, wanted.kind)
    if wanted.part is not None:
        rows = rows.limit(service.PART).offset((wanted.part - 1) * service.PART)
    found = session.scalars(rows).all()
    names = bodies.names_of(session, {(card.person_id or 0, card.path) for card in found})
    return [
        _printed(session, card, names.get((card.person_id or 0, card.path), ""), today, work)
        for card in found
    ]


def _printed(
    session: Session, card: Code, body: str, today: date, work: tuple[Ed25519PrivateKey, str]
) -> PrintedTag:
    label = PrintedTag(service.address(card, *work), card.number or "", body, "")
    if card.stall:
        place = card.stall.place.name
        return dataclasses.replace(
            label, place=place, line=card.stall.number, words=sheets.STALL_WORDS
        )
    if card.weight:
        line = f"{card.weight.weight_class.value} {formats.weight(card.weight.nominal_mg)}"
        body, more = card.weight.body.name, card.weight.number
        return dataclasses.replace(
            label, place=body, line=line, more=more, words=sheets.WEIGHT_WORDS
        )
    if card.person:
        roles = "、".join(dict.fromkeys(say(one.role) for one in roles_at(session, card, today)))
        name, words = card.person.name, sheets.STAFF_WORDS
        return dataclasses.replace(label, line=name, more=roles, words=words)
    return label
