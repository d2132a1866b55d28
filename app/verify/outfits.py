"""With what a worksheet is proposed to be done: body, standard, weights, and why not others."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.domain.rules.ruleset import Test
from app.domain.standards import WeightState
from app.models import Calibration, Scale, StandardWeight
from app.verify.kits import Worker
from app.verify.service import bodies, stock_books, weights
from app.web.formats import day
from app.web.words.say import say

# Tests whose loads standard weights make.
WEIGHED = frozenset(
    test.value for test in Test if test not in {Test.ZERO, Test.DISCRIMINATION, Test.PRICE}
)


def outfit(
    session: Session, scales: Sequence[Scale], worker: Worker, kits: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return body, standard, weights proposed and refused, and what bars the work."""
    body = worker.body
    if body is None:
        return {"body": None, "standard": None, "weights": [], "chosen": [], "barred": []}
    most = max(one.max_mg for scale in scales for one in scale.model.ranges)
    standard = bodies.standard_for(session, body, most, worker.day)
    since = stock_books.uncounted(session, body, worker.person, worker.day)
    barred = {
        fault
        for scale in scales
        for fault in bodies.gate(
            session, body=body, verifier=worker.person, path=scale.path, on=worker.day
        )
    }
    return {
        "body": {"uid": body.uid, "name": body.name},
        "standard": standard
        and {
            "uid": standard.uid,
            "name": standard.name,
            "certificate_no": standard.certificate_no,
            "valid_until": standard.valid_until.isoformat(),
        },
        "barred": [say(fault) for fault in sorted(barred)],
        "uncounted": day(since) if since else "",
        **_weights(session, worker, demands(kits)),
    }


def demands(kits: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Return each load of the plans with the smallest limit that any scale has there."""
    found: dict[int, int] = {}
    for kit in kits:
        for point in kit["plans"][kit["kind"]]:
            load = point["load_mg"]
            if point["test"] in WEIGHED and point["required"] and load:
                found[load] = min(point["mpe_mg"], found.get(load, point["mpe_mg"]))
    return found


def _weights(session: Session, worker: Worker, asked: Mapping[int, int]) -> dict[str, Any]:
    assert worker.body is not None  # noqa: S101 - seen by `outfit`
    found = weights.propose(session, worker.body, asked, worker.day)
    why = {weight.uid: fault for weight, fault in found.refused}
    chosen = {weight.uid: paper for weight, paper in found.weights}
    rows = session.scalars(
        select(StandardWeight)
        .where(
            StandardWeight.body_id == worker.body.id, StandardWeight.state != WeightState.RETIRED
        )
        .options(selectinload(StandardWeight.calibrations))
        .order_by(StandardWeight.nominal_mg.desc(), StandardWeight.number)
    ).all()
    return {
        "weights": [
            _weight(
                row,
                chosen.get(row.uid) or _paper(row, worker),
                say(why[row.uid].code) if row.uid in why else "",
            )
            for row in rows
        ],
        "chosen": list(chosen),
        "by_load": _piles(found.by_load),
        "short": list(found.short),
        "mixed": len(found.sets) > 1,
        "sets": [
            {"name": name, "chosen": list(one.keys), "by_load": _piles(one.by_load)}
            for name, one in found.alone.items()
        ],
    }


def _piles(by_load: Mapping[int, Sequence[str]]) -> dict[str, list[str]]:
    return {str(load): list(uids) for load, uids in by_load.items()}


def _paper(row: StandardWeight, worker: Worker) -> Calibration | None:
    valid = [
        one
        for one in row.calibrations
        if one.passed and one.calibrated_on <= worker.day <= one.valid_until
    ]
    return max(valid, key=lambda one: (one.calibrated_on, one.id), default=None)


def _weight(row: StandardWeight, paper: Calibration | None, why: str) -> dict[str, Any]:
    return {
        "weight": row.uid,
        "calibration": paper.uid if paper else "",
        "number": row.number,
        "set": row.set_name,
        "nominal_mg": row.nominal_mg,
        "class": row.weight_class.value,
        "certificate_no": paper.certificate_no if paper else "",
        "valid_until": paper.valid_until.isoformat() if paper else "",
        "why": why,
    }
