"""Moving scales: the acts of the life of a scale, and the authority's words beside them."""

from app.ledger.orders import Document, hold, lift_stop_order, release_hold, stop_order
from app.manage.service.acts import (
    Act,
    BlockedError,
    ChangedMeanwhileError,
    Deploy,
    NotForPersonsError,
    SuspendReason,
    WrongPlaceError,
    deploy,
    last_step,
    perform,
)
from app.manage.service.seals import Opening, record_opening

__all__ = [
    "Act",
    "BlockedError",
    "ChangedMeanwhileError",
    "Deploy",
    "Document",
    "NotForPersonsError",
    "Opening",
    "SuspendReason",
    "WrongPlaceError",
    "deploy",
    "hold",
    "last_step",
    "lift_stop_order",
    "perform",
    "record_opening",
    "release_hold",
    "stop_order",
]
