"""What a verdict sets off, all in one act: what stands, suspension, finding and lead, to-dos."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.attest import tasks, to_dos
from app.attest.cases import Opinion
from app.attest.lookups import Lookups
from app.db.ids import new_uid
from app.db.rows import fill
from app.domain.findings import SUSPENDING, FindingState, LeadState
from app.domain.lifecycle import TRANSITIONS, Action
from app.domain.suspension import SuspensionReason
from app.domain.verdicts import Consequence, Verdict, after_verifier_error, consequence
from app.ledger.door import act
from app.ledger.projections import evidence_digest
from app.models import Evidence, EvidenceStatus, Finding, Lead, Scale, Task

VERIFIER_ERROR: Final = "verifier_error"
FROM_UNASSIGNED: Final = "evidence_unassigned"
TO_DO: Final[Mapping[Verdict, str]] = {
    verdict: f"firmware_{verdict.value}"
    for verdict in Verdict
    if consequence(verdict) is Consequence.TASK
}
# What a reading that equals the registered program answers.
ANSWERED: Final = frozenset({*TO_DO.values(), VERIFIER_ERROR, tasks.READ_AGAIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A judged reading, to be written down.

    Attributes:
        evidence: With its id, also where it is not written yet.
        opinion: None where the Verifier itself failed.
        action: What the story says where the scale does not move.
    """

    scale: Scale
    evidence: Evidence
    opinion: Opinion | None
    action: str
    task: Task | None = None


def settle(known: Lookups, case: Settlement, *, by: str, at: datetime) -> None:
    """Write down a reading, its verdict and all that follows from it: one act, one entry."""
    scale, evidence = case.scale, case.evidence
    before = evidence.verdict
    details: dict[str, Any] = {}
    suspends = _suspends(known.session, case)
    may_move = (scale.state, Action.SUSPEND) in TRANSITIONS
    action = Action.SUSPEND if suspends and may_move else case.action
    with act(known.session, scale, action, by=by, at=at, details=details):
        _write_verdict(evidence, case.opinion, at)
        details |= {"evidence": evidence.uid, "status": evidence.status.value}
        _write_standing(known, case, before)
        if suspends:
            details["finding"] = _find(known.session, scale, evidence, at).uid
            # Out of date is no longer all that is wrong: the public page says suspended.
            if may_move or scale.suspended_for is SuspensionReason.EXPIRY:
                scale.suspended_for = SuspensionReason.FINDING
        details |= _write_baseline(case)
        _write_to_dos(known, case, at)
        if case.task is not None:
            tasks.finish(case.task, evidence, at=at)
        details |= _told(evidence)


def _told(evidence: Evidence) -> dict[str, Any]:
    """Return what the scale's story says of a reading: codes and numbers."""
    return {
        "evidence_digest": evidence_digest(evidence),
        "verdict": evidence.verdict.value if evidence.verdict else "",
        "level": evidence.level,
        "counts": int(evidence.counts),
    }


def _judged(case: Settlement) -> Verdict | None:
    """Return the new verdict where it may change things."""
    judgement = case.opinion.judgement if case.opinion else None
    return judgement.verdict if judgement is not None and judgement.counts else None


def _suspends(session: Session, case: Settlement) -> bool:
    """Return whether this verdict accuses, and has not done so before."""
    verdict = _judged(case)
    if verdict is None or consequence(verdict) is not Consequence.SUSPEND:
        return False
    if not inspect(case.evidence).persistent:
        return True
    own = select(Finding.id).where(Finding.evidence_id == case.evidence.id)
    return session.scalar(own.limit(1)) is None


def _write_verdict(evidence: Evidence, opinion: Opinion | None, at: datetime) -> None:
    if opinion is None:
        _write_failure(evidence, at)
        return
    if opinion.judgement is None and evidence.verdict not in {None, Verdict.MATCH}:
        return  # what was found against the scale stays until bytes say otherwise
    fill(evidence, _columns(evidence, opinion, at))


