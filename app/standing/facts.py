"""Facts about scales, loaded in bulk: a handful of queries whatever the number of scales."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.domain.advisories import AdvisoryFacts
from app.domain.blocking import DeployFacts
from app.domain.calendar import local_date
from app.domain.evidence import Level
from app.domain.evidence import Standing as Worth
from app.domain.legal_status import LegalFacts
from app.domain.lifecycle import ScaleRole, State
from app.domain.phase_out import last_day
from app.domain.suspension import SuspensionReason
from app.domain.verdicts import Verdict
from app.domain.verification import VerificationResult
from app.models import Scale
from app.standing import records
from app.standing.records import LastVerification, ReadingFacts

BATCH = 1000

__all__ = ["ReadingFacts", "ScaleFacts", "facts_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleFacts:
    """All that the rules ask about one scale.

    Attributes:
        suspended_for: Why it is suspended, None where it is not.
        suspended_by_officer: An inspector or the regulator decided it.
        required_level: What its model asks for before it is handed out, None for nothing.
        opened_on: When the case was last opened with no passed verification since.
        reading: The evidence that stands, None for none.
        findings: uids of the findings that keep it out of service.
    """

    state: State
    left: State | None
    role: ScaleRole
    suspended_for: SuspensionReason | None
    suspended_by_officer: bool
    required_level: Level | None
    opened_on: date | None
    held: bool
    legal: LegalFacts
    advisory: AdvisoryFacts
    deploy: DeployFacts
    reading: ReadingFacts | None
    findings: tuple[str, ...]


def facts_of(session: Session, scales: Collection[Scale]) -> dict[int, ScaleFacts]:
    """Return the facts of each of ``scales`` by its ``id``."""
    every, found = list(scales), {}
    for start in range(0, len(every), BATCH):
        found.update(_batch(session, every[start : start + BATCH]))
    return found


def _batch(session: Session, scales: Sequence[Scale]) -> dict[int, ScaleFacts]:
    loaded = records.load(session, scales)
    return {scale.id: _facts(scale, loaded) for scale in scales}


def _facts(scale: Scale, loaded: records.Records) -> ScaleFacts:
    last = loaded.verifications.get(scale.id)
    reading = loaded.readings.get(scale.standing_evidence_id or 0)
    findings = loaded.findings.get(scale.id, ())
    required = Level(scale.model.required_level) or None
    has_code = scale.id in loaded.coded
    seals = loaded.seals.get(scale.id, ())
    return ScaleFacts(
        state=scale.state,
        left=scale.left_state,
        role=scale.role,
        suspended_for=scale.suspended_for if scale.state is State.SUSPENDED else None,
        suspended_by_officer=scale.id in loaded.by_officers,
        required_level=required,
        opened_on=scale.opened_on if _opened_since(scale, last) else None,
        held=bool(scale.hold_document),
        legal=_legal(scale, last, loaded),
        advisory=_advisory(scale, last, reading, loaded),
        deploy=DeployFacts(
            role=scale.role,
            verification_seals=seals,
            has_code=has_code,
            has_place=_has_place(scale),
            suspending_finding=bool(findings),
        ),
        reading=reading,
        findings=findings,
    )


def _opened_since(scale: Scale, last: LastVerification | None) -> bool:
    """Return whether the case was opened and no verification came after it.

    A pass takes ``opened_on`` away; on the same day the opening came later than the result.
    """
    if scale.opened_on is None:
        return False
    return last is None or last.failed or scale.opened_on >= last.verified_on


def _has_place(scale: Scale) -> bool:
    """A fair scale stands where its place is; any other needs a stall and a trader."""
    at_a_stall = scale.stall_id is not None and scale.trader_id is not None
    return scale.role is ScaleRole.FAIR or at_a_stall


def _legal(scale: Scale, last: LastVerification | None, loaded: records.Records) -> LegalFacts:
    return LegalFacts(
        result=last.result if last else None,
        verified_on=last.verified_on if last else None,
        valid_until=last.valid_until if last else None,
        verification_seals=loaded.seals.get(scale.id, ()),
        opened_or_repaired_since_verification=_opened_since(scale, last),
        type_last_day=last_day(
            scale.model.phase_out_on,
            (scale.model.generation, scale.model.networked),
            loaded.last_days,
        ),
        stop_order=scale.stop_order or None,
    )


def _advisory(
    scale: Scale,
    last: LastVerification | None,
    reading: ReadingFacts | None,
    loaded: records.Records,
) -> AdvisoryFacts:
    required = Level(scale.model.required_level) or None
    passed = last is not None and last.result is VerificationResult.PASS
    registered_on = local_date(scale.created_at)
    return AdvisoryFacts(
        valid_until=last.valid_until if last and passed else None,
        has_tag=scale.id in loaded.coded,
        firmware=reading.verdict if reading else None,
        taken_on=reading.taken_on if reading else None,
        lapse_days=scale.model.evidence_days,
        evidence_cancelled=scale.id in loaded.cancelled,
        required_level=required,
        requirement_met=reading is None or _meets(reading, required),
        evidence_hold_since=(
            loaded.held_since.get(scale.id, registered_on) if scale.hold_document else None
        ),
        # The catalogue keeps no date of a recall: it is known to apply from registration on.
        type_recalled_on=registered_on if scale.model.recalled else None,
        trader_since=scale.trader_since,
        weight_withdrawn_on=loaded.doubted.get(scale.id),
        counters_rose_on=_counters_rose_on(scale, last),
    )


def _counters_rose_on(scale: Scale, last: LastVerification | None) -> date | None:
    """Return when they rose without a reason; a later pass is the body's word on the scale."""
    rose = scale.counters_rose_on
    passed = last is not None and last.result is VerificationResult.PASS
    return None if rose and passed and last and last.verified_on > rose else rose


def _meets(reading: ReadingFacts, required: Level | None) -> bool:
    """Return whether a match is worth what the model asks for."""
    if reading.verdict is not Verdict.MATCH:
        return False
    return Worth(reading.level, reading.partial).meets(required)
