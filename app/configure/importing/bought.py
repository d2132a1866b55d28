"""The batch that a row of a list names, by the number on its contract or delivery note."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure.batches import reaching
from app.configure.importing.check import Row
from app.domain.cells import folded
from app.domain.importing import Doubt, LineKind
from app.domain.procurement import Funding, funding_called
from app.domain.scope import Scope
from app.models import ImportLine, Place, Procurement, ProcurementItem

# Kept with a row: which batch the scale had before, for the undoing.
BEFORE: Final = "batch_before"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as far as a list may speak of it."""

    number: str
    path: str
    funding: Funding
    models: frozenset[int]


Batches = Mapping[str, Sequence[Batch]]


def read(session: Session, rows: Sequence[Row], scope: Scope) -> Batches:
    """Return the batches by number that scales inside ``scope`` may have come with."""
    if not any("batch" in row.values for row in rows):
        return {}
    models: dict[int, set[int]] = defaultdict(set)
    items = select(ProcurementItem.procurement_id, ProcurementItem.model_id)
    for batch, model in session.execute(items.join(Procurement).where(reaching(scope))):
        models[batch].add(model)
    found: dict[str, list[Batch]] = defaultdict(list)
    asked = select(
        Procurement.id, Procurement.path, Procurement.funding, Procurement.document_no
    ).where(reaching(scope))
    for identity, path, funding, number in session.execute(asked):
        found[folded(number)].append(Batch(number, path, funding, frozenset(models[identity])))
    return found


def judge(row: Row, known: Batches, path: str, model: int, heads: Mapping[str, str]) -> None:
    """Note what forbids that the scale of ``row``, at ``path``, came with the batch it names."""
    number = row.values.get("batch")
    if not number:
        if "funding" in row.values:
            row.doubt(Doubt.FUNDING_WITHOUT_BATCH, "funding", heads)
        return
    there = known.get(number, ())
    here = [one for one in there if path.startswith(one.path)]
    fitting = [one for one in here if model in one.models]
    if len(fitting) == 1:
        row.values["batch"] = fitting[0].number  # as it is registered
        _paid(row, fitting[0].funding, heads)
    elif fitting:
        row.doubt(Doubt.BATCH_AMBIGUOUS, "batch", heads)
    elif here:
        row.doubt(Doubt.BATCH_OTHER_MODEL, "batch", heads)
    else:
        row.doubt(Doubt.BATCH_ELSEWHERE if there else Doubt.UNKNOWN_BATCH, "batch", heads)


def _paid(row: Row, paid: Funding, heads: Mapping[str, str]) -> None:
    """Hold what the row says of the money against its batch, which alone keeps it."""
    words = row.values.get("funding")
    said = funding_called(words) if words else None
    if words and said is None:
        row.doubt(Doubt.FUNDING_UNKNOWN, "funding", heads)
    elif said is not None and said is not paid:
        row.doubt(Doubt.FUNDING_DIFFERS, "funding", heads, paid.value)


def named(session: Session, number: str, place: Place, model: int) -> int | None:
    """Return the one batch of that number that a scale can have come with, or None."""
    rows = (
        select(Procurement.id, Procurement.path)
        .join(ProcurementItem)
        .where(Procurement.document_no == number, ProcurementItem.model_id == model)
        .where(reaching(Scope((place.path,))))
    )
    found = [one for one, path in session.execute(rows) if place.path.startswith(path)]
    return found[0] if len(found) == 1 else None


def came_with(
    session: Session, line: ImportLine, place: Place, before: int | None
) -> dict[str, int] | None:
    """Return the batch that the row names, to be set; None where it is there no more.

    What stood ``before`` is noted, so that undoing brings back that very batch.
    """
    asked = line.changes if line.kind is LineKind.CHANGED else line.said
    if "batch" not in asked or line.model_id is None:
        return {}
    found = named(session, line.said["batch"], place, line.model_id)
    if found is None:
        return None
    line.said = {**line.said, BEFORE: before}
    return {"procurement_id": found}
