"""Which scales were verified with a weight in doubt, through the chain, and how urgent each is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.findings import SUSPENDING
from app.domain.lifecycle import ScaleRole, State
from app.domain.recall_risk import RiskFacts, risk
from app.domain.recall_spans import Made, Span, first, next_level
from app.domain.traceability import DEEPEST
from app.models import (
    Calibration,
    CalibrationUse,
    Finding,
    Recall,
    RecallScale,
    Scale,
    Verification,
    WeightUse,
    Worksheet,
)

PIECE: Final = 1000
Tell = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Touched:
    """The newest verification of a scale that rests on a weight in doubt."""

    scale_id: int
    verification_id: int
    worksheet_id: int
    used_on: date
    links: int


def doubts(session: Session, weight_id: int, last_good_on: date) -> list[Span]:
    """Return every weight in doubt with its days, the bad one first; a few queries a level."""
    spans = level = [first(weight_id, last_good_on)]
    known: dict[int, Span] = {}
    for _depth in range(DEEPEST):
        found = next_level(level, _made(session, {one.weight for one in level}), known)
        if not found:
            break
        known |= found
        level = list(found.values())
        spans = [*spans, *level]
    return spans


def _made(session: Session, against: Iterable[int]) -> list[Made]:
    """Return the calibrations against some weights, each with the day that ended it."""
    later = aliased(Calibration)
    ended = (
        select(func.min(later.calibrated_on))
        .where(
            later.weight_id == Calibration.weight_id,
            later.calibrated_on > Calibration.calibrated_on,
        )
        .correlate(Calibration)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Calibration.id,
            Calibration.weight_id,
            CalibrationUse.against_id,
            Calibration.calibrated_on,
            ended,
        )
        .join(CalibrationUse, CalibrationUse.calibration_id == Calibration.id)
        .where(CalibrationUse.against_id.in_(list(against)))
        .order_by(Calibration.id)
    )
    return [Made(*row) for row in rows]


def touched(session: Session, spans: Sequence[Span]) -> dict[int, Touched]:
    """Return the scales whose verifications rest on ``spans``, by id of the scale.

    Of several verifications the newest counts, and of its weights the one nearest to the bad.
    """
    found: dict[int, Touched] = {}
    for span in sorted(spans, key=lambda one: one.links):
        asked = (
            select(Worksheet.scale_id, Worksheet.verification_id, Worksheet.id, WeightUse.used_on)
            .join(Worksheet, Worksheet.id == WeightUse.worksheet_id)
            .where(
                WeightUse.weight_id == span.weight,
                WeightUse.used_on >= span.since,
                Worksheet.verification_id.is_not(None),
            )
        )
        if span.until is not None:
            asked = asked.where(WeightUse.used_on < span.until)
        for scale_id, verification_id, worksheet_id, used_on in session.execute(asked):
            known = found.get(scale_id)
            newer = known is None or (used_on, worksheet_id) > (known.used_on, known.worksheet_id)
            if newer and verification_id is not None:
                found[scale_id] = Touched(
                    scale_id, verification_id, worksheet_id, used_on, span.links
                )
    return found


def listed(session: Session, recall: Recall, tell: Tell) -> list[dict[str, Any]]:
    """Return the rows of the list of ``recall``; nobody decided anything yet."""
    found = list(touched(session, doubts(session, recall.weight_id, recall.last_good_on)).values())
    rows: list[dict[str, Any]] = []
    for start in range(0, len(found), PIECE):
        tell(start, len(found))
        rows += _rows(session, recall, found[start : start + PIECE])
    return rows


def write(session: Session, recall: Recall, rows: Sequence[dict[str, Any]]) -> None:
    """Write the list of ``recall``, instead of one that an attempt before wrote."""
    session.execute(delete(RecallScale).where(RecallScale.recall_id == recall.id))
    if rows:
        session.connection().execute(RecallScale.__table__.insert(), rows)  # type: ignore[attr-defined]  # a Table


def _rows(session: Session, recall: Recall, piece: Sequence[Touched]) -> list[dict[str, Any]]:
    ids = [one.scale_id for one in piece]
    scales = {
        row.id: row
        for row in session.execute(
            select(Scale.id, Scale.state, Scale.role).where(Scale.id.in_(ids))
        )
    }
    newest = _newest(session, ids)
    accused = set(
        session.scalars(
            select(Finding.scale_id).where(Finding.scale_id.in_(ids), Finding.state.in_(SUSPENDING))
        )
    )
    used = _used(session, [one.worksheet_id for one in piece])
    rows: list[dict[str, Any]] = []
    for one in piece:
        points, reasons = risk(
            RiskFacts(
                is_standing=newest.get(one.scale_id) == one.verification_id,
                in_service=scales[one.scale_id].state is State.IN_SERVICE,
                is_fair=scales[one.scale_id].role is ScaleRole.FAIR,
                used_percent=used.get(one.worksheet_id, 0),
                links=one.links,
                finding_open=one.scale_id in accused,
            )
        )
        rows.append(
            {
                "recall_id": recall.id,
                "scale_id": one.scale_id,
                "verification_id": one.verification_id,
                "links": one.links,
                "risk": points,
                "reasons": [reason.value for reason in reasons],
                "decision": "pending",
            }
        )
    return rows


def _newest(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Return the verification that counts, by scale: the last by its day, then by its row."""
    rows = session.execute(
        select(Verification.scale_id, Verification.id)
        .where(Verification.scale_id.in_(ids))
        .order_by(Verification.verified_on, Verification.id)
    )
    return {scale_id: verification_id for scale_id, verification_id in rows}  # noqa: C416 - typed rows


def _used(session: Session, worksheets: Sequence[int]) -> dict[int, int]:
    """Return the largest part of a limit that an error took up, in percent, by worksheet."""
    rows = session.execute(
        select(Worksheet.id, Worksheet.items).where(Worksheet.id.in_(worksheets))
    )
    return {worksheet_id: _most(items) for worksheet_id, items in rows}


def _most(items: Sequence[dict[str, Any]]) -> int:
    parts = [
        abs(item["error_mg"]) * 100 // item["mpe_mg"]
        for item in items
        if isinstance(item.get("error_mg"), int) and item.get("mpe_mg")
    ]
    return max(parts, default=0)
