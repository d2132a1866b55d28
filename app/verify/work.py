"""Long work of this slice: the list of a recall, and taking a recall back."""

from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledger.door import act
from app.models import Recall, RecallScale
from app.verify.service import recall_listing, recalls
from app.web.database import Installation
from app.work import Progress

LIST: Final = recalls.LIST
CLEAR: Final = recalls.CLEAR
PIECE: Final = 50


def list_recall(work: Installation, progress: Progress) -> dict[str, Any]:
    """Find what was verified with the weight, read first and written in one short transaction."""
    tell = lambda done, total: progress.step(done, total, "listing_scales")  # noqa: E731
    with work.database.reading() as session:
        rows = recall_listing.listed(session, _recall(session, progress), tell)
    result = {"scales_listed": len(rows)}
    with progress.applying(result) as session:
        recall = _recall(session, progress)
        with act(session, recall, "recall_listed", by=progress.by, at=progress.now()):
            recall.listed = len(rows)
        recall_listing.write(session, recall, rows)
    return result


def clear_recall(work: Installation, progress: Progress) -> dict[str, Any]:
    """Undo what was decided, a few scales to a transaction."""
    with work.database.reading() as session:
        recall_id = _recall(session, progress).id
        rows = select(func.count()).where(RecallScale.recall_id == recall_id)
        total = session.scalar(rows) or 0
    done = 0
    while True:
        progress.step(done, total, "undoing_decisions")
        with work.database.transaction() as session:
            recall = _recall(session, progress)
            by, at = progress.by, progress.now()
            count = recalls.undo_some(session, recall, PIECE, by=by, at=at)
        if not count:
            return {"decisions_undone": done}
        done += count


def _recall(session: Session, progress: Progress) -> Recall:
    uid = progress.payload["recall"]
    return session.scalars(select(Recall).where(Recall.uid == uid)).one()
