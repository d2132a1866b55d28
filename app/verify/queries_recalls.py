"""Reading recalls and their lists: of the weights that one sees."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from app.domain.recalls import RecallDecision
from app.models import Recall, RecallScale, Scale, StandardWeight, Task
from app.verify import queries_standards as queries
from app.verify.service.recalls import listing_key
from app.verify.staff import Eyes


def recalls(eyes: Eyes) -> Select[Recall]:
    """Return the recalls of the weights that one sees."""
    weights = queries.weights(*eyes).with_only_columns(StandardWeight.id).options()
    return (
        select(Recall)
        .where(Recall.weight_id.in_(weights))
        .options(joinedload(Recall.weight), joinedload(Recall.body), joinedload(Recall.opened_by))
    )


def recall_in(session: Session, eyes: Eyes, uid: str) -> Recall:
    """Return the recall ``uid``.

    Raises:
        NoResultFound: There is none for this person.
    """
    return session.scalars(recalls(eyes).where(Recall.uid == uid)).one()


def lines(recall: Recall, decision: RecallDecision | None) -> Select[RecallScale]:
    """Return the list of ``recall``, or those of one decision."""
    found = (
        select(RecallScale)
        .where(RecallScale.recall_id == recall.id)
        .options(
            joinedload(RecallScale.scale).joinedload(Scale.place),
            joinedload(RecallScale.scale).joinedload(Scale.model),
            joinedload(RecallScale.verification),
        )
    )
    return found.where(RecallScale.decision == decision) if decision else found


def counts(session: Session, recall: Recall) -> dict[RecallDecision, int]:
    """Return how many scales of the list stand under each decision."""
    rows: Sequence[tuple[RecallDecision, int]] = [
        (decision, count)
        for decision, count in session.execute(
            select(RecallScale.decision, func.count())
            .where(RecallScale.recall_id == recall.id)
            .group_by(RecallScale.decision)
        )
    ]
    return dict(rows)


def are_listed(session: Session, recall: Recall, scales: Sequence[str]) -> bool:
    """Return whether every one of ``scales``, uids, is on the list."""
    found = (
        select(func.count())
        .select_from(RecallScale)
        .join(Scale, Scale.id == RecallScale.scale_id)
        .where(RecallScale.recall_id == recall.id, Scale.uid.in_(scales))
    )
    return session.scalar(found) == len(set(scales))


def listing_task(session: Session, recall: Recall) -> Task | None:
    """Return the task that makes the list, or made it in vain."""
    return session.scalar(select(Task).where(Task.once_key == listing_key(recall.uid)))
