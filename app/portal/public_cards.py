"""What a stranger may know of a stall's, a person's or a weight's tag: as little as serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.lifecycle import State
from app.domain.roles import Role
from app.models import Code, CodeKind, Scale, ScaleModel, Stall
from app.portal import cards, queries
from app.portal.queries import PublicScale
from app.standing import bodies


@dataclass(frozen=True, slots=True)
class Serving:
    """A scale at a stall, and the tag that leads to its own page; None where it has none."""

    scale: PublicScale
    tag: Code | None


@dataclass(frozen=True, slots=True)
class PublicStall:
    """A stall without its trader, and the scales that serve there."""

    place: str
    number: str
    phone: str
    serving: Sequence[Serving]


@dataclass(frozen=True, slots=True)
class PublicStaff:
    """A staff card: whose it is stands on the card, which the code does not repeat.

    Attributes:
        roles: For which it is good today; none of them where it is not.
    """

    body: str
    roles: Sequence[Role]


@dataclass(frozen=True, slots=True)
class PublicWeight:
    """A standard weight: whose it is."""

    body: str


def public_stall(session: Session, stall: Stall, today: date) -> PublicStall:
    """Return what the public may know of ``stall``: above all, which scale serves there."""
    found = session.scalars(
        select(Scale)
        .where(Scale.stall_id == stall.id, Scale.state == State.IN_SERVICE)
        .options(
            joinedload(Scale.model).options(
                joinedload(ScaleModel.maker), selectinload(ScaleModel.ranges)
            ),
            selectinload(Scale.codes),
        )
        .order_by(Scale.market_key, Scale.id)
    ).all()
    serving = [Serving(queries.public_scale(session, one, today), _tag(one)) for one in found]
    return PublicStall(stall.place.name, stall.number, stall.place.phone, serving)


def _tag(scale: Scale) -> Code | None:
    in_use = (one for one in scale.codes if one.kind is CodeKind.TAG and one.revoked_at is None)
    return next(in_use, None)


def public_staff(session: Session, card: Code, today: date) -> PublicStaff:
    """Return what the public may know of a staff card: whose staff, and whether it is good."""
    holder = (card.person_id or 0, card.path)
    names = bodies.names_of(session, [holder])
    roles = dict.fromkeys(one.role for one in cards.roles_at(session, card, today))
    return PublicStaff(names.get(holder, ""), tuple(roles))
