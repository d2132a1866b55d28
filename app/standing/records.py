"""The rows behind the facts, each kind by one query for a batch of scales."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.domain.calendar import local_date
from app.domain.evidence import Level
from app.domain.findings import SUSPENDING
from app.domain.lifecycle import Action, State
from app.domain.phase_out import Kind
from app.domain.recalls import RecallDecision, RecallState
from app.domain.seals import SealOwner, SealState
from app.domain.suspension import DECIDED_AS, OFFICER, SuspensionReason
from app.domain.verdicts import Verdict
from app.domain.verification import VerificationResult
from app.models import (
    Code,
    Evidence,
    Finding,
    Recall,
    RecallScale,
    Scale,
    ScaleEvent,
    ScaleModel,
    Seal,
    TransitionRule,
    Verification,
)
from app.standing.sql import replaced

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class LastVerification:
    """The verification that counts: the last by its day, then by when it was recorded."""

    result: VerificationResult
    verified_on: date
    valid_until: date | None

    @property
    def failed(self) -> bool:
        """Whether it cancelled the mark."""
        return self.result is VerificationResult.FAIL


@dataclass(frozen=True, slots=True)
class ReadingFacts:
    """What the evidence that stands says of the program."""

    uid: str
    verdict: Verdict
    taken_on: date
    level: Level
    partial: bool


@dataclass(frozen=True, slots=True)
class Records:
    """Rows of a batch: by scale id, but ``readings`` by evidence id."""

    verifications: dict[int, LastVerification]
    seals: dict[int, tuple[SealState, ...]]
    coded: frozenset[int]
    findings: dict[int, tuple[str, ...]]
    readings: dict[int, ReadingFacts]
    cancelled: frozenset[int]
    held_since: dict[int, date]
    last_days: dict[Kind, date]
    doubted: dict[int, date]
    by_officers: frozenset[int]


def load(session: Session, scales: Sequence[Scale]) -> Records:
    """Return the rows that facts about ``scales`` are made of."""
    ids = [scale.id for scale in scales]
    _models(session, scales)
    return Records(
        verifications=_verifications(session, ids),
        seals=_grouped(
            session.execute(
                select(Seal.scale_id, Seal.state)
                .where(Seal.scale_id.in_(ids), Seal.owner == SealOwner.VERIFICATION)
                .order_by(Seal.id)
            ).all()
        ),
        coded=_coded(session, ids),
        findings=_grouped(
            session.execute(
                select(Finding.scale_id, Finding.uid)
                .where(Finding.scale_id.in_(ids), Finding.state.in_(SUSPENDING))
                .order_by(Finding.id.desc())
            ).all()
        ),
        readings=_readings(session, scales),
        cancelled=_cancelled(session, scales),
        held_since=_held_since(session, scales),
        last_days=last_days(session),
        doubted=_doubted(session, ids),
        by_officers=_by_officers(session, scales),
    )


def last_days(session: Session) -> dict[Kind, date]:
    """Return the last day of each kind of type that has one; a handful of rows."""
    rows = select(TransitionRule.generation, TransitionRule.networked, TransitionRule.last_day)
    return {(generation, networked): day for generation, networked, day in session.execute(rows)}


def _coded(session: Session, ids: Collection[int]) -> frozenset[int]:
    """Return which scales a code in force is bound to, ours or one adopted."""
    bound = session.scalars(
        select(Code.scale_id).where(Code.scale_id.in_(ids), Code.revoked_at.is_(None))
    )
    return frozenset(scale_id for scale_id in bound if scale_id is not None)


def _doubted(session: Session, ids: Collection[int]) -> dict[int, date]:
    """Return since when a weight used for the standing verification is in doubt, by scale.

    Until the body decided to keep the mark, or the weight was cleared.
    """
    rows = session.execute(
        select(RecallScale.scale_id, func.min(Recall.opened_at))
        .join(Recall, Recall.id == RecallScale.recall_id)
        .join(Verification, Verification.id == RecallScale.verification_id)
        .where(
            RecallScale.scale_id.in_(ids),
            Recall.state != RecallState.CLEARED,
            RecallScale.decision != RecallDecision.KEEP,
            ~replaced(),
        )
        .group_by(RecallScale.scale_id)
    )
    return {scale_id: local_date(opened_at) for scale_id, opened_at in rows}


def taken_on(taken_at: datetime, received_at: datetime) -> date:
    """Return the legal date of a reading; a clock that runs ahead cannot make it last longer."""
    return local_date(min(taken_at, received_at))


def _grouped(rows: Iterable[Row[int, Value]]) -> dict[int, tuple[Value, ...]]:
    found: defaultdict[int, list[Value]] = defaultdict(list)
    for scale_id, value in rows:
        found[scale_id].append(value)
    return {scale_id: tuple(values) for scale_id, values in found.items()}


def _models(session: Session, scales: Sequence[Scale]) -> None:
    """Load the models of ``scales``, so that ``scale.model`` asks the database no more."""
    bare = [scale for scale in scales if "model" not in scale.__dict__]
    wanted = {scale.model_id for scale in bare}
    if not wanted:
        return
    models = {
        model.id: model
        for model in session.scalars(select(ScaleModel).where(ScaleModel.id.in_(wanted)))
    }
    for scale in bare:
        set_committed_value(scale, "model", models[scale.model_id])


def _verifications(session: Session, ids: Collection[int]) -> dict[int, LastVerification]:
    rows = session.execute(
        select(
            Verification.scale_id,
            Verification.result,
            Verification.verified_on,
            Verification.valid_until,
        )
        .where(Verification.scale_id.in_(ids))
        .order_by(Verification.verified_on, Verification.id)
    )
    # Ordered by time: of each scale the last row stays.
    return {
        row.scale_id: LastVerification(row.result, row.verified_on, row.valid_until) for row in rows
    }


def _readings(session: Session, scales: Sequence[Scale]) -> dict[int, ReadingFacts]:
    wanted = [one.standing_evidence_id for one in scales if one.standing_evidence_id is not None]
    if not wanted:
        return {}
    rows = session.execute(
        select(
            Evidence.id,
            Evidence.uid,
            Evidence.verdict,
            Evidence.taken_at,
            Evidence.received_at,
            Evidence.level,
            Evidence.partial,
        ).where(Evidence.id.in_(wanted))
    )
    return {
        row.id: ReadingFacts(
            row.uid,
            row.verdict,
            taken_on(row.taken_at, row.received_at),
            Level(row.level),
            row.partial,
        )
        for row in rows
        if row.verdict is not None
    }


def _cancelled(session: Session, scales: Sequence[Scale]) -> frozenset[int]:
    """Return which scales had evidence that counted and have none that stands."""
    bare = [scale.id for scale in scales if scale.standing_evidence_id is None]
    if not bare:
        return frozenset()
    return frozenset(
        session.scalars(
            select(Evidence.scale_id).where(Evidence.scale_id.in_(bare), Evidence.counts).distinct()
        )
    )


def _by_officers(session: Session, scales: Sequence[Scale]) -> frozenset[int]:
    """Return which scales an inspector or the regulator suspended; the story says as whom."""
    decided = [scale.id for scale in scales if _was_decided(scale)]
    if not decided:
        return frozenset()
    rows = session.execute(
        select(ScaleEvent.scale_id, ScaleEvent.details)
        .where(ScaleEvent.scale_id.in_(decided), ScaleEvent.action == Action.SUSPEND)
        .order_by(ScaleEvent.id)
    )
    # In their order: of each scale the last suspension stays.
    last = {scale_id: details.get(DECIDED_AS) == OFFICER for scale_id, details in rows}
    return frozenset(scale_id for scale_id, by_officer in last.items() if by_officer)


def _was_decided(scale: Scale) -> bool:
    suspended = scale.state is State.SUSPENDED
    return suspended and scale.suspended_for is SuspensionReason.DECISION


def _held_since(session: Session, scales: Sequence[Scale]) -> dict[int, date]:
    held = [scale.id for scale in scales if scale.hold_document]
    if not held:
        return {}
    rows = session.execute(
        select(ScaleEvent.scale_id, ScaleEvent.at)
        .where(ScaleEvent.scale_id.in_(held), ScaleEvent.action == "hold")
        .order_by(ScaleEvent.id)
    )
    return {scale_id: local_date(at) for scale_id, at in rows}
