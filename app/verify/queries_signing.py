"""Which worksheets wait for whom: by market and step."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from app.db.scope import within
from app.domain.roles import Role
from app.domain.scope import Scope
from app.domain.verification import VerificationResult
from app.domain.worksheets import SignatureStep, WorksheetState
from app.models import Body, Place, SignatureBatch, Worksheet


@dataclass(frozen=True, slots=True)
class Desk:
    """Who looks: the person, and where each of the three roles is held."""

    person_id: int
    scopes: dict[Role, Scope]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """The worksheets of one place and body that wait for one step."""

    place: Place
    body: Body
    step: SignatureStep
    count: int
    failed: int
    marked: int
    since: datetime


def waiting(desk: Desk, step: SignatureStep) -> Select[Worksheet]:
    """Return the worksheets that wait for ``step`` of whoever sits at ``desk``."""
    if step is SignatureStep.VERIFIED:
        return (
            select(Worksheet)
            .where(
                Worksheet.verifier_id == desk.person_id,
                within(Worksheet.path, desk.scopes[Role.VERIFIER]),
                or_(_unsigned(), Worksheet.state == WorksheetState.RETURNED),
            )
            .options(joinedload(Worksheet.place), joinedload(Worksheet.body))
        )
    role, state = {
        SignatureStep.CHECKED: (Role.CHECKER, _signed()),
        SignatureStep.APPROVED: (Role.SIGNATORY, Worksheet.state == WorksheetState.CHECKED),
    }[step]
    return (
        select(Worksheet)
        .where(within(Worksheet.path, desk.scopes[role]), state)
        .options(joinedload(Worksheet.place), joinedload(Worksheet.body))
    )


def piles(session: Session, desk: Desk) -> list[Pile]:
    """Return what waits at ``desk``, market by market, the oldest first."""
    found: dict[tuple[int, int, SignatureStep], list[Worksheet]] = defaultdict(list)
    for step in SignatureStep:
        for row in session.scalars(waiting(desk, step)):
            found[row.place_id, row.body_id, step].append(row)
    return sorted(
        (_pile(rows, step) for (_place, _body, step), rows in found.items()),
        key=lambda pile: pile.since,
    )


def pile_of(
    session: Session, desk: Desk, place: str, step: SignatureStep, body: str | None = None
) -> Sequence[Worksheet]:
    """Return the worksheets of the place ``place`` and of one body, as waiting for ``step``."""
    statement = waiting(desk, step).join(Place, Place.id == Worksheet.place_id)
    if body:
        statement = statement.join(Body, Body.id == Worksheet.body_id).where(Body.uid == body)
    rows = session.scalars(
        statement.where(Place.uid == place).order_by(Worksheet.finished_at, Worksheet.id)
    ).all()
    return [row for row in rows if row.body_id == rows[0].body_id]


def worksheets(scope: Scope) -> Select[Worksheet]:
    """Return the worksheets inside ``scope``."""
    return (
        select(Worksheet)
        .where(within(Worksheet.path, scope))
        .options(
            joinedload(Worksheet.scale),
            joinedload(Worksheet.place),
            joinedload(Worksheet.body),
            joinedload(Worksheet.verifier),
            joinedload(Worksheet.verification),
            *(
                joinedload(batch).joinedload(SignatureBatch.person)
                for batch in (
                    Worksheet.verified_in,
                    Worksheet.checked_in,
                    Worksheet.approved_in,
                )
            ),
        )
    )


def worksheet_in(session: Session, scope: Scope, uid: str) -> Worksheet:
    """Return the worksheet ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(worksheets(scope).where(Worksheet.uid == uid)).one()


def _unsigned() -> ColumnElement[bool]:
    return and_(Worksheet.state == WorksheetState.SUBMITTED, Worksheet.verified_in_id.is_(None))


def _signed() -> ColumnElement[bool]:
    return and_(Worksheet.state == WorksheetState.SUBMITTED, Worksheet.verified_in_id.is_not(None))


def _pile(rows: Sequence[Worksheet], step: SignatureStep) -> Pile:
    return Pile(
        place=rows[0].place,
        body=rows[0].body,
        step=step,
        count=len(rows),
        failed=sum(row.verdict is VerificationResult.FAIL for row in rows),
        marked=sum(bool(row.reviews) for row in rows),
        since=min(row.finished_at for row in rows),
    )
