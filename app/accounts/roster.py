"""The people an administrator keeps and an auditor reads: roles, sessions, devices, resets."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.accounts import bindings, queries, recovery
from app.accounts.bindings import Bound
from app.db.scope import within
from app.domain.calendar import local_date
from app.domain.scope import EVERYWHERE, Scope
from app.models import Grant, Person, ResetRequest, SignIn


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything about one account that is no secret.

    Attributes:
        grants: Roles, the running ones first; the ended ones stay for who looks back.
        ours: Whether every running role lies where the reader is: only then it is changed.
    """

    person: Person
    grants: list[Grant]
    places: dict[str, str]
    sessions: list[SignIn]
    devices: list[Bound]
    reset: ResetRequest | None
    ours: bool


def people(scope: Scope, q: str = "") -> Select[Person]:
    """Return the accounts with a role inside ``scope``, running or ended; list it by id."""
    found = select(Person)
    if not scope.holds(EVERYWHERE):
        there = select(Grant.person_id).where(within(Grant.path, scope))
        found = found.where(Person.id.in_(there))
    if q:
        found = found.where(or_(Person.name.contains(q, autoescape=True), Person.login == q))
    return found


def person_in(session: Session, scope: Scope, uid: str) -> Person:
    """Return the account ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(people(scope).where(Person.uid == uid)).one()


def is_ours(session: Session, scope: Scope, person: Person, at: datetime) -> bool:
    """Return whether every running role of ``person`` lies inside ``scope``."""
    if scope.holds(EVERYWHERE):
        return True
    day = local_date(at)
    running = select(func.count()).where(
        Grant.person_id == person.id, or_(Grant.until.is_(None), Grant.until >= day)
    )
    inside = running.where(within(Grant.path, scope))
    return session.scalars(running).one() == session.scalars(inside).one()


def dossier(session: Session, scope: Scope, person: Person, at: datetime) -> Dossier:
    """Return what is kept of ``person``, without a secret."""
    grants = list(
        session.scalars(
            select(Grant)
            .where(Grant.person_id == person.id)
            .order_by(Grant.until.is_not(None), Grant.since.desc(), Grant.id.desc())
        )
    )
    return Dossier(
        person,
        grants,
        queries.names_of(session, [one.path for one in grants]),
        queries.open_sessions(session, person.id, at),
        bindings.of(session, person.id, at),
        recovery.waiting(session, person, at),
        is_ours(session, scope, person, at),
    )


def last_seen(session: Session, ids: list[int]) -> dict[int, datetime]:
    """Return when each of ``ids`` was seen last."""
    rows = session.execute(
        select(SignIn.person_id, func.max(SignIn.last_seen_at))
        .where(SignIn.person_id.in_(ids))
        .group_by(SignIn.person_id)
    )
    return {number: at for number, at in rows}  # noqa: C416 - typed rows


def waiting_for_consent(session: Session, scope: Scope, at: datetime) -> list[Person]:
    """Return the people whose reset waits for a second administrator."""
    asked = select(ResetRequest.person_id).where(
        ResetRequest.closed_at.is_(None),
        ResetRequest.expires_at > at,
        ResetRequest.needs_consent,
        ResetRequest.consented_at.is_(None),
    )
    return list(session.scalars(people(scope).where(Person.id.in_(asked)).order_by(Person.id)))
