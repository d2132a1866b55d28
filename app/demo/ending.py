"""The demo's part in the end of old types: the dates as reported, and what new ones cost."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.configure.replacement import service as replacing
from app.configure.replacement.service import LastDay, Price
from app.demo import people
from app.demo.catalogue import MODELS
from app.domain.phase_out import REPORTED
from app.models import ScaleModel


def load(session: Session, models: Mapping[str, ScaleModel], *, by: str, at: datetime) -> None:
    """Record them, nobody having confirmed the dates."""
    for name, plate in MODELS.items():
        if plate.is_new:
            price = Price(path=people.COUNTY, model=models[name], price_fen=plate.price_fen)
            replacing.record_price(session, price, by=by, at=at)
    for kind, reported in REPORTED.items():
        rule = LastDay(kind=kind, last_day=reported.last_day, source=reported.source)
        replacing.record_last_day(session, rule, by=by, at=at)
