"""Labels and lead seals as they come in, and as verifiers take them (领用)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.mark_stock import MOST_AT_ONCE, MarkNo, Run, runs_of
from app.domain.standards import MarkKind, MarkState
from app.ledger import entries
from app.ledger.door import act
from app.models import Body, Mark, MarkIssue, MarkLot, Person
from app.verify.service.bodies import is_staff
from app.verify.service.errors import Fault, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLot:
    """Marks that came in, from the first number to the last."""

    body: Body
    kind: MarkKind
    first: str
    last: str
    received_on: date
    document_no: str = ""


def receive(session: Session, command: NewLot, *, by: str, at: datetime) -> MarkLot:
    """Put a lot on the shelf; its numbers are in no other lot of the body.

    Raises:
        FieldsError: The numbers are malformed, out of order or known, or the day is to come.
    """
    entries.lock(session)
    first, last = MarkNo.read(command.first), MarkNo.read(command.last)
    faults = {
        field: Fault.MISSING if not text.strip() else Fault.MALFORMED
        for field, text, read in (("first", command.first, first), ("last", command.last, last))
        if read is None
    }
    if command.received_on > local_date(at):
        faults["received_on"] = Fault.IN_THE_FUTURE
    if first and last:
        if fault := _order(first, last):
            faults["last"] = fault
        elif _known(session, command, first, last):
            faults["first"] = Fault.OVERLAPS
    refuse(faults)
    assert first is not None  # noqa: S101 - refused before
    assert last is not None  # noqa: S101 - refused before
    lot = MarkLot(
        uid=new_uid(),
        path=command.body.path,
        body_id=command.body.id,
        kind=command.kind,
        prefix=first.prefix,
        digits=first.digits,
        first_no=first.value,
        last_no=last.value,
        received_on=command.received_on,
        document_no=command.document_no.strip(),
    )
    with act(session, lot, "marks_received", by=by, at=at):
        session.add(lot)
    return lot


def issue(
    session: Session,
    lot: MarkLot,
    verifier: Person,
    run: tuple[str, str],
    *,
    by: str,
    at: datetime,
) -> MarkIssue:
    """Let ``verifier`` take the numbers of ``run``, first and last, from the shelf.

    Raises:
        FieldsError: They are malformed, not of the lot, in other hands, or too many; or who
            takes them is not of the body's staff.
    """
    entries.lock(session)
    faults: dict[str, Fault] = {}
    if not is_staff(session, lot.body, verifier.id, local_date(at)):
        faults["verifier"] = Fault.NOT_HERE
    ends = [_of_lot(lot, text) for text in run]
    faults |= {
        field: Fault.NOT_IN_STOCK
        for field, number in zip(("first", "last"), ends, strict=True)
        if number is None
    }
    first, last = ends
    if first is not None and last is not None:
        wanted = Run(first, last)
        if not wanted:
            faults["last"] = Fault.OUT_OF_ORDER
        elif len(wanted) > MOST_AT_ONCE:
            faults["last"] = Fault.TOO_MANY
        elif any(wanted.meets(out) for out in taken(session, lot)):
            faults["first"] = Fault.NOT_IN_STOCK
    refuse(faults)
    found = MarkIssue(
        uid=new_uid(),
        lot_id=lot.id,
        person_id=verifier.id,
        first_no=first,
        last_no=last,
        issued_at=at,
        issued_by_id=session.scalars(select(Person.id).where(Person.uid == by)).one(),
    )
    with act(session, found, "marks_issued", by=by, at=at):
        session.add(found)
    return found


def taken(session: Session, lot: MarkLot) -> list[Run]:
    """Return the numbers of ``lot`` that are not on the shelf, as runs."""
    out: set[int] = set()
    for row in session.scalars(select(MarkIssue).where(MarkIssue.lot_id == lot.id)):
        back = select(Mark.number).where(Mark.issue_id == row.id, Mark.state == MarkState.RETURNED)
        out |= set(range(row.first_no, row.last_no + 1)) - set(session.scalars(back))
    return runs_of(out)


def shelf(session: Session, lot: MarkLot) -> list[Run]:
    """Return the numbers of ``lot`` that somebody may take, as runs."""
    found, start = [], lot.first_no
    for run in taken(session, lot):
        found.append(Run(start, run.first - 1))
        start = run.last + 1
    return [run for run in (*found, Run(start, lot.last_no)) if run]


def between(first: str, last: str) -> list[str]:
    """Return the numbers from ``first`` to ``last`` as they are printed.

    Raises:
        FieldsError: They are malformed, out of order, or too many.
    """
    one, other = MarkNo.read(first), MarkNo.read(last)
    refuse(
        {
            field: Fault.MALFORMED
            for field, number in (("first", one), ("last", other))
            if number is None
        }
    )
    assert one is not None  # noqa: S101 - refused before
    assert other is not None  # noqa: S101 - refused before
    if fault := _order(one, other):
        refuse({"last": fault})
    if other.value - one.value >= MOST_AT_ONCE:
        refuse({"last": Fault.TOO_MANY})
    return [
        str(MarkNo(one.prefix, one.digits, value)) for value in range(one.value, other.value + 1)
    ]


def _of_lot(lot: MarkLot, text: str) -> int | None:
    number = MarkNo.read(text)
    if number is None or (number.prefix, number.digits) != (lot.prefix, lot.digits):
        return None
    return number.value if lot.first_no <= number.value <= lot.last_no else None


def _order(first: MarkNo, last: MarkNo) -> Fault | None:
    same = (first.prefix, first.digits) == (last.prefix, last.digits)
    return None if same and first.value <= last.value else Fault.OUT_OF_ORDER


def _known(session: Session, command: NewLot, first: MarkNo, last: MarkNo) -> bool:
    # However many digits: F-01 and F-001 would be taken for one another.
    clash = select(MarkLot.id).where(
        MarkLot.body_id == command.body.id,
        MarkLot.kind == command.kind,
        MarkLot.prefix == first.prefix,
        MarkLot.first_no <= last.value,
        MarkLot.last_no >= first.value,
    )
    return session.scalar(clash.limit(1)) is not None
