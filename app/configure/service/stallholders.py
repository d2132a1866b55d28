"""Mistakes in writing put right: the number of a stall, the name or telephone of a trader."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.configure.service.erasing import TraderErasedError
from app.configure.service.errors import Fault, FieldsError, missing
from app.configure.service.places import CHANGED
from app.ledger import entries
from app.ledger.door import act
from app.models import Stall, Trader


def renumber_stall(session: Session, stall: Stall, number: str, *, by: str, at: datetime) -> None:
    """Give ``stall`` the number that is painted there; what stands at it stays.

    Raises:
        FieldsError: The number is missing, or another stall of the place has it.
    """
    entries.lock(session)
    wanted = number.strip()
    if wanted == stall.number:
        return
    faults = missing(number=wanted)
    taken = exists().where(Stall.place_id == stall.place_id, Stall.number == wanted)
    if wanted and session.scalar(select(taken)):
        faults["number"] = Fault.TAKEN
    if faults:
        raise FieldsError(**faults)
    with act(session, stall, CHANGED, by=by, at=at):
        stall.number = wanted


def correct_trader(
    session: Session, trader: Trader, name: str, phone: str, *, by: str, at: datetime
) -> None:
    """Put right how a trader is written; another person is another trader.

    Args:
        phone: Empty to leave the number as it is: nobody is shown it whole.

    Raises:
        FieldsError: The name is missing.
        TraderErasedError: Name and number are gone for good.
    """
    entries.lock(session)
    if trader.secret is None:
        raise TraderErasedError("this trader was erased")
    if faults := missing(name=name):
        raise FieldsError(**faults)
    with act(session, trader, CHANGED, by=by, at=at):
        trader.name = name.strip()
        trader.phone = phone.strip() or trader.phone
