"""The form of a procurement batch; money is typed in yuan and kept in whole fen."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from app.configure.forms import Form
from app.configure.service.errors import Fault
from app.configure.service.procurement import Batch, Item
from app.domain.procurement import Funding
from app.models import Procurement, ScaleModel
from app.web import edits

MOST_ITEMS: Final = 6
MOST_SCALES: Final = 100_000
FEN_PER_YUAN: Final = 100
YUAN: Final = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,2})?")
LINES: Final = range(1, MOST_ITEMS + 1)
ITEM_FIELDS: Final = tuple(f"{name}_{n}" for n in LINES for name in ("quantity", "price"))
# The lines of an order are one thing.
TOGETHER: Final = ((*ITEM_FIELDS, *(f"model_{n}" for n in LINES)),)
BATCH: Final = MappingProxyType(
    {
        "path": 120,
        "buyer": 120,
        "supplier": 120,
        "document_no": 80,
        "bought_on": 10,
        "funding": 20,
        edits.FIELD: edits.LONGEST,
    }
    | dict.fromkeys(ITEM_FIELDS, 12)
    | {f"model_{n}": 36 for n in LINES}
)


def batch(form: Form, models: Mapping[str, ScaleModel]) -> Batch | None:
    """Return the command, or None with the errors noted; ``models`` are those there are, by uid."""
    bought_on = form.day("bought_on")
    if bought_on is None:
        form.fault("bought_on", Fault.MISSING)
    if not form["funding"]:
        form.fault("funding", Fault.NOT_HERE)
    command = Batch(
        path=form["path"],
        buyer=form["buyer"],
        supplier=form["supplier"],
        document_no=form["document_no"],
        bought_on=bought_on or date.min,
        funding=form.one_of("funding", Funding, Funding.ORGANISER),
        items=tuple(_items(form, models)),
    )
    return None if form.errors else command


def _items(form: Form, models: Mapping[str, ScaleModel]) -> Sequence[Item]:
    found = []
    for n in LINES:
        uid, number, price = (form[f"{name}_{n}"] for name in ("model", "quantity", "price"))
        if not (uid or number or price):
            continue
        model = models.get(uid)
        fits = number.isdecimal() and 0 < int(number) <= MOST_SCALES and YUAN.fullmatch(price)
        if model is None or not fits:
            form.fault("items", Fault.NOT_HERE if model is None else Fault.MALFORMED)
            continue
        found.append(Item(model, int(number), int(Decimal(price) * FEN_PER_YUAN)))
    return found


def filled(row: Procurement) -> Form:
    """Return the form as it stands for a batch that is registered."""
    values = {
        "path": row.path,
        "buyer": row.buyer,
        "supplier": row.supplier,
        "document_no": row.document_no,
        "bought_on": row.bought_on.isoformat(),
        "funding": row.funding.value,
    }
    for n, item in enumerate(row.items[:MOST_ITEMS], 1):
        yuan, fen = divmod(item.unit_price_fen, FEN_PER_YUAN)
        values |= {
            f"model_{n}": item.model.uid,
            f"quantity_{n}": str(item.quantity),
            f"price_{n}": f"{yuan}.{fen:02d}",
        }
    return Form(values)
