"""Entry agreements: signed with a trader, about stalls, with an end, or ended before it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError, missing
from app.configure.service.places import REGISTER
from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.ledger import entries
from app.ledger.door import act
from app.models import Agreement, AgreementStall, Stall, Trader

CHANGED: Final = "change"
ENDED: Final = "end"
PHOTO: Final = "photo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """An agreement as it was signed; ``commitment_on``: the trader's own honesty commitment."""

    trader: Trader
    stalls: tuple[Stall, ...]
    number: str
    signed_on: date
    until: date | None = None
    commitment_on: date | None = None


def create_agreement(session: Session, command: Signed, *, by: str, at: datetime) -> Agreement:
    """Put an agreement on record.

    Raises:
        FieldsError: The number is missing or taken, a day makes no sense, or a stall is of
            another place.
    """
    entries.lock(session)
    if faults := _faults(session, command, None, local_date(at)):
        raise FieldsError(**faults)
    trader = command.trader
    row = Agreement(uid=new_uid(), path=trader.path, place_id=trader.place_id, trader=trader)
    _fill(row, command)
    with act(session, row, REGISTER, by=by, at=at):
        session.add(row)
    return row


def change_agreement(
    session: Session, row: Agreement, command: Signed, *, by: str, at: datetime
) -> None:
    """Correct an agreement, or write down that it was prolonged; its trader stays.

    Raises:
        FieldsError: As at the beginning.
    """
    entries.lock(session)
    if faults := _faults(session, command, row, local_date(at)):
        raise FieldsError(**faults)
    with act(session, row, CHANGED, by=by, at=at):
        row.stalls.clear()
        session.flush()  # a stall named again must not meet its old line
        _fill(row, command)


def end_agreement(
    session: Session, row: Agreement, ended_on: date, *, by: str, at: datetime
) -> None:
    """Record that an agreement ended before its time.

    Raises:
        FieldsError: It ended before it was signed, in the future, or twice.
    """
    entries.lock(session)
    if row.ended_on is not None:
        raise FieldsError(ended_on=Fault.TAKEN)
    if ended_on < row.signed_on or ended_on > local_date(at):
        early = ended_on < row.signed_on
        raise FieldsError(ended_on=Fault.BEFORE_SIGNING if early else Fault.IN_THE_FUTURE)
    with act(session, row, ENDED, by=by, at=at):
        row.ended_on = ended_on


def keep_document(session: Session, row: Agreement, digest: str, *, by: str, at: datetime) -> None:
    """Show the picture with this digest, already among the blobs, as the signed document."""
    entries.lock(session)
    with act(session, row, PHOTO, by=by, at=at):
        row.document = digest


def _fill(row: Agreement, command: Signed) -> None:
    row.number = command.number.strip()
    row.signed_on = command.signed_on
    row.until = command.until
    row.commitment_on = command.commitment_on
    row.stalls.extend(AgreementStall(stall=stall) for stall in command.stalls)


def _faults(
    session: Session, command: Signed, row: Agreement | None, today: date
) -> dict[str, Fault]:
    number = command.number.strip()
    faults = missing(number=number)
    same = select(Agreement.id).where(
        Agreement.place_id == command.trader.place_id, Agreement.number == number
    )
    found = session.scalar(same) if number else None
    if found is not None and (row is None or found != row.id):
        faults["number"] = Fault.TAKEN
    if command.signed_on > today:
        faults["signed_on"] = Fault.IN_THE_FUTURE
    if command.until is not None and command.until < command.signed_on:
        faults["until"] = Fault.BEFORE_SIGNING
    if command.commitment_on is not None and command.commitment_on > today:
        faults["commitment_on"] = Fault.IN_THE_FUTURE
    places = {stall.place_id for stall in command.stalls}
    if places != {command.trader.place_id}:
        faults["stalls"] = Fault.NOT_HERE
    return faults
