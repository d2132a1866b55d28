"""Submitting a worksheet: by hand-worked cases, and everything that stands in its way."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.lifecycle import IllegalTransitionError, State
from app.domain.standards import MarkKind
from app.domain.verification import VerificationResult
from app.domain.worksheets import WorksheetState
from app.ledger.door import act
from app.ledger.projections import digest
from app.models import LedgerEntry, Mark, ModelRange, Scale, WeightUse, Worksheet
from app.verify.service import stock, worksheets
from app.verify.service.documents import BadDocumentError
from app.verify.service.means import GateError, WeightsError
from app.verify.service.record import OwnRepairError, ResultError
from app.verify.service.worksheets import WorksheetIncompleteError
from tests.support.makers import NOON, make_model, make_place, make_scale
from tests.verify.field import KG, Field, drafted, make_field, written

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def field(session: Session) -> Field:
    """Return a verifier ready for work."""
    return make_field(session)


def awaiting(session: Session, **changes: Any) -> Scale:  # noqa: ANN401
    """Return a scale of 15 kg, e = 5 g, that awaits verification."""
    return make_scale(session, state=State.AWAITING_VERIFICATION, **changes)


def submit(session: Session, field: Field, scale: Scale, document: dict[str, Any]) -> Worksheet:
    """Return the worksheet that comes of ``document``."""
    draft = drafted(session, field, scale, document)
    return worksheets.submit(session, draft, by=field.verifier, at=LATER)


def at_load(document: dict[str, Any], test: str, load_mg: int) -> dict[str, Any]:
    """Return the first reading of a test at a load, to be changed."""
    rows = document["readings"]
    return next(one for one in rows if (one["test"], one.get("load_mg")) == (test, load_mg))


def test_a_good_worksheet_is_frozen_with_all_that_it_rests_on(
    session: Session, field: Field
) -> None:
    """Number, rule set, weights, marks, digest; the scale is not moved yet."""
    scale = awaiting(session)
    document = written(session, field, scale)
    row = submit(session, field, scale, document)
    assert (row.verdict, row.state) == (VerificationResult.PASS, WorksheetState.SUBMITTED)
    assert (row.number, row.rules) == ("2026-000001", "JJG 539-2016")
    assert row.document_sha256 == digest(document)
    used = session.scalars(select(WeightUse).where(WeightUse.worksheet_id == row.id)).all()
    assert {one.weight.uid for one in used} == {one["weight"] for one in document["weights"]}
    marks = session.scalars(select(Mark).where(Mark.worksheet_uid == row.uid)).all()
    assert len(marks) == 2
    assert stock.next_free(session, field.body, field.verifier, MarkKind.LABEL) == "T0002"
    assert scale.state is State.AWAITING_VERIFICATION
    said = session.scalars(
        select(LedgerEntry.data).where(LedgerEntry.subject == f"worksheet:{row.uid}")
    ).all()
    assert [json.loads(one)["action"] for one in said] == ["worksheet_submitted"]


def test_a_worksheet_sent_twice_is_one_worksheet(session: Session, field: Field) -> None:
    """The answer to the first was lost."""
    scale = awaiting(session)
    draft = drafted(session, field, scale, written(session, field, scale))
    first = worksheets.submit(session, draft, by=field.verifier, at=LATER)
    assert worksheets.submit(session, draft, by=field.verifier, at=LATER) is first
    assert draft.closed_at == LATER


def test_ten_kilograms_may_err_by_one_interval_and_no_more(session: Session, field: Field) -> None:
    """10 kg are 2000 e: the limit is 1 e = 5 g. P = 10 005 + 2.5 - 2.5 = 10 005 g, E = 5 g."""
    scale = awaiting(session)
    document = written(session, field, scale)
    at_load(document, "weighing_up", 10 * KG).update(
        {"indication_mg": 10_005_000, "added_mg": 2_500}
    )
    assert submit(session, field, scale, document).verdict is VerificationResult.PASS


def test_half_a_gram_beyond_the_limit_fails_and_takes_no_mark(
    session: Session, field: Field
) -> None:
    """P = 10 005 + 2.5 - 2.0 = 10 005.5 g, E = 5.5 g > 5 g: the label stays in the stock."""
    scale = awaiting(session)
    document = written(session, field, scale)
    at_load(document, "weighing_up", 10 * KG).update(
        {"indication_mg": 10_005_000, "added_mg": 2_000}
    )
    row = submit(session, field, scale, document)
    failing = [one for one in row.items if one["verdict"] == "fail"]
    assert row.verdict is VerificationResult.FAIL
    assert [(one["test"], one["error_mg"], one["mpe_mg"]) for one in failing] == [
        ("weighing_up", 5_500, 5_000)
    ]
    assert session.scalars(select(Mark)).all() == []
    assert (document["label_no"], row.document["label_no"]) == ("T0001", "")
    assert row.document_sha256 == digest(row.document)
    assert stock.next_free(session, field.body, field.verifier, MarkKind.LABEL) == "T0001"


def test_an_indication_that_decides_nothing_waits_for_changeover_weights(
    session: Session, field: Field
) -> None:
    """10.005 kg at a limit of 5 g lies between 10.0025 and 10.0075: either side of it."""
    scale = awaiting(session)
    document = written(session, field, scale)
    at_load(document, "weighing_up", 10 * KG)["indication_mg"] = 10_005_000
    with pytest.raises(WorksheetIncompleteError) as caught:
        submit(session, field, scale, document)
    assert caught.value.missing == ("changeover:weighing_up:10000000",)


def test_a_bad_pre_check_that_refuses_fails_without_a_weight(
    session: Session, field: Field
) -> None:
    """No statement on the plate: nothing needs to be weighed any more."""
    scale = awaiting(session)
    document = written(session, field, scale) | {"readings": [], "weights": []}
    document["prechecks"][2]["result"] = "bad"
    row = submit(session, field, scale, document)
    assert row.verdict is VerificationResult.FAIL
    assert {one["verdict"] for one in row.items if one.get("precheck") == "statement"} == {"fail"}


def test_a_bad_pre_check_that_warns_is_told_and_passes(session: Session, field: Field) -> None:
    """The clause is not confirmed, so it does not refuse."""
    scale = awaiting(session)
    document = written(session, field, scale)
    document["prechecks"][5]["result"] = "bad"
    row = submit(session, field, scale, document)
    assert row.verdict is VerificationResult.PASS
    assert {one["verdict"] for one in row.items if one.get("precheck") == "jin"} == {"warn"}


def test_what_is_missing_is_named(session: Session, field: Field) -> None:
    """In codes; the page says them in words."""
    scale = awaiting(session)
    document = written(session, field, scale) | {"label_no": ""}
    del document["environment"]
    document["prechecks"] = document["prechecks"][1:]
    document["readings"] = [one for one in document["readings"] if one["test"] != "price"]
    with pytest.raises(WorksheetIncompleteError) as caught:
        submit(session, field, scale, document)
    assert caught.value.missing == ("environment", "precheck:plate", "price")
    document = written(session, field, scale)
    document["prechecks"][0]["result"] = "not_applicable"  # every scale has a plate
    with pytest.raises(WorksheetIncompleteError) as caught:
        submit(session, field, scale, document)
    assert caught.value.missing == ("precheck:plate",)
    with pytest.raises(WorksheetIncompleteError) as caught:
        submit(session, field, scale, written(session, field, scale) | {"label_no": ""})
    assert caught.value.missing == ("label_no",)


def test_a_scale_of_two_intervals_is_judged_in_each(session: Session, field: Field) -> None:
    """6/15 kg, e = 2/5 g: 5 g at 6 kg would be too much, at 15 kg it is within 7.5 g."""
    model = make_model(session, "ACS-15M")
    fine = model.ranges[0]
    fine.min_mg, fine.max_mg, fine.e_mg = 40_000, 6 * KG, 2_000
    model.ranges.append(ModelRange(position=2, min_mg=40_000, max_mg=15 * KG, e_mg=5_000))
    session.flush()
    scale = awaiting(session, model=model)
    document = written(session, field, scale)
    at_load(document, "weighing_up", 15 * KG).update(
        {"indication_mg": 15_005_000, "added_mg": 2_500}
    )
    assert submit(session, field, scale, document).verdict is VerificationResult.PASS
    other = awaiting(session, model=model, place=scale.place, serial_no="SN-2")
    document = written(session, field, other) | {"label_no": "T0002", "seal_no": "Q0002"}
    at_load(document, "weighing_up", 6 * KG).update({"indication_mg": 6_004_000, "added_mg": 0})
    row = submit(session, field, other, document)
    failing = [(one["load_mg"], one["error_mg"]) for one in row.items if one["verdict"] == "fail"]
    assert (row.number, failing) == ("2026-000002", [(6 * KG, 5_000)])


def test_readings_before_an_adjustment_are_kept_and_not_judged(
    session: Session, field: Field
) -> None:
    """调修前示值: what the scale showed before counts for nobody and is never lost."""
    scale = awaiting(session)
    before = {"test": "weighing_up", "load_mg": KG, "indication_mg": 2 * KG, "at": 1}
    document = written(session, field, scale) | {"before_adjustment": [before]}
    row = submit(session, field, scale, document)
    assert row.verdict is VerificationResult.PASS
    assert row.document["before_adjustment"] == [before]


def test_a_mark_that_is_not_in_hand_stops_the_worksheet(session: Session, field: Field) -> None:
    """The number of a colleague, or one that was never delivered."""
    scale = awaiting(session)
    document = written(session, field, scale) | {"label_no": "T0777"}
    with pytest.raises(stock.MarkError):
        submit(session, field, scale, document)


def test_a_body_out_of_its_region_does_not_work(session: Session, field: Field) -> None:
    """The gate is asked for the place of the scale, not for the verifier's own."""
    place = make_place(session, "/32/3206/320623/M01/", "elsewhere")
    scale = awaiting(session, place=place)
    document = written(session, field, scale)
    with pytest.raises(GateError):
        submit(session, field, scale, document)


