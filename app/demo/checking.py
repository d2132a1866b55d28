"""The demo's in-service checks: one within the limits, one that became evidence of a lead."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.lifecycle import ScaleRole, State
from app.models import InServiceCheck, Person, Place, Scale
from app.verify.service import checks, drafts, leads
from app.verify.service.drafts import Save

PAIR: Final = 2
KG: Final = 1_000_000
TOOK: Final = timedelta(minutes=7)
BETWEEN: Final = timedelta(minutes=25)
# By how many steps the second scale shows too much: beyond twice any limit at 1 kg.
STEPS: Final = 4


def load(session: Session, team: Mapping[str, Person], place: Place, *, at: datetime) -> None:
    """Check two scales of ``place`` from ``at`` on; the other officer confirms the second check."""
    found = session.scalars(
        select(Scale)
        .where(
            Scale.place == place,
            Scale.state == State.IN_SERVICE,
            Scale.role == ScaleRole.TRADE,
        )
        .order_by(Scale.market_no)
        .limit(PAIR)
    ).all()
    if len(found) < PAIR:  # of a part of the fleet
        return
    good, bad = found
    first, second = team["inspector"], team["regulator"]
    _check(session, good, first, 0, at, said="", statement="agrees")
    wrong = _check(
        session,
        bad,
        first,
        STEPS,
        at + BETWEEN,
        second=second.uid,
        task_no="通市监计查〔2026〕第17号",
        statement="disagrees",
        said="称是电池电量不足所致。",
    )
    later = at + 2 * BETWEEN
    checks.confirm(session, wrong, by=second, at=later)
    leads.open_lead(session, wrong, by=first.uid, at=later + BETWEEN)


def _check(
    session: Session,
    scale: Scale,
    by: Person,
    steps: int,
    at: datetime,
    **said: str,
) -> InServiceCheck:
    """Put a check with the market's mass of 1 kg on record."""
    shown = KG + steps * scale.model.ranges[0].e_mg
    end = int(at.timestamp() * 1000)
    given = {"mass": "market", "certificate": "FM1-1KG-001", "loads": [KG]} | said
    document: dict[str, Any] = {
        "v": 1,
        "kind": "in_service",
        "purpose": "supervision",
        "scale": scale.uid,
        "check": given,
        "prechecks": [{"code": code, "result": "ok"} for code in checks.LOOKS],
        "readings": [
            {"test": "zero", "load_mg": 0, "indication_mg": 0, "at": end - 60_000},
            {"test": "weighing_up", "load_mg": KG, "indication_mg": shown, "at": end - 30_000},
        ],
        "started_at": int((at - TOOK).timestamp() * 1000),
        "finished_at": end,
    }
    save = Save(uid=new_uid(), revision=0, document=document)
    draft = drafts.save_draft(session, scale, save, by=by, at=at)
    return checks.submit(session, draft, by=by, at=at)
