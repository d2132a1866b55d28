"""What the books say of labels and lead seals: who holds which number, and how many are left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.domain.calendar import local_date, local_midnight
from app.domain.errors import DomainError
from app.domain.mark_stock import Books, MarkNo, runs_of
from app.domain.standards import MarkKind, MarkState
from app.models import Body, Mark, MarkIssue, MarkLot, Person, StockDay


class MarkError(DomainError):
    """A number cannot be taken from the verifier's stock; nothing was written."""

    code = "mark_refused"


class UnknownMarkError(MarkError):
    """No lot of labels or lead seals has this number."""

    code = "mark_unknown"


class ForeignMarkError(MarkError):
    """The number was not issued to this verifier, or was given back."""

    code = "mark_not_issued_to_you"


class UsedMarkError(MarkError):
    """The number stands on a scale already."""

    code = "mark_already_used"


class VoidedMarkError(MarkError):
    """The number was voided."""

    code = "mark_voided"


def printed(lot: MarkLot, number: int) -> str:
    """Return ``number`` as it is printed on the marks of ``lot``."""
    return str(MarkNo(lot.prefix, lot.digits, number))


def issues_of(
    session: Session, body: Body, verifier: Person, kind: MarkKind
) -> Sequence[MarkIssue]:
    """Return what ``verifier`` ever took of ``kind``, in the order of taking."""
    return session.scalars(
        select(MarkIssue)
        .join(MarkIssue.lot)
        .where(
            MarkLot.body_id == body.id,
            MarkLot.kind == kind,
            MarkIssue.person_id == verifier.id,
        )
        .options(joinedload(MarkIssue.lot))
        .order_by(MarkIssue.id)
    ).all()


def unused(session: Session, issue: MarkIssue) -> list[int]:
    """Return the numbers of ``issue`` that are still in the hands of who took them."""
    gone = set(session.scalars(select(Mark.number).where(Mark.issue_id == issue.id)))
    return [n for n in range(issue.first_no, issue.last_no + 1) if n not in gone]


def held(session: Session, verifier: Person, kind: MarkKind, number: str) -> tuple[MarkIssue, int]:
    """Return by which issue ``verifier`` got ``number``, the latest one, and its value.

    Raises:
        UnknownMarkError: No lot has such a number.
        ForeignMarkError: It was never issued to ``verifier``, or given back since.
    """
    given = MarkNo.read(number)
    rows = _issues_with(session, kind, given) if given else []
    if given is None or not rows:
        raise UnknownMarkError("no lot has this number", number=number)
    for issue in rows:
        mark = mark_in(session, issue, given.value)
        if mark is not None and mark.state is MarkState.RETURNED:
            continue
        if issue.person_id == verifier.id:
            return issue, given.value
    raise ForeignMarkError("this number is not in your hands", number=number)


def mark_in(session: Session, issue: MarkIssue, value: int) -> Mark | None:
    """Return what became of a number of ``issue``; None while it is in hand."""
    return session.scalar(select(Mark).where(Mark.issue_id == issue.id, Mark.number == value))


def gone(mark: Mark) -> MarkError:
    """Return the refusal of a number that was used or voided."""
    if mark.state is MarkState.USED:
        return UsedMarkError("this number stands on a scale")
    return VoidedMarkError("this number was voided")


def books(session: Session, body: Body, verifier: Person, kind: MarkKind) -> Books:
    """Return the books of what ``verifier`` took of ``kind``, from the first day on."""
    mine = (
        MarkLot.body_id == body.id,
        MarkLot.kind == kind,
        MarkIssue.person_id == verifier.id,
    )
    issued = session.scalar(
        select(func.coalesce(func.sum(MarkIssue.last_no - MarkIssue.first_no + 1), 0))
        .join(MarkIssue.lot)
        .where(*mine)
    )
    states = session.execute(
        select(Mark.state, func.count())
        .join(Mark.issue)
        .join(MarkIssue.lot)
        .where(*mine)
        .group_by(Mark.state)
    )
    return Books.of(int(issued or 0), {state: number for state, number in states})  # noqa: C416 - typed rows


def last_day(session: Session, body: Body, verifier: Person) -> StockDay | None:
    """Return the last count of ``verifier`` at ``body``."""
    return session.scalars(
        select(StockDay)
        .where(StockDay.body_id == body.id, StockDay.person_id == verifier.id)
        .order_by(StockDay.day.desc())
        .limit(1)
    ).first()


def uncounted(session: Session, body: Body, verifier: Person, today: date) -> date | None:
    """Return the last day before ``today`` on which marks moved and nobody counted since."""
    at = session.scalar(
        select(func.max(Mark.at))
        .join(Mark.issue)
        .join(MarkIssue.lot)
        .where(
            Mark.person_id == verifier.id,
            MarkLot.body_id == body.id,
            Mark.at < local_midnight(today),
        )
    )
    if at is None:
        return None
    day, last = local_date(at), last_day(session, body, verifier)
    return day if last is None or last.day < day else None


def books_then(day: StockDay | None, kind: MarkKind) -> Books:
    """Return the books as they were at a count; of before the first one, nothing."""
    if day is None:
        return Books()
    total = day.counts[kind.value]["total"]
    return Books(total["issued"], total["used"], total["voided"], total["returned"])


def _issues_with(session: Session, kind: MarkKind, given: MarkNo) -> list[MarkIssue]:
    """Return the issues that hold a number, latest first.

    Raises:
        ForeignMarkError: There is such a number, but nobody took it.
    """
    of_lot = (
        MarkLot.kind == kind,
        MarkLot.prefix == given.prefix,
        MarkLot.digits == given.digits,
        MarkLot.first_no <= given.value,
        MarkLot.last_no >= given.value,
    )
    rows = session.scalars(
        select(MarkIssue)
        .join(MarkIssue.lot)
        .where(*of_lot, MarkIssue.first_no <= given.value, MarkIssue.last_no >= given.value)
        .options(joinedload(MarkIssue.lot))
        .order_by(MarkIssue.id.desc())
    ).all()
    if not rows and session.scalar(select(MarkLot.id).where(*of_lot).limit(1)) is not None:
        raise ForeignMarkError("nobody took this number yet", number=str(given))
    return list(rows)


@dataclass(frozen=True, slots=True)
class Hand:
    """What somebody holds of one kind: the books, and the numbers as runs, first to last."""

    kind: MarkKind
    books: Books
    runs: list[tuple[str, str, int]]


def hand(session: Session, body: Body, verifier: Person, kind: MarkKind) -> Hand:
    """Return what ``verifier`` holds of ``kind`` by the books."""
    runs = [
        (printed(issue.lot, run.first), printed(issue.lot, run.last), len(run))
        for issue in issues_of(session, body, verifier, kind)
        for run in runs_of(unused(session, issue))
    ]
    return Hand(kind, books(session, body, verifier, kind), runs)
