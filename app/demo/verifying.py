"""The demo's worksheets: written today, waiting for verifier, checker and signatory."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.lifecycle import State
from app.domain.rules.planning import PlannedPoint, test_plan
from app.domain.rules.ruleset import RuleSet
from app.domain.standards import MarkKind
from app.domain.verification import VerificationKind
from app.domain.worksheets import SignatureStep
from app.models import Body, Person, Scale
from app.verify.service import bodies, drafts, rulesets, signing, stock, weights, worksheets
from app.verify.service.documents import Document
from app.verify.service.drafts import Save
from app.verify.service.means import demands_of
from app.verify.service.papers import Office
from app.verify.service.verdict import ranges_of

MOST: Final = 6
CORNERS: Final = ("front_left", "front_right", "back_right", "back_left")
TURN: Final = timedelta(minutes=9)
WORK: Final = timedelta(minutes=6)
# How far the first, second, third … has come.
SIGNED: Final = (1, 2, 0, 1, 1, 2)


def load(
    session: Session, body: Body, team: Mapping[str, Person], office: Office, *, at: datetime
) -> None:
    """Write worksheets of scales that await verification, and sign some of them."""
    scales = session.scalars(
        select(Scale)
        .where(Scale.state == State.AWAITING_VERIFICATION)
        .order_by(Scale.place_id, Scale.market_no)
        .limit(MOST)
    ).all()
    people = (team["verifier"], team["checker"])
    for number, (scale, signed) in enumerate(zip(scales, SIGNED, strict=False)):
        ended = at - TURN * (MOST - number)
        document = _document(session, body, scale, team["verifier"], ended)
        save = Save(uid=new_uid(), revision=0, document=document)
        draft = drafts.save_draft(session, scale, save, by=people[0], at=ended)
        row = worksheets.submit(session, draft, by=people[0], at=ended)
        for step, by in list(zip(SignatureStep, people, strict=False))[:signed]:
            signing.sign(session, [row.uid], step, office, by=by, at=at)


def _document(
    session: Session, body: Body, scale: Scale, verifier: Person, ended: datetime
) -> dict[str, Any]:
    day, kind = local_date(ended), VerificationKind.SUBSEQUENT
    rules = rulesets.rule_set_for(session, scale.model, day).rules
    end = int(ended.timestamp() * 1000)
    began = end - int(WORK.total_seconds() * 1000)
    standard = bodies.standard_for(
        session, body, max(one.max_mg for one in scale.model.ranges), day
    )
    assert standard is not None  # noqa: S101 - the demo's body has one
    found = {
        "v": 1,
        "kind": kind.value,
        "purpose": "periodic",
        "body": body.uid,
        "standard": standard.uid,
        "scale": scale.uid,
        "environment": {"temperature_dc": 186, "humidity_pm": 540},
        "prechecks": [{"code": one.code, "result": "ok"} for one in rules.pre_checks],
        "weights": [],
        "readings": list(_readings(rules, scale, kind, (began, end))),
        "label_no": stock.next_free(session, body, verifier, MarkKind.LABEL) or "",
        "seal_no": stock.next_free(session, body, verifier, MarkKind.LEAD_SEAL) or "",
        "started_at": began,
        "finished_at": end,
    }
    demands = demands_of(rules, scale.model, Document.read(found))
    proposal = weights.propose(session, body, demands, day)
    found["weights"] = [
        {"weight": weight.uid, "calibration": paper.uid} for weight, paper in proposal.weights
    ]
    return found


def _readings(
    rules: RuleSet, scale: Scale, kind: VerificationKind, between: tuple[int, int]
) -> Iterator[dict[str, Any]]:
    points = test_plan(rules, scale.model.accuracy, ranges_of(scale.model), kind)
    needed: Sequence[tuple[PlannedPoint, int]] = [
        (point, n) for point in points if point.required for n in range(point.readings)
    ]
    began, end = between
    for number, (point, n) in enumerate(needed):
        yield _reading(point, n) | {"at": began + (end - began) * number // len(needed)}


def _reading(point: PlannedPoint, number: int) -> dict[str, Any]:
    """Return a reading that agrees with the weights; zero and tare with small ones."""
    row: dict[str, Any] = {"test": point.test.value}
    load, e_mg = point.load_mg, point.e_mg
    test = point.test.value
    if test == "price":
        amount = load // 10_000
        return row | {"net_mg": load, "unit_price_fen_per_kg": 100, "amount_fen": amount}
    if test == "discrimination":
        added = e_mg * 14 // 10
        return row | {"load_mg": load, "indication_mg": load + e_mg, "added_mg": added}
    if test in {"zero", "tare"}:
        row["added_mg"] = e_mg // 2
    if test == "eccentricity":
        row["position"] = CORNERS[number % len(CORNERS)]
    return row | {"load_mg": load, "indication_mg": load}
