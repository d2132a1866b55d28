"""A weight found bad: its recall is opened, decided scale by scale, closed, or taken back.

Nothing happens to a scale by itself: the body decides for each, and what it decided is undone
when the weight is cleared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, selectinload

from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.lifecycle import TRANSITIONS, Action, State
from app.domain.recalls import RecallDecision, RecallState
from app.domain.standards import WeightState
from app.domain.suspension import SuspensionReason
from app.ledger import entries
from app.ledger.door import act
from app.models import Person, Recall, RecallScale, Scale, StandardWeight, Task
from app.standing import standing_of
from app.verify.service import retests
from app.verify.service.weight_records import WeightStateError
from app.work import queue_server_task

LIST: Final = "recall_list"
CLEAR: Final = "recall_clear"


class RecallStateError(DomainError):
    """The recall has ended, or one of the weight is open already; nothing was written."""

    code = "recall_state"


class RecallPendingError(DomainError):
    """Scales on the list still wait for a decision."""

    code = "recall_pending"


def open_recall(
    session: Session, weight: StandardWeight, document_no: str, *, by: str, at: datetime
) -> Recall:
    """Open the recall of a weight that was withdrawn; its list is made by the jobs process.

    Raises:
        WeightStateError: It is not withdrawn, or nobody said when it was last surely good.
        RecallStateError: One of it is open already.
    """
    entries.lock(session)
    if weight.state is not WeightState.WITHDRAWN or weight.last_good_on is None:
        raise WeightStateError("only a weight that was withdrawn is recalled")
    standing = exists().where(Recall.weight_id == weight.id, Recall.state == RecallState.OPEN)
    if session.scalar(select(standing)):
        raise RecallStateError("a recall of this weight is open already")
    recall = Recall(
        uid=new_uid(),
        path=weight.path,
        body_id=weight.body_id,
        weight=weight,
        last_good_on=weight.last_good_on,
        reason=weight.withdrawn_because,
        document_no=document_no.strip(),
        state=RecallState.OPEN,
        opened_at=at,
        opened_by=session.scalars(select(Person).where(Person.uid == by)).one(),
    )
    with act(session, recall, "recall_opened", by=by, at=at):
        session.add(recall)
    queue_server_task(
        session,
        LIST,
        {"recall": recall.uid},
        path=recall.path,
        by=by,
        at=at,
        may_cancel=False,
        once_key=listing_key(recall.uid),
    )
    return recall


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of deciding for some scales: how many, and which could not be suspended."""

    done: int
    unmoved: tuple[str, ...]


def decide(
    session: Session,
    recall: Recall,
    scales: Sequence[str],
    decision: RecallDecision,
    *,
    by: str,
    at: datetime,
) -> Decided:
    """Write the body's decision for the scales ``scales`` (uids) of the list, and act on it.

    A scale that serves or is ready can be suspended; any other keeps its state, and is named.

    Raises:
        RecallStateError: The recall has ended.
    """
    entries.lock(session)
    session.refresh(recall)
    if recall.state is not RecallState.OPEN:
        raise RecallStateError("the recall has ended")
    person = session.scalars(select(Person).where(Person.uid == by)).one()
    unmoved: list[str] = []
    lines = _lines(session, recall, scales)
    for line in lines:
        if line.decision is decision:
            continue
        _undo(session, line, by=by, at=at)
        if decision is RecallDecision.SUSPEND and not _may_suspend(line.scale):
            unmoved.append(line.scale.uid)
        _do(session, line, decision, by=by, at=at)
        line.decision, line.decided_at, line.decided_by_id = decision, at, person.id
        line.undone_at = None
    session.flush()
    return Decided(len(lines), tuple(unmoved))


def _lines(session: Session, recall: Recall, scales: Sequence[str]) -> list[RecallScale]:
    return list(
        session.scalars(
            select(RecallScale)
            .join(Scale, Scale.id == RecallScale.scale_id)
            .where(RecallScale.recall_id == recall.id, Scale.uid.in_(scales))
            .options(selectinload(RecallScale.scale), selectinload(RecallScale.recall))
            .order_by(RecallScale.id)
        )
    )


