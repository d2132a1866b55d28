"""An installation to do jobs on, and scales with a verification."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.blobs import Blobs
from app.config import Settings
from app.crypto import keys
from app.db.session import Database
from app.domain.calendar import CHINA
from app.domain.lifecycle import Action
from app.ledger.door import SYSTEM, act
from app.models import Place, Scale, ScaleModel, Verification
from app.web.database import Installation
from tests.support.makers import (
    NOON,
    make_model,
    make_place,
    make_scale,
    make_stall,
    make_trader,
    verification_of,
)

LAST_DAY = date(2026, 11, 23)


@pytest.fixture
def work(settings: Settings) -> Iterator[Installation]:
    """Yield the installation."""
    database = Database(settings.database_url)
    yield Installation(settings, keys.load(settings.keys), database, Blobs(settings.blobs))
    database.dispose()


def in_china(text: str) -> datetime:
    """Return the instant at which clocks in China show ``text``."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def verified(scale: Scale, until: date | None, on: date | None = None) -> Verification:
    """Return a verification: passed until a day, or failed."""
    day = on or (until - timedelta(days=364) if until else LAST_DAY)
    return verification_of(scale, day, until)


def ready(session: Session, place: Place, model: ScaleModel, number: int, until: date) -> Scale:
    """Return a scale with a passed verification, ready to be handed out."""
    scale = make_scale(session, place, model, f"SN-{number:04}")
    with act(session, scale, Action.SUBMIT, by=SYSTEM, at=NOON):
        pass
    with act(session, scale, Action.PASS, by=SYSTEM, at=NOON):
        session.add(verified(scale, until))
    return scale


def in_service(session: Session, place: Place, model: ScaleModel, number: int, until: date) -> Any:  # noqa: ANN401
    """Return a scale with a passed verification, at a stall."""
    scale = ready(session, place, model, number, until)
    stall = make_stall(session, place, f"A-{number}")
    trader = make_trader(session, place, f"trader {number}")
    with act(session, scale, Action.DEPLOY, by=SYSTEM, at=NOON):
        scale.stall, scale.trader = stall, trader
    return scale


def fleet(work: Installation, until: date = LAST_DAY) -> dict[str, int]:
    """Make one scale ready and one in service; return their ids."""
    with work.database.transaction() as session:
        place, model = make_place(session), make_model(session)
        return {
            "ready": ready(session, place, model, 1, until).id,
            "in_service": in_service(session, place, model, 2, until).id,
        }
