"""Batches of scales bought together, and which scales came with which."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError, missing
from app.configure.service.places import REGISTER
from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.procurement import Funding
from app.ledger import entries
from app.ledger.door import act
from app.models import Place, Procurement, ProcurementItem, Region, Scale, ScaleModel

CHANGED: Final = "change"
ASSIGNED: Final = "batch_assigned"


@dataclass(frozen=True, slots=True)
class Item:
    """How many of ``model``, at which price each, in fen."""

    model: ScaleModel
    quantity: int
    unit_price_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch as its contract or delivery note says."""

    path: str
    buyer: str
    supplier: str
    document_no: str
    bought_on: date
    funding: Funding
    items: tuple[Item, ...]


def create_procurement(session: Session, command: Batch, *, by: str, at: datetime) -> Procurement:
    """Register a batch.

    Raises:
        FieldsError: A field is missing, the document is there already, or an item makes no sense.
    """
    entries.lock(session)
    if faults := _faults(session, command, None, local_date(at)):
        raise FieldsError(**faults)
    row = Procurement(uid=new_uid())
    _fill(row, command)
    with act(session, row, REGISTER, by=by, at=at):
        session.add(row)
    return row


def change_procurement(
    session: Session, row: Procurement, command: Batch, *, by: str, at: datetime
) -> None:
    """Correct a batch; what came with it stays with it.

    Raises:
        FieldsError: As at the beginning, or scales of a model came that it no longer names.
    """
    entries.lock(session)
    faults = _faults(session, command, row, local_date(at))
    named = {item.model.id for item in command.items}
    came = select(Scale.model_id).where(Scale.procurement_id == row.id).distinct()
    if not faults and set(session.scalars(came)) - named:
        faults["items"] = Fault.OTHER_BATCH
    if faults:
        raise FieldsError(**faults)
    with act(session, row, CHANGED, by=by, at=at):
        row.items.clear()
        session.flush()  # a model named anew must not meet its old line
        _fill(row, command)


def fits(batch: Procurement, place: Place, model: ScaleModel) -> bool:
    """Return whether a scale of ``model`` at ``place`` can have come with ``batch``."""
    inside = place.path.startswith(batch.path)
    return inside and any(item.model_id == model.id for item in batch.items)


def assign(session: Session, scale: Scale, batch: Procurement, *, by: str, at: datetime) -> None:
    """Say that ``scale`` came with ``batch``.

    Raises:
        FieldsError: The batch has no scales of this model, or was bought for elsewhere.
    """
    entries.lock(session)
    if not fits(batch, scale.place, scale.model):
        raise FieldsError(batch=Fault.OTHER_BATCH)
    if scale.procurement_id == batch.id:
        return
    with act(session, scale, ASSIGNED, by=by, at=at, details={"procurement": batch.uid}):
        scale.procurement_id = batch.id


def _fill(row: Procurement, command: Batch) -> None:
    row.path = command.path
    row.buyer = command.buyer.strip()
    row.supplier = command.supplier.strip()
    row.document_no = command.document_no.strip()
    row.bought_on = command.bought_on
    row.funding = command.funding
    for item in command.items:
        row.items.append(
            ProcurementItem(
                model=item.model, quantity=item.quantity, unit_price_fen=item.unit_price_fen
            )
        )


def _faults(
    session: Session, command: Batch, row: Procurement | None, today: date
) -> dict[str, Fault]:
    faults = missing(
        buyer=command.buyer, supplier=command.supplier, document_no=command.document_no
    )
    number = command.document_no.strip()
    same = select(Procurement.id).where(
        Procurement.path == command.path, Procurement.document_no == number
    )
    found = session.scalar(same)
    if number and found is not None and (row is None or found != row.id):
        faults["document_no"] = Fault.TAKEN
    if command.bought_on > today:
        faults["bought_on"] = Fault.IN_THE_FUTURE
    if not _is_there(session, command.path):
        faults["path"] = Fault.NOT_HERE
    models = [item.model.id for item in command.items]
    if not models:
        faults["items"] = Fault.MISSING
    elif len(set(models)) < len(models):
        faults["items"] = Fault.TWICE
    elif any(item.quantity < 1 or item.unit_price_fen < 0 for item in command.items):
        faults["items"] = Fault.MALFORMED
    return faults


def _is_there(session: Session, path: str) -> bool:
    return any(
        session.scalar(select(exists().where(kind.path == path))) for kind in (Region, Place)
    )