def _may_suspend(scale: Scale) -> bool:
    return (scale.state, Action.SUSPEND) in TRANSITIONS


def _do(
    session: Session, line: RecallScale, decision: RecallDecision, *, by: str, at: datetime
) -> None:
    scale, told = line.scale, {"recall": line.recall.uid, "decision": decision.value}
    suspends = decision is RecallDecision.SUSPEND and _may_suspend(scale)
    with act(
        session, scale, Action.SUSPEND if suspends else "recall_decided", by=by, at=at, details=told
    ):
        if suspends:
            scale.suspended_for = SuspensionReason.RECALL
    if decision in {RecallDecision.RETEST, RecallDecision.SUSPEND}:
        retests.order(session, line.scale, line.recall.uid, at)


def _undo(session: Session, line: RecallScale, *, by: str, at: datetime) -> None:
    """Take back what was decided before: the order to test, and the suspension where it may."""
    if line.decision not in {RecallDecision.RETEST, RecallDecision.SUSPEND}:
        return
    retests.call_off(session, line.scale_id, line.recall.uid, at)
    scale = line.scale
    is_ours = scale.state is State.SUSPENDED and scale.suspended_for is SuspensionReason.RECALL
    others = select(RecallScale.id).where(
        RecallScale.scale_id == scale.id,
        RecallScale.id != line.id,
        RecallScale.decision == RecallDecision.SUSPEND,
        RecallScale.undone_at.is_(None),
    )
    if not is_ours or session.scalar(others.limit(1)) is not None:
        return
    if standing_of(session, scale, local_date(at)).obstacles(Action.RESUME):
        return  # something else keeps it out of use by now: that stays
    told: dict[str, Any] = {"recall": line.recall.uid}
    with act(session, scale, Action.RESUME, by=by, at=at, details=told):
        scale.suspended_for = None


def close(session: Session, recall: Recall, *, by: str, at: datetime) -> None:
    """End a recall: every scale on its list was decided.

    Raises:
        RecallStateError: It has ended.
        RecallPendingError: Scales still wait for a decision.
    """
    entries.lock(session)
    session.refresh(recall)
    if recall.state is not RecallState.OPEN:
        raise RecallStateError("the recall has ended")
    waiting = exists().where(
        RecallScale.recall_id == recall.id, RecallScale.decision == RecallDecision.PENDING
    )
    if recall.listed is None or session.scalar(select(waiting)):
        raise RecallPendingError("scales on the list still wait for a decision")
    with act(session, recall, "recall_closed", by=by, at=at):
        recall.state, recall.ended_at = RecallState.CLOSED, at


def clear(session: Session, recall: Recall, *, by: str, at: datetime) -> Task:
    """Take a recall back: the weight was good. What was decided is undone by the jobs process.

    Raises:
        RecallStateError: It was taken back before.
    """
    entries.lock(session)
    session.refresh(recall)
    if recall.state is RecallState.CLEARED:
        raise RecallStateError("the recall was taken back")
    with act(session, recall, "recall_cleared", by=by, at=at):
        recall.state, recall.ended_at = RecallState.CLEARED, at
    return queue_server_task(
        session,
        CLEAR,
        {"recall": recall.uid},
        path=recall.path,
        by=by,
        at=at,
        may_cancel=False,
        once_key=f"{CLEAR}:{recall.uid}",
    )


def undo_some(session: Session, recall: Recall, count: int, *, by: str, at: datetime) -> int:
    """Undo the decisions of ``count`` scales of a cleared recall; return how many there were."""
    entries.lock(session)
    lines = session.scalars(
        select(RecallScale)
        .where(
            RecallScale.recall_id == recall.id,
            RecallScale.undone_at.is_(None),
            RecallScale.decision != RecallDecision.PENDING,
        )
        .options(selectinload(RecallScale.scale), selectinload(RecallScale.recall))
        .order_by(RecallScale.id)
        .limit(count)
    ).all()
    for line in lines:
        _undo(session, line, by=by, at=at)
        line.undone_at = at
    session.flush()
    return len(lines)


def listing_key(recall: str) -> str:
    """Return the key of the task that lists what ``recall``, a uid, concerns: there is one."""
    return f"{LIST}:{recall}"
