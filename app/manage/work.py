"""Long work of this slice: one act on many scales, a task of the server."""

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.manage import bulk
from app.models import BulkAct, BulkOutcome
from app.web.database import Installation
from app.work import Progress

BULK: Final = "bulk_act"


def do_bulk(work: Installation, progress: Progress) -> dict[str, Any]:
    """Do scale after scale, a few to a transaction; the next attempt goes on with the rest."""
    with work.database.reading() as session:
        counts = bulk.outcomes(session, _bulk(session, progress))
    total = counts.total() - counts[BulkOutcome.REFUSED]
    done = total - counts[BulkOutcome.WAITING]
    while True:
        progress.step(done, total, "acting_on_scales")
        with work.database.transaction() as session:
            count = bulk.piece(session, _bulk(session, progress), by=progress.by, at=progress.now())
        if not count:
            break
        done += count
    with work.database.reading() as session:
        counts = bulk.outcomes(session, _bulk(session, progress))
    return {"acts_done": counts[BulkOutcome.DONE], "acts_failed": counts[BulkOutcome.FAILED]}


def _bulk(session: Session, progress: Progress) -> BulkAct:
    uid = progress.payload["bulk"]
    return session.scalars(select(BulkAct).where(BulkAct.uid == uid)).one()
