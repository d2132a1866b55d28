"""Reading bodies, weights and stock: of one's regions, and of the body one belongs to."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from app.db.scope import within
from app.domain.roles import VERIFICATION
from app.domain.scope import Scope
from app.models import (
    Body,
    Calibration,
    Grant,
    MarkIssue,
    MarkLot,
    Person,
    Qualification,
    Region,
    StandardWeight,
    StockDay,
    WeightUse,
    Worksheet,
)


def bodies(scope: Scope, person_id: int, on: date) -> Select[Body]:
    """Return the bodies of ``scope``, and those to which the person belongs."""
    return select(Body).where(_seen(Body.path, Body.id, scope, (person_id, on)))


def body_in(session: Session, scope: Scope, person_id: int, on: date, uid: str) -> Body:
    """Return the body ``uid``.

    Raises:
        NoResultFound: There is none for this person.
    """
    wanted = bodies(scope, person_id, on).where(Body.uid == uid)
    return session.scalars(
        wanted.options(
            selectinload(Body.regions),
            selectinload(Body.staff).joinedload(Qualification.person),
        )
    ).one()


def own_bodies(session: Session, person_id: int, on: date) -> Sequence[Body]:
    """Return the bodies to which the person belongs."""
    return session.scalars(
        select(Body).where(Body.id.in_(_member(person_id, on))).order_by(Body.id)
    ).all()


def weights(scope: Scope, person_id: int, on: date) -> Select[StandardWeight]:
    """Return the weights of the bodies that the person sees."""
    return (
        select(StandardWeight)
        .where(_seen(StandardWeight.path, StandardWeight.body_id, scope, (person_id, on)))
        .options(selectinload(StandardWeight.calibrations), joinedload(StandardWeight.body))
    )


def weight_in(session: Session, scope: Scope, person_id: int, on: date, uid: str) -> StandardWeight:
    """Return the weight ``uid``.

    Raises:
        NoResultFound: There is none for this person.
    """
    return session.scalars(weights(scope, person_id, on).where(StandardWeight.uid == uid)).one()


def holds_until() -> ColumnElement[Any]:
    """Return the last day of a weight's newest certificate, as SQL."""
    return (
        select(Calibration.valid_until)
        .where(Calibration.weight_id == StandardWeight.id)
        .order_by(Calibration.calibrated_on.desc(), Calibration.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def set_names(session: Session, seen: Select[StandardWeight]) -> list[str]:
    """Return the names of the sets among the weights ``seen``."""
    names = select(seen.subquery().c.set_name).distinct()
    return sorted(name for name in session.scalars(names) if name)


def above_candidates(
    session: Session, eyes: tuple[Scope, int, date], weight: StandardWeight
) -> list[StandardWeight]:
    """Return the weights of the same nominal by which ``weight`` may have been calibrated."""
    rows = session.scalars(
        weights(*eyes)
        .where(StandardWeight.nominal_mg == weight.nominal_mg, StandardWeight.id != weight.id)
        .order_by(StandardWeight.weight_class, StandardWeight.number)
    )
    order = list(type(weight.weight_class))
    own = order.index(weight.weight_class)
    return [row for row in rows if order.index(row.weight_class) <= own]


def uses(session: Session, weight: StandardWeight, most: int) -> Sequence[WeightUse]:
    """Return where ``weight`` stood last, newest first."""
    return session.scalars(
        select(WeightUse)
        .where(WeightUse.weight_id == weight.id)
        .order_by(WeightUse.used_on.desc(), WeightUse.id.desc())
        .limit(most)
        .options(
            joinedload(WeightUse.worksheet).joinedload(Worksheet.scale),
            joinedload(WeightUse.worksheet).joinedload(Worksheet.place),
        )
    ).all()


def times_used(session: Session, weight: StandardWeight) -> int:
    """Return in how many worksheets ``weight`` stands."""
    found = select(func.count()).select_from(WeightUse).where(WeightUse.weight_id == weight.id)
    return session.scalar(found) or 0


def lots(scope: Scope, person_id: int, on: date) -> Select[MarkLot]:
    """Return the lots of marks of the bodies that the person sees."""
    return (
        select(MarkLot)
        .where(_seen(MarkLot.path, MarkLot.body_id, scope, (person_id, on)))
        .options(joinedload(MarkLot.body))
    )


def lot_in(session: Session, scope: Scope, person_id: int, on: date, uid: str) -> MarkLot:
    """Return the lot ``uid``.

    Raises:
        NoResultFound: There is none for this person.
    """
    return session.scalars(lots(scope, person_id, on).where(MarkLot.uid == uid)).one()


def takers(session: Session, body: Body) -> Sequence[Person]:
    """Return whoever took marks of ``body``."""
    took = select(MarkIssue.person_id).join(MarkIssue.lot).where(MarkLot.body_id == body.id)
    return session.scalars(select(Person).where(Person.id.in_(took)).order_by(Person.name)).all()


def counts(session: Session, body: Body, person_id: int | None, most: int) -> Sequence[StockDay]:
    """Return the last counts of marks at ``body``, of one person or of all, newest first."""
    found = select(StockDay).where(StockDay.body_id == body.id)
    if person_id is not None:
        found = found.where(StockDay.person_id == person_id)
    return session.scalars(
        found.options(joinedload(StockDay.person))
        .order_by(StockDay.day.desc(), StockDay.id.desc())
        .limit(most)
    ).all()


def regions(session: Session, scope: Scope) -> list[tuple[str, str]]:
    """Return path and name of the regions of ``scope``."""
    rows = session.execute(
        select(Region.path, Region.name).where(within(Region.path, scope)).order_by(Region.path)
    )
    return [(path, name) for path, name in rows]


def verifiers(session: Session, paths: Sequence[str]) -> Sequence[Person]:
    """Return whoever has a role in verification in, above or below one of ``paths``."""
    rows = session.scalars(
        select(Grant).where(Grant.role.in_(VERIFICATION)).options(joinedload(Grant.person))
    )
    found = {
        row.person.id: row.person
        for row in rows
        if row.person.disabled_at is None
        and any(row.path.startswith(path) or path.startswith(row.path) for path in paths)
    }
    return sorted(found.values(), key=lambda one: one.name)


def _member(person_id: int, on: date) -> Select[int]:
    return select(Qualification.body_id).where(
        Qualification.person_id == person_id,
        or_(Qualification.ended_on.is_(None), Qualification.ended_on > on),
    )


def _seen(
    path: InstrumentedAttribute[str],
    body_id: InstrumentedAttribute[int],
    scope: Scope,
    who: tuple[int, date],
) -> ColumnElement[bool]:
    return or_(within(path, scope), body_id.in_(_member(*who)))
