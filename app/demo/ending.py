"""The demo's part in the end of old types: the dates as reported, new models and their prices."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure import service as configure
from app.configure.replacement import service as replacing
from app.configure.replacement.service import LastDay, Price
from app.configure.service import NewModel, Range
from app.demo import people
from app.domain.phase_out import REPORTED
from app.domain.scale_types import TypeGeneration
from app.models import Maker, Person

G: Final = 1000
KG: Final = 1_000_000
# Name, type approval, ranges (Min, Max, e), price in fen.
NEW: Final = (
    ("ACS-30J", "2026F0117-32", ((200 * G, 30 * KG, 10 * G),), 62_800),
    ("ACS-15J", "2026F0118-32", ((100 * G, 15 * KG, 5 * G),), 59_800),
    ("ACS-6J", "2026F0119-32", ((40 * G, 6 * KG, 2 * G),), 68_000),
)


def load(session: Session, team: Mapping[str, Person], *, at: datetime) -> None:
    """Record them, nobody having confirmed the dates."""
    by = team["regulator"].uid
    maker = session.scalars(select(Maker).order_by(Maker.id)).first()
    assert maker is not None  # noqa: S101 - the models were loaded before
    for name, approval, ranges, price_fen in NEW:
        command = NewModel(
            maker=maker,
            name=name,
            type_approval_no=approval,
            generation=TypeGeneration.JJF2184,
            ranges=tuple(Range(*one) for one in ranges),
        )
        model = configure.create_model(session, command, by=by, at=at)
        price = Price(path=people.COUNTY, model=model, price_fen=price_fen)
        replacing.record_price(session, price, by=by, at=at)
    for kind, reported in REPORTED.items():
        rule = LastDay(kind=kind, last_day=reported.last_day, source=reported.source)
        replacing.record_last_day(session, rule, by=by, at=at)
