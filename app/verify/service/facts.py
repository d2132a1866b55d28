"""What is on record about worksheets and their scales, read for a whole batch at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.roles import Role
from app.domain.seals import VIOLATED
from app.domain.signing import SheetFacts, Signer
from app.domain.standards import WeightState
from app.domain.verification import VerificationResult
from app.models import (
    Grant,
    Person,
    Qualification,
    ScaleEvent,
    SignatureBatch,
    StandardWeight,
    Verification,
    WeightUse,
    Worksheet,
)
from app.verify.service import arbitration
from app.verify.service.recall_listing import doubts
from app.verify.service.record import OPENED

SEAL_SEEN: Final = "seal_recorded"
Moment = tuple[date, datetime]


def facts_of(session: Session, worksheets: Sequence[Worksheet]) -> dict[int, SheetFacts]:
    """Return the facts of each worksheet by its id; a few queries for all of them."""
    scales = {one.scale_id for one in worksheets}
    passed = _passed_at(session, scales)
    opened, violated = _events(session, scales)
    signers = _signers(session, worksheets)
    newest = _newest(session, scales)
    barred = arbitration.barred(session, scales)
    doubted = _doubted(session, worksheets)
    return {
        one.id: SheetFacts(
            verdict=one.verdict,
            finished_at=one.finished_at,
            signed_by=(*signers[one.id], *barred.get(one.scale_id, ())),
            openings=_since(opened[one.scale_id], passed.get(one.scale_id)),
            violated_at=tuple(violated[one.scale_id]),
            superseded=_is_older(one, newest.get(one.scale_id)),
            weight_in_doubt=one.id in doubted,
        )
        for one in worksheets
    }


def signer_of(session: Session, person: Person, body_id: int, today: date) -> Signer:
    """Return ``person`` as whoever signs for a body.

    A person with qualifications belongs to the bodies that they name; one without any acts by
    the role alone (a signatory need not be a verifier).
    """
    bodies = session.scalars(
        select(Qualification.body_id).where(
            Qualification.person_id == person.id,
            Qualification.ended_on.is_(None) | (Qualification.ended_on > today),
        )
    ).all()
    inspects = session.scalar(
        select(Grant.id)
        .where(
            Grant.person_id == person.id,
            Grant.role == Role.INSPECTOR,
            Grant.runs(today),
        )
        .limit(1)
    )
    elsewhere = bool(bodies) and body_id not in bodies
    return Signer(person.uid, inspects=inspects is not None, other_body=elsewhere)


def _passed_at(session: Session, scales: Iterable[int]) -> Mapping[int, datetime]:
    rows = session.execute(
        select(Verification.scale_id, func.max(Verification.recorded_at))
        .where(Verification.scale_id.in_(scales), Verification.result == VerificationResult.PASS)
        .group_by(Verification.scale_id)
    )
    return {scale: at for scale, at in rows}  # noqa: C416 - typed rows


def _events(
    session: Session, scales: Iterable[int]
) -> tuple[Mapping[int, list[tuple[str, datetime]]], Mapping[int, list[datetime]]]:
    opened: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    violated: dict[int, list[datetime]] = defaultdict(list)
    rows = session.execute(
        select(
            ScaleEvent.scale_id,
            ScaleEvent.action,
            ScaleEvent.actor,
            ScaleEvent.at,
            ScaleEvent.details,
        ).where(ScaleEvent.scale_id.in_(scales), ScaleEvent.action.in_((*OPENED, SEAL_SEEN)))
    )
    for scale, action, actor, at, details in rows:
        if action in OPENED:
            opened[scale].append((actor, at))
        elif details.get("state") in VIOLATED:
            violated[scale].append(at)
    return opened, violated


def _since(
    openings: Sequence[tuple[str, datetime]], passed_at: datetime | None
) -> tuple[tuple[str, datetime], ...]:
    """Return the openings that no pass came after."""
    return tuple(one for one in openings if passed_at is None or one[1] > passed_at)


def _signers(session: Session, worksheets: Sequence[Worksheet]) -> dict[int, tuple[str, ...]]:
    """Return who wrote and who signed each worksheet, the writer first."""
    batches = {one.verified_in_id for one in worksheets} | {one.checked_in_id for one in worksheets}
    rows = session.execute(
        select(SignatureBatch.id, Person.uid)
        .join(Person, Person.id == SignatureBatch.person_id)
        .where(SignatureBatch.id.in_(batches - {None}))
    )
    by_batch: dict[int | None, str] = {batch: uid for batch, uid in rows}  # noqa: C416 - typed
    return {
        one.id: tuple(by_batch[batch] for batch in (one.verified_in_id, one.checked_in_id) if batch)
        for one in worksheets
    }


def _newest(session: Session, scales: Iterable[int]) -> Mapping[int, Moment]:
    """Return when each scale's newest result was found: its day, and the minute we know of."""
    found: dict[int, Moment] = {}
    rows = session.execute(
        select(
            Verification.scale_id,
            Verification.verified_on,
            func.coalesce(Worksheet.finished_at, Verification.recorded_at),
        )
        .outerjoin(Worksheet, Worksheet.verification_id == Verification.id)
        .where(Verification.scale_id.in_(scales))
    )
    for scale, day, at in rows:
        found[scale] = max(found.get(scale, (day, at)), (day, at))
    return found


def _doubted(session: Session, worksheets: Sequence[Worksheet]) -> set[int]:
    """Return the ids of those done with a weight that is withdrawn for that day, or below one.

    A recall lists results on record; what has none yet must get none, or no list ever names it.
    """
    withdrawn = session.execute(
        select(StandardWeight.id, StandardWeight.last_good_on).where(
            StandardWeight.state == WeightState.WITHDRAWN, StandardWeight.last_good_on.is_not(None)
        )
    ).all()
    spans = [one for weight, day in withdrawn if day for one in doubts(session, weight, day)]
    if not spans:
        return set()
    uses = session.execute(
        select(WeightUse.worksheet_id, WeightUse.weight_id, WeightUse.used_on).where(
            WeightUse.worksheet_id.in_([one.id for one in worksheets]),
            WeightUse.weight_id.in_({one.weight for one in spans}),
        )
    )
    return {
        sheet
        for sheet, weight, on in uses
        if any(one.weight == weight and one.covers(on) for one in spans)
    }


def _is_older(one: Worksheet, newest: Moment | None) -> bool:
    return newest is not None and newest > (local_date(one.finished_at), one.finished_at)
