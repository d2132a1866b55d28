"""To-dos for people that a reading sets off, and that a good one answers."""

from datetime import datetime

from app.attest.lookups import Lookups
from app.db.ids import new_uid
from app.domain.tasks import Executor, TaskState
from app.models import Evidence, Scale, Task


def ask_person(
    known: Lookups, scale: Scale, kind: str, evidence: Evidence, *, at: datetime
) -> Task:
    """Give people a to-do about the scale; one that is open tells of the newest reading."""
    told = {
        "evidence": evidence.uid,
        "verdict": evidence.verdict.value if evidence.verdict else None,
        "reasons": list(evidence.reasons),
    }
    to_dos = known.to_dos(scale)
    task = next((one for one in to_dos if one.kind == kind), None)
    if task is None:
        task = Task(
            uid=new_uid(),
            path=scale.path,
            executor=Executor.PERSON,
            kind=kind,
            state=TaskState.QUEUED,
            scale=scale,
            created_at=at,
        )
        known.session.add(task)
        to_dos.append(task)
    task.payload = told
    return task


def settle_to_dos(
    known: Lookups, scale: Scale, kinds: frozenset[str], evidence: Evidence, *, at: datetime
) -> None:
    """End the to-dos that a good reading answers."""
    to_dos = known.to_dos(scale)
    for task in [one for one in to_dos if one.kind in kinds]:
        task.state, task.finished_at = TaskState.DONE, at
        task.result = {"evidence": evidence.uid}
        to_dos.remove(task)
