"""One act on many scales: each is asked first, what was shown is what is done, scale by scale.

The list of a bulk act is kept (`BulkLine`): which scales can, which cannot and why; and after
it was done, what became of each. Every scale has its own act in its own story, by the same
service as a single one.
"""

from app.manage.bulk.codes import (
    ACTIONS,
    CODES,
    EXPORT,
    FIELD,
    LABELS,
    MOST,
    ROLES,
    TAKEN,
    BulkStartedError,
    Cannot,
    NoScalesError,
    TooManyScalesError,
)
from app.manage.bulk.doing import Order, outcomes, piece, reasons, start
from app.manage.bulk.judging import Wanted, common, prepare

__all__ = [
    "ACTIONS",
    "CODES",
    "EXPORT",
    "FIELD",
    "LABELS",
    "MOST",
    "ROLES",
    "TAKEN",
    "BulkStartedError",
    "Cannot",
    "NoScalesError",
    "Order",
    "TooManyScalesError",
    "Wanted",
    "common",
    "outcomes",
    "piece",
    "prepare",
    "reasons",
    "start",
]
