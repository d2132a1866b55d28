"""A verifier ready for work: body, weights, labels and lead seals; and worksheets as written."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.rules.builtin import built_in
from app.domain.rules.choosing import named
from app.domain.rules.planning import test_plan
from app.domain.standards import MarkKind
from app.domain.verification import VerificationKind
from app.models import Body, MeasurementStandard, Person, Scale, ScaleModel, WorksheetDraft
from app.verify.service import drafts, stock_lots, weights
from app.verify.service.drafts import Save
from app.verify.service.verdict import ranges_of
from tests.support.makers import NOON
from tests.verify.outfit import calibrate, employ, make_outfit, make_weight

G = 1_000
KG = 1_000_000
CORNERS = ("front_left", "front_right", "back_right", "back_left")
NOMINALS = (
    20 * G,
    20 * G,
    100 * G,
    200 * G,
    200 * G,
    500 * G,
    KG,
    2 * KG,
    2 * KG,
    5 * KG,
    5 * KG,
    10 * KG,
)
PRE_CHECKS = (
    *("plate", "type_approval", "statement", "lead_seal", "e_equals_d", "jin"),
    *("calibration_access", "software_id", "firmware_level"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """Who works, with what."""

    body: Body
    standard: MeasurementStandard
    verifier: Person


def make_field(session: Session, verifier: Person | None = None, marks: int = 20) -> Field:
    """Return a verifier with M1 weights up to 30 kg and some of each mark in hand."""
    outfit = make_outfit(session)
    if verifier is not None:
        employ(session, outfit.body, verifier)
    who = verifier or outfit.verifier
    today = NOON.date()
    for n, nominal in enumerate((*NOMINALS, 20 * KG)):
        weight = make_weight(session, outfit.body, f"M{n:02d}", nominal)
        calibrate(session, weight, today - timedelta(days=30))
    for kind, first, last in (
        (MarkKind.LABEL, "T0001", f"T{marks:04d}"),
        (MarkKind.LEAD_SEAL, "Q0001", f"Q{marks:04d}"),
    ):
        lot = stock_lots.receive(
            session,
            stock_lots.NewLot(
                body=outfit.body, kind=kind, first=first, last=last, received_on=today
            ),
            by=who.uid,
            at=NOON,
        )
        stock_lots.issue(session, lot, who, (first, last), by=who.uid, at=NOON)
    return Field(outfit.body, outfit.standard, who)


def written(
    session: Session,
    field: Field,
    scale: Scale,
    at: datetime = NOON,
    kind: VerificationKind = VerificationKind.INITIAL,
) -> dict[str, Any]:
    """Return a complete worksheet on which every load reads as it is."""
    end = int(at.timestamp() * 1000)
    readings = _readings(scale.model, kind, end)
    needed = {row["load_mg"] for row in readings if row.get("load_mg")}
    found = weights.propose(session, field.body, dict.fromkeys(needed, 10**9), at.date())
    return {
        "v": 1,
        "kind": kind.value,
        "purpose": "first",
        "body": field.body.uid,
        "standard": field.standard.uid,
        "scale": scale.uid,
        "environment": {"temperature_dc": 185, "humidity_pm": 550},
        "prechecks": [{"code": code, "result": "ok"} for code in PRE_CHECKS],
        "weights": [
            {"weight": weight.uid, "calibration": paper.uid} for weight, paper in found.weights
        ],
        "readings": readings,
        "label_no": "T0001",
        "seal_no": "Q0001",
        "started_at": end - 300_000,
        "finished_at": end,
    }


def _readings(model: ScaleModel, kind: VerificationKind, end: int) -> list[dict[str, Any]]:
    rule_set = named(built_in(), "JJG 539-2016")
    rows = []
    for point in test_plan(rule_set, model.accuracy, ranges_of(model), kind):
        for n in range(point.readings if point.required else 0):
            row: dict[str, Any] = {"test": point.test.value, "at": end - 1000}
            if point.test == "price":
                row |= {"net_mg": point.load_mg, "unit_price_fen_per_kg": 100}
                row["amount_fen"] = point.load_mg // 10_000
            else:
                row |= {"load_mg": point.load_mg, "indication_mg": point.load_mg}
            if point.test in {"zero", "tare"}:
                row["added_mg"] = point.e_mg // 2
            if point.test == "eccentricity":
                row["position"] = CORNERS[n]
            if point.test == "discrimination":
                row |= {"indication_mg": point.load_mg + point.e_mg}
                row["added_mg"] = point.e_mg * 14 // 10
            rows.append(row | ({"range": point.range_no} if point.range_no else {}))
    return rows


def drafted(
    session: Session, field: Field, scale: Scale, document: dict[str, Any], at: datetime = NOON
) -> WorksheetDraft:
    """Return the draft that holds ``document``."""
    save = Save(uid=new_uid(), revision=0, document=document)
    return drafts.save_draft(session, scale, save, by=field.verifier, at=at)
