"""What the public page and the sheets of tags read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from app.crypto.tags import TagKind
from app.db.scope import within
from app.domain.calendar import local_date
from app.domain.lifecycle import Action, State
from app.domain.public_status import PublicStatus
from app.domain.scope import Scope
from app.models import (
    Code,
    CodeKind,
    Place,
    Scale,
    ScaleEvent,
    ScaleModel,
    Stall,
    StandardWeight,
)
from app.standing import standing_of

LAST: Final = 4
# Whose a tag is, by its kind.
OWNER: Final[Mapping[TagKind, InstrumentedAttribute[int | None]]] = MappingProxyType(
    {
        TagKind.SCALE: Code.scale_id,
        TagKind.STALL: Code.stall_id,
        TagKind.WEIGHT: Code.weight_id,
        TagKind.STAFF: Code.person_id,
    }
)


@dataclass(frozen=True, slots=True)
class PublicScale:
    """All that a stranger may know of a scale: no trader, no reason, no suspicion.

    Attributes:
        ranges: (Min, Max, e) of each weighing range, mg.
        retired_on: The day on which it left service for good: the status alone would not say so.
    """

    status: PublicStatus
    valid_until: date | None
    serial_last4: str
    model: str
    maker: str
    ranges: tuple[tuple[int, int, int], ...]
    market_no: str
    place: str
    stall: str
    fair_scale_spot: str
    phone: str
    has_photo: bool
    retired_on: date | None = None


def tag_by_id(session: Session, identity: str) -> Code | None:
    """Return the tag that carries ``identity``, revoked or not."""
    return session.scalar(_tags().where(Code.value == identity))


def tag_by_number(session: Session, number: str) -> Code | None:
    """Return the tag beside which ``number`` is printed."""
    return session.scalar(_tags().where(Code.number == number))


def tag_of(session: Session, scale_uid: str) -> Code | None:
    """Return the tag in use on the scale ``scale_uid``."""
    return session.scalar(
        _tags()
        .join(Scale, Scale.id == Code.scale_id)
        .where(Scale.uid == scale_uid, Code.revoked_at.is_(None))
    )


def public_scale(session: Session, scale: Scale, today: date) -> PublicScale:
    """Return what the public may know of ``scale`` on ``today``."""
    found = standing_of(session, scale, today)
    model = scale.model
    return PublicScale(
        status=found.public_status,
        valid_until=found.legal.valid_until,
        serial_last4=scale.serial_no[-LAST:],
        model=model.name,
        maker=model.maker.name,
        ranges=tuple((one.min_mg, one.max_mg, one.e_mg) for one in model.ranges),
        market_no=scale.market_no,
        place=scale.place.name,
        stall=scale.stall.number if scale.stall else "",
        fair_scale_spot=scale.place.fair_scale_spot,
        phone=scale.place.phone,
        has_photo=scale.photo is not None,
        retired_on=_retired_on(session, scale),
    )


def _retired_on(session: Session, scale: Scale) -> date | None:
    if scale.state is not State.RETIRED:
        return None
    told = select(func.max(ScaleEvent.at)).where(
        ScaleEvent.scale_id == scale.id, ScaleEvent.action == Action.RETIRE
    )
    at = session.scalar(told)
    return local_date(at) if at else None


def printable(scope: Scope, prefix: str = "", kind: TagKind = TagKind.SCALE) -> Select[Code]:
    """Return the tags of ``kind`` in use inside ``scope``, below ``prefix`` where one is given.

    In the order in which somebody goes round to stick them on.
    """
    found = _tags().where(OWNER[kind].is_not(None), *_in_use(scope, prefix))
    if kind is TagKind.SCALE:
        found = found.join(Scale, Scale.id == Code.scale_id)
        return found.order_by(Code.path, Scale.market_key, Code.id)
    return found.order_by(Code.path, Code.id)


def count_printable(
    session: Session, scope: Scope, prefix: str = "", kind: TagKind = TagKind.SCALE
) -> int:
    """Return how many tags of ``kind`` in use there are inside ``scope``, below ``prefix``."""
    found = select(func.count(Code.id)).where(OWNER[kind].is_not(None), *_in_use(scope, prefix))
    return session.scalars(found).one()


def places_with_tags(session: Session, scope: Scope) -> Sequence[tuple[str, str, int]]:
    """Return path and name of the places inside ``scope`` with tags in use, and how many."""
    return [
        (path, name, count)
        for path, name, count in session.execute(
            select(Place.path, Place.name, func.count())
            .join(Scale, Scale.place_id == Place.id)
            .join(Code, Code.scale_id == Scale.id)
            .where(*_in_use(scope))
            .group_by(Place.path, Place.name)
            .order_by(Place.name, Place.path)
        )
    ]


def _in_use(scope: Scope, prefix: str = "") -> list[ColumnElement[bool]]:
    found = [within(Code.path, scope), Code.kind == CodeKind.TAG, Code.revoked_at.is_(None)]
    return [*found, within(Code.path, Scope((prefix,)))] if prefix else found


def unowned() -> list[ColumnElement[bool]]:
    """Return the conditions that a tag is blank: of no scale, stall, weight or person yet."""
    return [owner.is_(None) for owner in OWNER.values()]


def listed(scope: Scope) -> Select[Code]:
    """Return every tag inside ``scope``, those revoked too."""
    return _tags().where(within(Code.path, scope))


def tag_in(session: Session, scope: Scope, uid: str) -> Code:
    """Return the tag ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(listed(scope).where(Code.uid == uid)).one()


def scale_in(session: Session, scope: Scope, uid: str) -> Scale:
    """Return the scale ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(select(Scale).where(within(Scale.path, scope), Scale.uid == uid)).one()


def _tags() -> Select[Code]:
    return (
        select(Code)
        .where(Code.kind == CodeKind.TAG)
        .options(
            joinedload(Code.scale).options(
                joinedload(Scale.place),
                joinedload(Scale.stall),
                joinedload(Scale.model).options(
                    joinedload(ScaleModel.maker), selectinload(ScaleModel.ranges)
                ),
            )
        )
        .options(
            joinedload(Code.stall).joinedload(Stall.place),
            joinedload(Code.person),
            joinedload(Code.weight).joinedload(StandardWeight.body),
        )
    )


def places(session: Session, scope: Scope) -> list[tuple[str, str]]:
    """Return path and name of the places inside ``scope``."""
    rows = session.execute(
        select(Place.path, Place.name).where(within(Place.path, scope)).order_by(Place.path)
    )
    return [(path, name) for path, name in rows]