def test_weights_that_do_not_build_a_load_are_refused(session: Session, field: Field) -> None:
    """One kilogram makes no fifteen."""
    scale = awaiting(session)
    document = written(session, field, scale)
    document["weights"] = document["weights"][:1]
    with pytest.raises(WeightsError):
        submit(session, field, scale, document)


def test_the_doubled_limits_of_a_check_make_no_verification(session: Session, field: Field) -> None:
    """使用中检查 is an inspector's: 10 g at 10 kg would pass by its limits."""
    scale = awaiting(session)
    document = written(session, field, scale)
    at_load(document, "weighing_up", 10 * KG).update(indication_mg=10_010_000, added_mg=2_500)
    with pytest.raises(BadDocumentError, match="kind"):
        submit(session, field, scale, document | {"kind": "in_service"})
    assert submit(session, field, scale, document).verdict is VerificationResult.FAIL


def test_a_clock_that_runs_ahead_is_found_out(session: Session, field: Field) -> None:
    """A worksheet of tomorrow, or one that ended before it began."""
    scale = awaiting(session)
    document = written(session, field, scale)
    for changes in (
        {"finished_at": document["finished_at"] + 86_400_000},
        {"started_at": document["finished_at"] + 1},
    ):
        with pytest.raises(BadDocumentError):
            submit(session, field, scale, document | changes)


def test_who_repaired_it_and_what_is_in_repair_are_refused(session: Session, field: Field) -> None:
    """The rules of the plain record hold here too."""
    scale = awaiting(session)
    document = written(session, field, scale)
    with act(session, scale, "case_opened", by=field.verifier.uid, at=NOON):
        pass
    with pytest.raises(OwnRepairError):
        submit(session, field, scale, document)
    other = make_scale(session, scale.place, scale.model, serial_no="SN-2", state=State.IN_REPAIR)
    with pytest.raises(IllegalTransitionError):
        submit(session, field, other, document | {"scale": other.uid})
    third = awaiting(session, place=scale.place, model=scale.model, serial_no="SN-3")
    with pytest.raises(ResultError):
        submit(session, field, third, document | {"scale": third.uid, "seal_no": ""})