def _columns(evidence: Evidence, opinion: Opinion, at: datetime) -> dict[str, Any]:
    """Return the columns of a reading that the opinion sets."""
    judgement, reference = opinion.judgement, opinion.reference
    found = {
        "level": int(opinion.standing.level),
        "partial": opinion.standing.partial,
        "reference_id": reference.id if reference else None,
        "similarity": opinion.similarity,
        "differences": [
            {"start": start, "end": end, "kind": kind} for start, end, kind in opinion.differences
        ],
        "code_sha256": opinion.code or evidence.code_sha256,
        "parameters_sha256": opinion.parameters or evidence.parameters_sha256,
    }
    if judgement is None:
        status = EvidenceStatus.AWAITING_BYTES
        return {**found, "status": status, "verdict": None, "counts": False, "reasons": []}
    discount = [judgement.discount.value] if judgement.discount else []
    return {
        **found,
        "status": EvidenceStatus.JUDGED,
        "verdict": judgement.verdict,
        "counts": judgement.counts,
        "judged_at": at,
        "reasons": [*(reason.value for reason in judgement.reasons), *discount],
    }


def _write_failure(evidence: Evidence, at: datetime) -> None:
    """Say that we could not judge; what was found against the scale before stays."""
    evidence.judged_at = at
    if evidence.verdict in {None, Verdict.MATCH}:
        evidence.status, evidence.verdict = EvidenceStatus.JUDGED, Verdict.MALFORMED
        evidence.counts = False
        evidence.reasons = [VERIFIER_ERROR]


def _write_standing(known: Lookups, case: Settlement, before: Verdict | None) -> None:
    """Let the reading stand where it counts; a match never outlives an error of ours."""
    scale, evidence = case.scale, case.evidence
    if case.opinion is None:
        found = known.standing(scale)
        stands = before if found is evidence else (found.verdict if found else None)
        if evidence.assigned and after_verifier_error(stands) is None:
            scale.standing_evidence_id = None
    elif _judged(case) is not None:
        scale.standing_evidence_id = evidence.id
    elif scale.standing_evidence_id == evidence.id and not evidence.counts:
        scale.standing_evidence_id = None  # judged again, it supports nothing any more


def _write_baseline(case: Settlement) -> dict[str, Any]:
    """Keep parameters and chip of a matching reading where none are kept, or after a repair."""
    if _judged(case) is not Verdict.MATCH or case.opinion is None:
        return {}
    scale, told = case.scale, {}
    parameters = case.opinion.parameters
    if parameters and (scale.baseline_parameters is None or case.opinion.adjusted):
        scale.baseline_parameters = parameters
        told["baseline_parameters"] = parameters
    return told


def _find(session: Session, scale: Scale, evidence: Evidence, at: datetime) -> Finding:
    """Return the scale's open finding; open one with its lead where there is none."""
    verdict = evidence.verdict
    assert verdict is not None  # noqa: S101 - only a verdict accuses
    found = session.scalar(
        select(Finding)
        .where(Finding.scale_id == scale.id, Finding.state.in_(SUSPENDING))
        .order_by(Finding.id.desc())
        .limit(1)
    )
    if found is not None and (found.state is FindingState.OPEN or _is_same(found, evidence)):
        return found
    finding = Finding(
        uid=new_uid(),
        path=scale.path,
        scale=scale,
        evidence=evidence,
        verdict=verdict,
        state=FindingState.OPEN,
        opened_at=at,
    )
    lead = Lead(
        uid=new_uid(),
        path=scale.path,
        scale=scale,
        finding=finding,
        state=LeadState.OPEN,
        opened_at=at,
    )
    session.add_all([finding, lead])
    return finding


def _is_same(finding: Finding, evidence: Evidence) -> bool:
    return finding.verdict is evidence.verdict and finding.evidence.sha256 == evidence.sha256


def _write_to_dos(known: Lookups, case: Settlement, at: datetime) -> None:
    scale, evidence = case.scale, case.evidence
    if case.opinion is None:
        to_dos.ask_person(known, scale, VERIFIER_ERROR, evidence, at=at)
        return
    judgement = case.opinion.judgement
    if judgement is None:
        return
    if not evidence.assigned:
        if judgement.verdict is not Verdict.MATCH:
            to_dos.ask_person(known, scale, FROM_UNASSIGNED, evidence, at=at)
    elif judgement.verdict in TO_DO:
        to_dos.ask_person(known, scale, TO_DO[judgement.verdict], evidence, at=at)
    elif judgement.verdict is Verdict.MATCH and judgement.counts:
        to_dos.settle_to_dos(known, scale, ANSWERED, evidence, at=at)
