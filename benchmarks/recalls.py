"""The list of a recall: a hundred thousand verifications, through twenty-five calibrations.

Held against a bare read of the worksheets concerned in the same run: finding them, looking at
each scale and ranking it may cost a few times that, and is done without the writers' lock.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.db.session import Database
from app.domain.standards import WeightClass, WeightState
from app.domain.traceability import DEEPEST
from app.ledger.door import SYSTEM, act
from app.models import (
    Calibration,
    CalibrationUse,
    Person,
    Recall,
    Scale,
    StandardWeight,
    Verification,
    WeightUse,
    Worksheet,
)
from app.verify.service import recall_listing
from benchmarks import fleet
from benchmarks.fleet import COUNTY, TODAY
from benchmarks.harness import Row, at_most
from benchmarks.sizes import SIZE
from tests.support.makers import NOON
from tests.support.worksheets import document, judged, make_institute

LIMIT: Final = 4
AT_ONCE: Final = 5_000
YEAR: Final = timedelta(days=365)
GOOD: Final = TODAY - 2 * YEAR


def listing() -> Iterator[Row]:
    """Yield the time of the list over the time of a bare read of its worksheets."""
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "fleet.db"
        shutil.copy(fleet.sqlite(SIZE.rows).removeprefix("sqlite:///"), file)
        database = Database(f"sqlite:///{file}")
        with database.transaction() as session:
            recall_id = _fill(session).id
        with database.reading() as session:
            begun = time.perf_counter()
            read = len(session.execute(select(Worksheet.id, Worksheet.items)).all())
            bare = time.perf_counter() - begun
        with database.reading() as session:
            recall = session.get_one(Recall, recall_id)
            begun = time.perf_counter()
            rows = recall_listing.listed(session, recall, lambda _done, _total: None)
            found = time.perf_counter() - begun
        with database.transaction() as session:
            recall = session.get_one(Recall, recall_id)
            begun = time.perf_counter()
            recall_listing.write(session, recall, rows)
            session.flush()
            wrote = time.perf_counter() - begun
        database.dispose()
    assert len(rows) == read
    note = f"{read} scales; bare read {bare:.2f} s, found {found:.2f} s, written {wrote:.2f} s"
    name = "recall of a weight over 100,000 verifications"
    yield at_most(name, found + wrote, "s", LIMIT, ratio=(found + wrote) / bare, note=note)


def _fill(session: Session) -> Recall:
    """Let every verification of the fleet rest on one of a chain of weights, the top one bad."""
    institute = make_institute(session, COUNTY)
    weights = [_weight(session, institute.body.id, level) for level in range(DEEPEST + 1)]
    papers = [_calibrate(session, *pair) for pair in zip(weights, [None, *weights], strict=False)]
    given = document(NOON)
    shared = {
        "standard_id": institute.standard.id,
        "body_id": institute.body.id,
        "verifier_id": institute.verifier.id,
        "document": given,
        "items": judged(given, {}),
    }
    rows = session.execute(
        select(Verification.id, Verification.scale_id, Scale.place_id, Scale.path)
        .join(Scale, Scale.id == Verification.scale_id)
        .order_by(Verification.id)
    ).all()
    for start in range(0, len(rows), AT_ONCE):
        piece = rows[start : start + AT_ONCE]
        session.execute(insert(Worksheet), [_worksheet(row, shared) for row in piece])
        session.execute(insert(WeightUse), [_use(row[0], weights, papers) for row in piece])
    return _recall(session, weights[0], institute.signatory)


def _weight(session: Session, body_id: int, level: int) -> StandardWeight:
    bad = level == 0
    row = StandardWeight(
        uid=new_uid(), path=COUNTY, body_id=body_id, number=f"W{level}",
        weight_class=WeightClass.M1, nominal_mg=1_000_000,
        state=WeightState.WITHDRAWN if bad else WeightState.IN_USE,
        last_good_on=GOOD if bad else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _calibrate(
    session: Session, weight: StandardWeight, above: StandardWeight | None
) -> Calibration:
    on = GOOD + timedelta(days=1)
    row = Calibration(
        uid=new_uid(), weight_id=weight.id, certificate_no="C", laboratory="L", calibrated_on=on,
        valid_until=on + 5 * YEAR, recorded_at=NOON,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if above is not None:
        session.add(CalibrationUse(weight_id=weight.id, calibration_id=row.id, against_id=above.id))
    return row


def _worksheet(row: Any, shared: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a row
    verification_id, scale_id, place_id, path = row
    return {
        **shared, "id": verification_id, "uid": new_uid(), "path": path, "place_id": place_id,
        "scale_id": scale_id, "number": f"N{verification_id}", "kind": "subsequent",
        "rules": "JJG 539-2016", "rules_version": 1, "rules_sha256": "ab" * 32,
        "document_sha256": "ab" * 32, "verdict": "pass", "reviews": [], "state": "approved",
        "started_at": NOON, "finished_at": NOON, "returned_because": "",
        "verification_id": verification_id, "version": 1,
    }  # fmt: skip


def _use(
    worksheet_id: int, weights: list[StandardWeight], papers: list[Calibration]
) -> dict[str, Any]:
    level = worksheet_id % len(weights)
    return {
        "worksheet_id": worksheet_id, "weight_id": weights[level].id,
        "calibration_id": papers[level].id, "used_on": TODAY,
    }  # fmt: skip


def _recall(session: Session, weight: StandardWeight, by: Person) -> Recall:
    recall = Recall(
        uid=new_uid(), path=COUNTY, body_id=weight.body_id, weight_id=weight.id,
        last_good_on=GOOD, reason="check_failed", opened_at=NOON, opened_by_id=by.id,
    )  # fmt: skip
    with act(session, recall, "recall_opened", by=SYSTEM, at=NOON):
        session.add(recall)
    return recall
