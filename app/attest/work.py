"""Long work of this slice, by the kind of its task; the jobs process does it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.attest.cases import Bench
from app.attest.rejudging import judge_again, latest_readings
from app.db.ids import new_uid
from app.domain.scope import EVERYWHERE
from app.domain.tasks import Executor, TaskState
from app.models import Evidence, Person, ScaleModel, Task
from app.web.database import Installation

REJUDGE: Final = "rejudge_model"


def rejudge(work: Installation, payload: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Judge each scale of a model again, one short transaction for each."""
    bench = Bench(work.keys.server, work.blobs)
    with work.database.reading() as session:
        model = session.scalars(select(ScaleModel).where(ScaleModel.uid == payload["model"])).one()
        found = list(latest_readings(session, model))
    for evidence_id in found:
        with work.database.transaction() as session:
            evidence = session.get_one(Evidence, evidence_id)
            judge_again(session, evidence, bench, by=payload["by"], at=at)
    return {"scales": len(found)}


def ask_rejudge(session: Session, model: ScaleModel, *, by: str, at: datetime) -> Task:
    """Have every scale of ``model`` judged again by the jobs process."""
    task = Task(
        uid=new_uid(),
        path=EVERYWHERE,
        executor=Executor.SERVER,
        kind=REJUDGE,
        state=TaskState.QUEUED,
        created_by=session.scalar(select(Person).where(Person.uid == by)),
        created_at=at,
        payload={"model": model.uid, "by": by},
    )
    session.add(task)
    return task


TASKS: Final[
    Mapping[str, Callable[[Installation, Mapping[str, Any], datetime], dict[str, Any]]]
] = MappingProxyType({REJUDGE: rejudge})
