"""Long work of this slice, by the kind of its task; the jobs process does it."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, literal, select
from sqlalchemy.orm import Session

from app.attest.cases import Bench
from app.attest.rejudging import judge_again, latest_readings
from app.domain.calendar import local_date
from app.domain.references import ReferenceStatus
from app.domain.scope import EVERYWHERE
from app.ledger.door import SYSTEM
from app.models import Evidence, Reference, ScaleModel, Task
from app.web.database import Installation
from app.work import Progress, queue_server_task

REJUDGE: Final = "rejudge_model"
ENDED_KEY: Final = "reference_ended:"


def rejudge(work: Installation, progress: Progress) -> dict[str, Any]:
    """Judge each scale of a model again, one short transaction for each.

    In the order of the readings: the next attempt goes on behind the last one judged.
    """
    bench = Bench(work.keys.server, work.blobs)
    with work.database.reading() as session:
        model_uid = progress.payload["model"]
        model = session.scalars(select(ScaleModel).where(ScaleModel.uid == model_uid)).one()
        found = sorted(latest_readings(session, model))
    after = progress.stage.get("after", 0)
    done = sum(evidence_id <= after for evidence_id in found)
    for evidence_id in found[done:]:
        progress.step(done, len(found), "judging_scales")
        with work.database.transaction() as session:
            evidence = session.get_one(Evidence, evidence_id)
            judge_again(session, evidence, bench, by=progress.by, at=progress.now())
            progress.keep(session, {"after": evidence_id})
        done += 1
    return {"scales": done}


def ask_rejudge(
    session: Session, model: ScaleModel, *, by: str, at: datetime, once_key: str | None = None
) -> Task:
    """Have every scale of ``model`` judged again by the jobs process."""
    return queue_server_task(
        session,
        REJUDGE,
        {"model": model.uid, "name": model.name},
        path=EVERYWHERE,
        by=by,
        at=at,
        may_cancel=False,  # half the fleet would stand on what no longer judges
        once_key=once_key,
    )


def end_references(session: Session, *, at: datetime) -> int:
    """Have the scales judged again whose references ended since; return how many references.

    An approval ends with its last day as it ends with a withdrawal.
    """
    asked_for = exists().where(Task.once_key == literal(ENDED_KEY) + Reference.uid)
    ended = session.scalars(
        select(Reference)
        .where(
            Reference.status == ReferenceStatus.APPROVED,
            Reference.expires_on < local_date(at),
            ~asked_for,
        )
        .order_by(Reference.id)
    ).all()
    for reference in ended:
        key = ENDED_KEY + reference.uid
        ask_rejudge(session, reference.model, by=SYSTEM, at=at, once_key=key)
    return len(ended)
