"""The demo's worksheets: some of one market signed to the end, others waiting for signatures."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.lifecycle import ScaleRole, State
from app.domain.rules.planning import PlannedPoint, test_plan
from app.domain.rules.ruleset import RuleSet
from app.domain.standards import MarkKind
from app.domain.verification import VerificationKind
from app.domain.worksheets import SignatureStep
from app.models import Body, Person, Scale, StationScale, Verification, Worksheet
from app.verify.service import bodies, drafts, papers, rulesets, signing, stock, weights, worksheets
from app.verify.service.documents import Document
from app.verify.service.drafts import Save
from app.verify.service.means import demands_of
from app.verify.service.papers import Office
from app.verify.service.verdict import ranges_of

CORNERS: Final = ("front_left", "front_right", "back_right", "back_left")
TURN: Final = timedelta(minutes=9)
WORK: Final = timedelta(minutes=6)
ROUND: Final = timedelta(hours=1)
# How far the first, second, third … of those that wait has come.
SIGNED: Final = (1, 2, 0, 1, 1, 2)
# How many were signed to the end, which of them failed, and for which a certificate was wanted.
DONE, BAD, WANTED = 5, 2, 0
WEIGHING: Final = frozenset({"weighing_up", "weighing_down", "repeatability"})
# How far scales err, in tenths of e: what small weights show while the indication agrees.
ERRS: Final = (-3, -1, 0, 1, 3, 2, -2)
TENTHS: Final = 10
PRICE_FEN, KG = 1_998, 1_000_000  # most amounts have to be rounded


def load(
    session: Session, body: Body, team: Mapping[str, Person], office: Office, *, at: datetime
) -> None:
    """Write worksheets of scales in service and of new ones, and sign some of them."""
    people = tuple(team[step] for step in ("verifier", "checker", "signatory"))
    rounds = {at - ROUND: (_serving(session, local_date(at)), True), at: (_waiting(session), False)}
    for end, (scales, served) in rounds.items():
        rows = []
        for number, scale in enumerate(scales):
            ended = end - TURN * (len(scales) - number)
            bad = served and number == BAD
            document = _document(session, body, scale, people[0], ended, bad=bad)
            save = Save(uid=new_uid(), revision=0, document=document)
            draft = drafts.save_draft(session, scale, save, by=people[0], at=ended)
            rows.append(worksheets.submit(session, draft, by=people[0], at=ended))
        for steps, row in zip([3] * DONE if served else SIGNED, rows, strict=False):
            _sign(session, row, people[:steps], office, at)
        if served and rows:
            papers.issue(session, rows[WANTED], office, by=people[2], at=at)


def _sign(
    session: Session, row: Worksheet, people: Sequence[Person], office: Office, at: datetime
) -> None:
    for step, by in zip(SignatureStep, people, strict=False):
        signing.sign(session, [row.uid], step, office, by=by, at=at)


def _waiting(session: Session) -> Sequence[Scale]:
    return session.scalars(
        select(Scale)
        .where(Scale.state == State.AWAITING_VERIFICATION)
        .order_by(Scale.place_id, Scale.market_no)
        .limit(len(SIGNED))
    ).all()


def _serving(session: Session, today: date) -> Sequence[Scale]:
    """Return scales of one market whose validity ends first; none of those on the bench."""
    until = func.max(Verification.valid_until)
    return session.scalars(
        select(Scale)
        .join(Verification, Verification.scale_id == Scale.id)
        .where(
            Scale.state == State.IN_SERVICE,
            Scale.role == ScaleRole.TRADE,
            Scale.id.not_in(select(StationScale.scale_id)),
        )
        .group_by(Scale.id)
        .having(until >= today)
        .order_by(Scale.place_id.desc(), until, Scale.id)
        .limit(DONE)
    ).all()


def _document(
    session: Session, body: Body, scale: Scale, verifier: Person, ended: datetime, *, bad: bool
) -> dict[str, Any]:
    day, kind, purpose = local_date(ended), VerificationKind.SUBSEQUENT, "periodic"
    if scale.state is not State.IN_SERVICE and not _was_verified(session, scale):
        kind, purpose = VerificationKind.INITIAL, "first"
    rules = rulesets.rule_set_for(session, scale.model, day).rules
    end = int(ended.timestamp() * 1000)
    began = end - int(WORK.total_seconds() * 1000)
    standard = bodies.standard_for(
        session, body, max(one.max_mg for one in scale.model.ranges), day
    )
    assert standard is not None  # noqa: S101 - the demo's body has one
    marks = {} if bad else _marks(session, body, verifier)
    found = {
        "v": 1,
        "kind": kind.value,
        "purpose": purpose,
        "body": body.uid,
        "standard": standard.uid,
        "scale": scale.uid,
        "environment": {"temperature_dc": 186, "humidity_pm": 540},
        "prechecks": [{"code": one.code, "result": "ok"} for one in rules.pre_checks],
        "weights": [],
        "readings": list(_readings(rules, scale, kind, (began, end), bad=bad)),
        **marks,
        "started_at": began,
        "finished_at": end,
    }
    demands = demands_of(rules, scale.model, Document.read(found))
    proposal = weights.propose(session, body, demands, day)
    found["weights"] = [
        {"weight": weight.uid, "calibration": paper.uid} for weight, paper in proposal.weights
    ]
    return found


def _was_verified(session: Session, scale: Scale) -> bool:
    return bool(session.scalar(select(Verification.id).where(Verification.scale_id == scale.id)))


def _marks(session: Session, body: Body, verifier: Person) -> dict[str, str]:
    kinds = {"label_no": MarkKind.LABEL, "seal_no": MarkKind.LEAD_SEAL}
    return {
        name: stock.next_free(session, body, verifier, kind) or "" for name, kind in kinds.items()
    }


def _readings(
    rules: RuleSet, scale: Scale, kind: VerificationKind, between: tuple[int, int], *, bad: bool
) -> Iterator[dict[str, Any]]:
    points = test_plan(rules, scale.model.accuracy, ranges_of(scale.model), kind)
    needed: Sequence[tuple[PlannedPoint, int]] = [
        (point, n) for point in points if point.required for n in range(point.readings)
    ]
    largest = max(point.load_mg for point in points)
    began, end = between
    for number, (point, n) in enumerate(needed):
        row = _reading(point, n)
        if point.test.value in WEIGHING:
            _err(row, point, ERRS[(scale.id + number) % len(ERRS)])
            if bad and point.load_mg == largest:
                row["indication_mg"] += 2 * point.e_mg
        yield row | {"at": began + (end - began) * number // len(needed)}


def _err(row: dict[str, Any], point: PlannedPoint, tenths: int) -> None:
    """Let the scale err by ``tenths`` of e, as small weights find it out."""
    row["added_mg"] = point.e_mg // 2 - tenths * point.e_mg // TENTHS


def _reading(point: PlannedPoint, number: int) -> dict[str, Any]:
    """Return a reading that agrees with the weights; zero and tare with small ones."""
    row: dict[str, Any] = {"test": point.test.value}
    if point.range_no is not None:
        row["range"] = point.range_no
    load, e_mg = point.load_mg, point.e_mg
    test = point.test.value
    if test == "price":
        amount = (load * PRICE_FEN + KG // 2) // KG
        return row | {"net_mg": load, "unit_price_fen_per_kg": PRICE_FEN, "amount_fen": amount}
    if test == "discrimination":
        added = e_mg * 14 // 10
        return row | {"load_mg": load, "indication_mg": load + e_mg, "added_mg": added}
    if test in {"zero", "tare"}:
        row["added_mg"] = e_mg // 2
    if test == "eccentricity":
        row["position"] = CORNERS[number % len(CORNERS)]
    return row | {"load_mg": load, "indication_mg": load}
