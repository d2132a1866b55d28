"""Judging evidence again: its image came, or the references of its model changed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.attest import intake
from app.attest.cases import Bench, Case
from app.attest.effects import Settlement, settle
from app.attest.lookups import Lookups
from app.attest.wire import stored_report
from app.blobs import Blobs
from app.domain.verdicts import NonceState
from app.ledger import entries
from app.ledger.door import SYSTEM
from app.models import Evidence, EvidenceStatus, Scale, ScaleModel, Task

JUDGED_AGAIN: Final = "evidence_judged"
# A station sends an image right after its receipt; one that was away comes back within a day.
IMAGE_WITHIN: Final = timedelta(hours=24)


def case_of(evidence: Evidence) -> Case:
    """Return the case of a row that was taken in before.

    What vouched for it then still does: its challenge was spent on it.
    """
    return Case(
        report=stored_report(evidence.envelope),
        scale=evidence.scale,
        station_id=evidence.station_id,
        taken_at=evidence.taken_at,
        nonce=NonceState.FRESH if evidence.fresh else NonceState.NONE,
        assigned=evidence.assigned,
        own=evidence,
    )


def judge_again(
    session: Session, evidence: Evidence, bench: Bench, *, by: str = SYSTEM, at: datetime
) -> None:
    """Judge one piece of evidence again and write down what follows, in one act."""
    entries.lock(session)
    session.refresh(evidence)
    session.refresh(evidence.scale)
    known = Lookups(session)
    opinion = intake.judge_or_none(known, case_of(evidence), bench, at)
    task = session.get(Task, evidence.task_id) if evidence.task_id else None
    settlement = Settlement(
        scale=evidence.scale, evidence=evidence, opinion=opinion, action=JUDGED_AGAIN, task=task
    )
    settle(known, settlement, by=by, at=at)


def came_at(blobs: Blobs, digest: str) -> datetime:
    """Return when the image ``digest`` came here."""
    return datetime.fromtimestamp(blobs.path(digest).stat().st_mtime, UTC)


def _is_unexplained(came: datetime | None) -> ColumnElement[bool]:
    """Return the condition that an image would decide or explain a reading.

    Of one that was here before, which ``came`` says: a reading that was judged since then was
    judged with it, and the image sent again changes nothing.
    """
    unseen = Evidence.similarity.is_(None) & Evidence.code_sha256.is_(None)
    if came is not None:
        unseen &= Evidence.judged_at < came
    return or_(Evidence.status == EvidenceStatus.AWAITING_BYTES, unseen)


def waiting_for(session: Session, digest: str, came: datetime | None) -> Sequence[Evidence]:
    """Return the evidence that the image ``digest`` would decide or explain, oldest first."""
    return session.scalars(
        select(Evidence)
        .where(Evidence.sha256 == digest, _is_unexplained(came))
        .order_by(Evidence.id)
    ).all()


def judge_waiting(
    session: Session,
    evidence_id: int,
    came: datetime | None,
    bench: Bench,
    *,
    by: str,
    at: datetime,
) -> None:
    """Judge one that waited, unless somebody else just did."""
    entries.lock(session)
    evidence = session.scalar(
        select(Evidence).where(Evidence.id == evidence_id, _is_unexplained(came))
    )
    if evidence is not None:
        judge_again(session, evidence, bench, by=by, at=at)


def _is_overdue(at: datetime) -> ColumnElement[bool]:
    """Return the condition that an image is late and what stands is older than its reading."""
    stands = Scale.standing_evidence_id
    return and_(
        Evidence.status == EvidenceStatus.AWAITING_BYTES,
        Evidence.assigned,
        Evidence.received_at < at - IMAGE_WITHIN,
        or_(stands.is_(None), stands < Evidence.id),
    )


def overdue(session: Session, at: datetime) -> Sequence[int]:
    """Return the readings whose images were asked for and never came, oldest first."""
    return session.scalars(
        select(Evidence.id).join(Evidence.scale).where(_is_overdue(at)).order_by(Evidence.id)
    ).all()


def give_up(session: Session, evidence_id: int, *, at: datetime) -> bool:
    """Say that a reading could not be judged: an older match does not stand on silence.

    Returns whether its image still was not here; should it come, the reading is judged after all.
    """
    entries.lock(session)
    evidence = session.scalar(
        select(Evidence).join(Evidence.scale).where(Evidence.id == evidence_id, _is_overdue(at))
    )
    if evidence is None:
        return False
    missed = Settlement(scale=evidence.scale, evidence=evidence, opinion=None, action=JUDGED_AGAIN)
    settle(Lookups(session), missed, by=SYSTEM, at=at)
    return True


def reported_lengths(session: Session, station_id: int, digest: str) -> set[int]:
    """Return how long this station says the image of this digest is; nothing if it says none."""
    return set(
        session.scalars(
            select(Evidence.length)
            .where(Evidence.sha256 == digest, Evidence.station_id == station_id)
            .distinct()
        )
    )


def latest_readings(session: Session, model: ScaleModel) -> Iterator[int]:
    """Yield the newest complete, assigned reading of each scale of ``model``."""
    newest = (
        select(func.max(Evidence.id))
        .join(Scale, Scale.id == Evidence.scale_id)
        .where(
            Scale.model_id == model.id,
            Evidence.agent_verdict == "read",
            Evidence.partial.is_(False),
            Evidence.assigned,
        )
        .group_by(Evidence.scale_id)
    )
    yield from session.scalars(newest)
