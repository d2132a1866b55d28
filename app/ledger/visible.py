"""Which entries of the ledger somebody may see: those about what lies in one's own regions.

The ledger itself knows no regions; an entry is seen where its subject lies.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.scope import within
from app.domain.scope import EVERYWHERE, Scope
from app.models import (
    Agreement,
    Grant,
    LedgerEntry,
    Person,
    Place,
    Procurement,
    Region,
    ReplacementPrice,
    Scale,
    Stall,
    Station,
    Trader,
)
from app.models.standards import Body, MarkLot, MeasurementStandard, StandardWeight, StockDay
from app.models.worksheets import Certificate, SignatureBatch, Worksheet

# Subjects that lie somewhere; all others (makers, models, references) belong to everybody.
LOCAL: Final[Mapping[str, Any]] = MappingProxyType(
    {
        table.__tablename__: table
        for table in (
            *(Region, Place, Stall, Trader, Scale, Station),
            *(ReplacementPrice, Procurement, Agreement),
        )
    }
    | {
        table.__tablename__: table
        for table in (
            *(Body, MeasurementStandard, StandardWeight, MarkLot, StockDay),
            *(Worksheet, SignatureBatch, Certificate),
        )
    }
)


def inside(session: Session, scope: Scope, entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    """Return those of ``entries`` whose subjects lie inside ``scope``, in their order."""
    if scope.holds(EVERYWHERE):
        return list(entries)
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        kind, _colon, uid = entry.subject.partition(":")
        wanted[kind].add(uid)
    visible = {
        f"{kind}:{uid}"
        for kind, uids in wanted.items()
        for uid in _visible(session, scope, kind, uids)
    }
    return [entry for entry in entries if entry.subject in visible]


def _visible(session: Session, scope: Scope, kind: str, uids: set[str]) -> Iterable[str]:
    table = LOCAL.get(kind)
    if kind == Person.__tablename__:
        # A person is seen where one of the roles is, running or ended.
        return session.scalars(
            select(Person.uid)
            .where(Person.uid.in_(uids), within(Grant.path, scope))
            .join(Grant, Grant.person_id == Person.id)
        )
    if table is None:
        return uids
    return session.scalars(select(table.uid).where(table.uid.in_(uids), within(table.path, scope)))
