"""Agreements as pages and the API read them: of a place, running out, one of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.db.scope import within
from app.domain.lifecycle import State
from app.domain.scope import Scope
from app.models import Agreement, AgreementStall, Place, Scale, Trader

SOON: Final = timedelta(days=30)


class Term(StrEnum):
    """How an agreement stands today."""

    RUNNING = "running"
    RUNNING_OUT = "running_out"
    OVER = "over"


def term(row: Agreement, today: date) -> Term:
    """Return how ``row`` stands on ``today``; its last day still counts."""
    if row.ended_on is not None and row.ended_on <= today:
        return Term.OVER
    if row.until is None or row.until > today + SOON:
        return Term.RUNNING
    return Term.OVER if row.until < today else Term.RUNNING_OUT


def agreements(scope: Scope) -> Select[Agreement]:
    """Return the agreements inside ``scope`` with trader, place and stalls."""
    return (
        select(Agreement)
        .where(within(Agreement.path, scope))
        .options(
            joinedload(Agreement.trader),
            joinedload(Agreement.place),
            selectinload(Agreement.stalls).joinedload(AgreementStall.stall),
        )
    )


def ending(scope: Scope, today: date) -> Select[Agreement]:
    """Return those that run out soon or ran out, and were neither renewed nor ended."""
    return agreements(scope).where(Agreement.ended_on.is_(None), Agreement.until <= today + SOON)


def of_place(session: Session, place: Place) -> Sequence[Agreement]:
    """Return the agreements of a place, those that stand first."""
    rows = agreements(Scope((place.path,))).where(Agreement.place_id == place.id)
    order = (Agreement.ended_on.is_not(None), Agreement.until, Agreement.number)
    return session.scalars(rows.order_by(*order)).all()


def agreement_in(session: Session, scope: Scope, uid: str) -> Agreement:
    """Return the agreement ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(agreements(scope).where(Agreement.uid == uid)).one()


def states_of(session: Session, place: Place) -> list[tuple[State, int]]:
    """Return how many scales of a place are in which state, in the order of their lives."""
    rows = session.execute(
        select(Scale.state, func.count()).where(Scale.place_id == place.id).group_by(Scale.state)
    )
    found = {state: number for state, number in rows}  # noqa: C416 - rows are no pairs to mypy
    return [(state, found[state]) for state in State if state in found]


def uncovered(session: Session, place: Place, today: date) -> int:
    """Return how many traders of a place have no agreement that stands."""
    standing = select(Agreement.trader_id).where(
        Agreement.place_id == place.id,
        Agreement.ended_on.is_(None),
        or_(Agreement.until.is_(None), Agreement.until >= today),
    )
    rows = select(func.count(Trader.id)).where(
        Trader.place_id == place.id, Trader.secret.is_not(None), Trader.id.not_in(standing)
    )
    return session.scalar(rows) or 0
