"""Who the caller is to a verification body: what is seen, and where the caller is of its staff."""

from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import STANDARD_READERS
from app.domain.roles import Role
from app.domain.scope import Scope
from app.models import Body, MarkLot, StandardWeight
from app.verify import queries_standards as queries
from app.verify.service.bodies import is_staff
from app.web.access import ForbiddenError, caller


class Eyes(NamedTuple):
    """What queries of standards ask of the one who looks."""

    scope: Scope
    person_id: int
    today: date


def eyes() -> Eyes:
    """Return the caller's."""
    who = caller()
    return Eyes(who.scope(*STANDARD_READERS), who.id, local_date(utcnow()))


def weight(session: Session, uid: str) -> StandardWeight:
    """Return the weight ``uid``.

    Raises:
        NoResultFound: There is none that the caller sees.
    """
    return queries.weight_in(session, *eyes(), uid)


def lot(session: Session, uid: str) -> MarkLot:
    """Return the lot ``uid``.

    Raises:
        NoResultFound: There is none that the caller sees.
    """
    return queries.lot_in(session, *eyes(), uid)


def acts_for(session: Session, body: Body, *roles: Role) -> bool:
    """Return whether the caller is of the staff of ``body`` and holds one of ``roles``."""
    who = caller()
    return bool(who.roles & set(roles)) and is_staff(session, body, who.id, eyes().today)


def require(session: Session, body: Body, *roles: Role) -> None:
    """Refuse unless the caller is of the staff of ``body``, as one of ``roles``.

    Raises:
        ForbiddenError: It is somebody else's body.
    """
    if not acts_for(session, body, *roles):
        raise ForbiddenError("only the staff of the body does this")


def body(session: Session, uid: str) -> Body:
    """Return the body ``uid``.

    Raises:
        NoResultFound: There is none that the caller sees.
    """
    return queries.body_in(session, *eyes(), uid)


def bodies(session: Session, wanted: str = "") -> list[Body]:
    """Return the bodies the caller sees, the one asked for first, then the caller's own."""
    scope, person_id, today = eyes()
    own = {one.id for one in queries.own_bodies(session, person_id, today)}
    rows = session.scalars(queries.bodies(scope, person_id, today)).all()
    return sorted(rows, key=lambda one: (one.uid != wanted, one.id not in own, one.path, one.id))
