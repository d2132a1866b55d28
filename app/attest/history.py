"""What a scale's own past says: what stands, what is newer, what was adjusted since."""

from datetime import datetime
from typing import Final

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.attest.cases import Case
from app.domain.calendar import local_date
from app.domain.lifecycle import Action
from app.domain.verdicts import Verdict, has_lapsed
from app.models import Evidence, Scale, ScaleEvent, Verification

BASELINE: Final = "baseline"


def standing_verdict(scale: Scale, found: Evidence | None, at: datetime) -> Verdict | None:
    """Return what the evidence ``found`` still says; a match that grew old stands no more.

    Only good news lapses: a difference stays until a better reading or a person ends it.
    """
    if found is None:
        return None
    taken, days = local_date(found.taken_at), scale.model.evidence_days
    is_old = found.verdict is Verdict.MATCH and has_lapsed(taken, days, local_date(at))
    return None if is_old else found.verdict


def is_newer(case: Case, found: Evidence | None) -> bool:
    """Return whether the reading came after ``found``, the one that stands.

    By the station's own sequence where both are of one station: its clock may be wrong.
    """
    if found is None or found is case.own:
        return True
    if found.station_id == case.station_id:
        return case.report.seq > found.seq
    return case.taken_at > found.taken_at


def is_adjusted_since_baseline(session: Session, scale: Scale) -> bool:
    """Return whether a repair or a verification followed the last sight of the baseline."""
    if scale.baseline_parameters is None:
        return False
    since = _baseline_seen_at(session, scale)
    verified = exists().where(Verification.scale_id == scale.id, Verification.recorded_at > since)
    repaired = exists().where(
        ScaleEvent.scale_id == scale.id,
        ScaleEvent.action == Action.COMPLETE_REPAIR.value,
        ScaleEvent.at > since,
    )
    return bool(session.scalar(select(verified | repaired)))


def _baseline_seen_at(session: Session, scale: Scale) -> datetime:
    """Return when the baseline's parameters were last read or recorded."""
    read = session.scalar(
        select(func.max(Evidence.received_at)).where(
            Evidence.scale_id == scale.id,
            Evidence.parameters_sha256 == scale.baseline_parameters,
            Evidence.counts,
        )
    )
    recorded = session.scalar(
        select(func.max(ScaleEvent.at)).where(
            ScaleEvent.scale_id == scale.id, ScaleEvent.action == BASELINE
        )
    )
    return max([found for found in (read, recorded) if found], default=scale.created_at)
