"""Labels and lead seals in a verifier's hands: use (使用), void (作废), give back (退回), count.

Everything is told at the time it happens; the books are never typed.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.errors import DomainError
from app.domain.mark_stock import VoidReason
from app.domain.standards import MarkKind, MarkState
from app.ledger import entries
from app.ledger.door import act
from app.models import Body, Mark, MarkIssue, Person, Scale, StockDay
from app.verify.service.stock_books import (
    ForeignMarkError,
    MarkError,
    UnknownMarkError,
    UsedMarkError,
    VoidedMarkError,
    books,
    books_then,
    gone,
    held,
    issues_of,
    last_day,
    mark_in,
    printed,
    unused,
)
from app.verify.service.taken import label_elsewhere

__all__ = [
    "DayClosedError",
    "ForeignMarkError",
    "MarkError",
    "UnknownMarkError",
    "UsedMarkError",
    "VoidedMarkError",
    "close_day",
    "give_back",
    "next_free",
    "use",
    "void",
    "void_of_worksheet",
]


class DayClosedError(DomainError):
    """This day was counted and closed before."""

    code = "stock_day_closed"


def next_free(session: Session, body: Body, verifier: Person, kind: MarkKind) -> str | None:
    """Return the number that ``verifier`` would use next, in the order of taking."""
    for issue in issues_of(session, body, verifier, kind):
        if free := unused(session, issue):
            return printed(issue.lot, free[0])
    return None


def use(  # noqa: PLR0913 - what a worksheet says of a mark, by name
    session: Session,
    *,
    verifier: Person,
    kind: MarkKind,
    number: str,
    scale: Scale,
    worksheet_uid: str,
    by: str,
    at: datetime,
) -> Mark:
    """Take ``number`` from the stock of ``verifier`` and put it on ``scale``.

    The same worksheet may ask again: it gets the mark it has.

    Raises:
        UnknownMarkError: No lot has such a number.
        ForeignMarkError: It is not in the hands of ``verifier``.
        UsedMarkError: It stands on a scale already.
        VoidedMarkError: It was voided.
    """
    entries.lock(session)
    issue, value = held(session, verifier, kind, number)
    old = mark_in(session, issue, value)
    if old is not None:
        if (old.state, old.worksheet_uid) == (MarkState.USED, worksheet_uid) and worksheet_uid:
            return old
        raise gone(old)
    if kind is MarkKind.LABEL and label_elsewhere(session, scale, issue.lot.body.name, number):
        raise UsedMarkError("this number stands on a scale by a result on paper")
    mark = _mark(issue, value, verifier, at)
    mark.state = MarkState.USED
    mark.scale_id, mark.worksheet_uid = scale.id, worksheet_uid
    with act(session, mark, "mark_used", by=by, at=at):
        session.add(mark)
    return mark


def void(  # noqa: PLR0913 - which mark of whom, and why, by name
    session: Session,
    *,
    verifier: Person,
    kind: MarkKind,
    number: str,
    because: VoidReason,
    by: str,
    at: datetime,
) -> Mark:
    """Void ``number``, which ``verifier`` holds and has not used.

    Raises:
        UnknownMarkError: No lot has such a number.
        ForeignMarkError: It is not in the hands of ``verifier``.
        UsedMarkError: It stands on a scale: its worksheet is voided instead.
        VoidedMarkError: It was voided before.
    """
    entries.lock(session)
    issue, value = held(session, verifier, kind, number)
    if old := mark_in(session, issue, value):
        raise gone(old)
    mark = _mark(issue, value, verifier, at)
    mark.state, mark.because = MarkState.VOIDED, because.value
    with act(session, mark, "mark_voided", by=by, at=at):
        session.add(mark)
    return mark


def void_of_worksheet(session: Session, worksheet_uid: str, *, by: str, at: datetime) -> list[Mark]:
    """Void the marks that a worksheet used: it is void, and what it put on is taken off."""
    entries.lock(session)
    rows = session.scalars(
        select(Mark)
        .where(Mark.worksheet_uid == worksheet_uid, Mark.state == MarkState.USED)
        .order_by(Mark.id)
    ).all()
    for mark in rows:
        with act(session, mark, "mark_voided", by=by, at=at):
            mark.state = MarkState.VOIDED
            mark.because = VoidReason.WORKSHEET_VOID.value
    return list(rows)


def give_back(
    session: Session,
    *,
    verifier: Person,
    kind: MarkKind,
    numbers: list[str],
    by: str,
    at: datetime,
) -> list[Mark]:
    """Put ``numbers``, unused, back on the shelf: somebody may take them again.

    Raises:
        MarkError: One of them is not unused in the hands of ``verifier``; none went back.
    """
    entries.lock(session)
    places = [held(session, verifier, kind, number) for number in numbers]
    for issue, value in places:
        if old := mark_in(session, issue, value):
            raise gone(old)
    found = []
    for issue, value in places:
        mark = _mark(issue, value, verifier, at)
        mark.state = MarkState.RETURNED
        with act(session, mark, "mark_returned", by=by, at=at):
            session.add(mark)
        found.append(mark)
    return found


def close_day(  # noqa: PLR0913 - who counted what, by name
    session: Session,
    *,
    body: Body,
    verifier: Person,
    day: date,
    counted: Mapping[MarkKind, int],
    by: str,
    at: datetime,
) -> StockDay:
    """Keep what ``verifier`` counted beside what the books say, since the count before.

    A difference is told and stays; the books are corrected by voiding what was lost.

    Raises:
        DayClosedError: The day was closed before.
    """
    entries.lock(session)
    last = last_day(session, body, verifier)
    if last is not None and last.day >= day:
        raise DayClosedError("this day was counted and closed before")
    counts = {}
    for kind in MarkKind:
        now = books(session, body, verifier, kind)
        line = now.since(books_then(last, kind), counted.get(kind, 0))
        counts[kind.value] = {**line, "total": asdict(now)}
    row = StockDay(
        uid=new_uid(),
        path=body.path,
        body_id=body.id,
        person_id=verifier.id,
        day=day,
        counts=counts,
        agrees=all(one["left"] == one["counted"] for one in counts.values()),
        closed_at=at,
    )
    with act(session, row, "stock_counted", by=by, at=at):
        session.add(row)
    return row


def _mark(issue: MarkIssue, value: int, verifier: Person, at: datetime) -> Mark:
    return Mark(uid=new_uid(), issue_id=issue.id, number=value, person_id=verifier.id, at=at)
