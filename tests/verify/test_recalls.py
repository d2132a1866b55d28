"""A weight found bad: every scale verified with it is listed, decided, and let go again."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.advisories import AdvisoryCode
from app.domain.lifecycle import Action, State
from app.domain.recalls import RecallDecision, RecallState
from app.domain.signing import SigningFault
from app.domain.suspension import SuspensionReason
from app.domain.tasks import TaskState
from app.domain.traceability import WithdrawReason
from app.domain.worksheets import SignatureStep
from app.ledger.door import act
from app.ledger.verify import problems
from app.models import (
    Code,
    CodeKind,
    Recall,
    RecallScale,
    Scale,
    ScaleModel,
    StandardWeight,
    Task,
    WeightUse,
    Worksheet,
)
from app.standing import standing_of
from app.verify.service import recall_listing, recalls, signing
from app.verify.service import weight_records as records
from app.verify.service.recalls import RecallPendingError, RecallStateError
from app.verify.service.retests import RETEST
from app.verify.service.weight_records import WeightStateError
from tests.support.makers import NOON, make_model, make_place, make_scale
from tests.support.worksheets import Institute, finished_worksheet, make_institute, office
from tests.verify.outfit import calibrate, make_weight

OFFICE = office(Path(tempfile.mkdtemp()))
TODAY = NOON.date()
GOOD = TODAY - timedelta(days=60)
SOON, LATER = NOON + timedelta(hours=1), NOON + timedelta(hours=2)


@pytest.fixture
def institute(session: Session) -> Institute:
    """Return a body with its people."""
    return make_institute(session)


@pytest.fixture
def weight(session: Session, institute: Institute) -> StandardWeight:
    """Return a weight with a certificate of long ago."""
    found = make_weight(session, institute.body, "M-01")
    calibrate(session, found, TODAY - timedelta(days=200))
    return found


def new_scale(session: Session, serial: str) -> Scale:
    """Return a scale with a code that awaits verification, in a market of its own."""
    place = make_place(session, f"/32/3206/320612/{serial}/")
    model = session.scalar(select(ScaleModel)) or make_model(session)
    scale = make_scale(
        session, place, model, serial_no=serial, state=State.AWAITING_VERIFICATION
    )  # fmt: skip
    with act(session, scale, "tag_bound", by="system", at=NOON):
        scale.codes.append(
            Code(uid=new_uid(), path=scale.path, kind=CodeKind.CITY, value=serial, issued_at=NOON)
        )
    return scale


def use(session: Session, row: Worksheet, weight: StandardWeight) -> None:
    """Let ``row`` be done with ``weight``."""
    on = row.finished_at.date()
    with act(session, row, "weights_named", by="system", at=row.finished_at):
        paper = [one for one in weight.calibrations if one.calibrated_on <= on][-1]
        session.add(
            WeightUse(worksheet_id=row.id, weight_id=weight.id, calibration_id=paper.id, used_on=on)
        )


def verified(
    session: Session, institute: Institute, weight: StandardWeight, days_ago: int, serial: str
) -> Scale:
    """Return a scale that passed with ``weight`` some days ago; ``serial`` is also its seal's."""
    known = session.scalar(select(Scale).where(Scale.serial_no == serial))
    scale = known or new_scale(session, serial)
    if scale.state is State.READY:
        with act(session, scale, Action.SUBMIT, by="system", at=NOON):
            pass
    at = NOON - timedelta(days=days_ago)
    marks = {"label_no": f"T{serial}{days_ago}", "seal_no": f"Q{serial}{days_ago}"}
    row = finished_worksheet(session, institute, scale, at, **marks)
    use(session, row, weight)
    people = (institute.verifier, institute.checker, institute.signatory)
    for step, person in zip(SignatureStep, people, strict=True):
        signing.sign(session, [row.uid], step, OFFICE, by=person, at=at + timedelta(hours=1))
    assert row.verification is not None
    return scale


def recalled(
    session: Session, institute: Institute, weight: StandardWeight, at: datetime = NOON
) -> Recall:
    """Return the recall of ``weight``, with its list."""
    by = institute.signatory.uid
    records.withdraw(session, weight, WithdrawReason.CHECK_FAILED, GOOD, by=by, at=at)
    recall = recalls.open_recall(session, weight, "通检〔2026〕7号", by=by, at=at)
    rows = recall_listing.listed(session, recall, lambda _done, _total: None)
    with act(session, recall, "recall_listed", by=by, at=at):
        recall.listed = len(rows)
    recall_listing.write(session, recall, rows)
    return recall


@pytest.mark.parametrize("days_ago", [61, 60, 5])
def test_what_is_not_approved_yet_gets_no_result_from_a_weight_in_doubt(
    session: Session, institute: Institute, weight: StandardWeight, days_ago: int
) -> None:
    """The list of a recall names results on record: a later one would stand on none.

    Up to the last good day it may go on; so it may once the weight is cleared.
    """
    at = NOON - timedelta(days=days_ago)
    row = finished_worksheet(session, institute, new_scale(session, "S1"), at)
    use(session, row, weight)
    signing.sign(session, [row.uid], SignatureStep.VERIFIED, OFFICE, by=institute.verifier, at=at)
    by = institute.checker
    records.withdraw(session, weight, WithdrawReason.CHECK_FAILED, GOOD, by=by.uid, at=NOON)
    found = signing.judge(session, [row], SignatureStep.CHECKED, by=by, at=LATER)
    in_doubt = days_ago < (TODAY - GOOD).days
    assert found.refused == (((row, SigningFault.WEIGHT_IN_DOUBT),) if in_doubt else ())
    records.reinstate(session, weight, by=institute.signatory.uid, at=LATER)
    assert signing.judge(session, [row], SignatureStep.CHECKED, by=by, at=LATER).ready == (row,)


def lines(session: Session, recall: Recall) -> list[RecallScale]:
    """Return the list, the most urgent first."""
    rows = select(RecallScale).where(RecallScale.recall_id == recall.id)
    return list(session.scalars(rows.order_by(RecallScale.risk.desc(), RecallScale.id)))


def doubted(session: Session, scale: Scale) -> bool:
    """Return whether the scale is said to rest on a weight in doubt."""
    found = standing_of(session, scale, TODAY).advisories
    return AdvisoryCode.WEIGHT_WITHDRAWN in {one.code for one in found}


def test_what_was_verified_since_the_last_good_day_is_listed(
    session: Session, institute: Institute, weight: StandardWeight
) -> None:
    """On that day and before, the weight was good."""
    verified(session, institute, weight, 60, "GOOD1")
    bad = verified(session, institute, weight, 59, "BAD01")
    assert [one.scale for one in lines(session, recalled(session, institute, weight))] == [bad]


def test_weights_calibrated_by_a_bad_one_bring_their_scales(
    session: Session, institute: Institute, weight: StandardWeight
) -> None:
    """Until their own next certificate; the scale nearer to the bad weight stands higher."""
    lower = make_weight(session, institute.body, "M-02")
    calibrate(session, lower, TODAY - timedelta(days=50), weight)
    calibrate(session, lower, TODAY - timedelta(days=20))
    direct = verified(session, institute, weight, 40, "DIRE1")
    through = verified(session, institute, lower, 40, "THRO1")
    verified(session, institute, lower, 10, "AFTER")
    found = lines(session, recalled(session, institute, weight))
    assert [(one.scale, one.links) for one in found] == [(direct, 0), (through, 1)]


def test_a_scale_verified_again_since_with_a_good_weight_stands_lower(
    session: Session, institute: Institute, weight: StandardWeight
) -> None:
    """Its mark rests on another weight; nothing is said of it."""
    good = make_weight(session, institute.body, "M-03")
    calibrate(session, good, TODAY - timedelta(days=200))
    renewed = verified(session, institute, weight, 40, "RENEW")
    verified(session, institute, good, 10, "RENEW")
    standing = verified(session, institute, weight, 40, "STAND")
    found = lines(session, recalled(session, institute, weight))
    assert [one.scale for one in found] == [standing, renewed]
    assert [doubted(session, one.scale) for one in found] == [True, False]


def test_nothing_happens_to_a_scale_before_the_body_decides(
    session: Session, institute: Institute, weight: StandardWeight
) -> None:
    """It is only said to rest on a weight in doubt."""
    scale = verified(session, institute, weight, 40, "ALONE")
    recalled(session, institute, weight)
    assert scale.state is State.READY
    assert standing_of(session, scale, TODAY).legal.is_valid
    assert doubted(session, scale)


@pytest.mark.parametrize(
    ("decision", "outcome"),
    [
        (RecallDecision.KEEP, (State.READY, 0, False)),
        (RecallDecision.RETEST, (State.READY, 1, True)),
        (RecallDecision.SUSPEND, (State.SUSPENDED, 1, True)),
    ],
)
def test_a_decision_does_what_it_says_and_clearing_undoes_it(
    session: Session,
    institute: Institute,
    weight: StandardWeight,
    decision: RecallDecision,
    outcome: tuple[State, int, bool],
) -> None:
    """The scale, the order to test it again, and what is said of it."""
    scale = verified(session, institute, weight, 40, "ALONE")
    recall = recalled(session, institute, weight)
    by = institute.signatory.uid
    recalls.decide(session, recall, [scale.uid], decision, by=by, at=SOON)
    open_orders = select(Task).where(Task.kind == RETEST, Task.state == TaskState.QUEUED)
    orders = session.scalars(open_orders).all()
    assert (scale.state, len(orders), doubted(session, scale)) == outcome
    recalls.clear(session, recall, by=by, at=LATER)
    assert recalls.undo_some(session, recall, 10, by=by, at=LATER) == 1
    assert recalls.undo_some(session, recall, 10, by=by, at=LATER) == 0
    assert (scale.state, recall.state) == (State.READY, RecallState.CLEARED)
    assert session.scalars(open_orders).all() == []
    assert not doubted(session, scale)
    records.reinstate(session, weight, by=by, at=LATER)
    assert list(problems(session, OFFICE.key.public_key())) == []


def test_clearing_does_not_resume_what_something_else_stopped(
    session: Session, institute: Institute, weight: StandardWeight
) -> None:
    """A scale that was never suspended for the weight keeps the state that others gave it."""
    scale = verified(session, institute, weight, 40, "ALONE")
    recall = recalled(session, institute, weight)
    by = institute.signatory.uid
    recalls.decide(session, recall, [scale.uid], RecallDecision.SUSPEND, by=by, at=SOON)
    with act(session, scale, "stop_order", by=by, at=SOON):
        scale.stop_order, scale.suspended_for = "通市监〔2026〕3号", SuspensionReason.STOP_ORDER
    recalls.clear(session, recall, by=by, at=LATER)
    recalls.undo_some(session, recall, 10, by=by, at=LATER)
    assert scale.state is State.SUSPENDED


def test_a_pass_answers_the_order_to_test_again(
    session: Session, institute: Institute, weight: StandardWeight
) -> None:
    """And ends what was said: the mark rests on another weight now."""
    good = make_weight(session, institute.body, "M-03")
    calibrate(session, good, TODAY - timedelta(days=200))
    scale = verified(session, institute, weight, 40, "ALONE")
    recall = recalled(session, institute, weight)
    by = institute.signatory.uid
    recalls.decide(session, recall, [scale.uid], RecallDecision.RETEST, by=by, at=NOON)
    verified(session, institute, good, 0, "ALONE")
    orders = session.scalars(select(Task).where(Task.kind == RETEST)).all()
    assert [one.state for one in orders] == [TaskState.DONE]
    assert not doubted(session, scale)


def test_a_recall_ends_when_every_scale_was_decided(
    session: Session, institute: Institute, weight: StandardWeight
) -> None:
    """Before that it is refused, and after it nothing more is decided."""
    scale = verified(session, institute, weight, 40, "ALONE")
    recall = recalled(session, institute, weight)
    by = institute.signatory.uid
    with pytest.raises(RecallPendingError):
        recalls.close(session, recall, by=by, at=SOON)
    recalls.decide(session, recall, [scale.uid], RecallDecision.KEEP, by=by, at=SOON)
    recalls.close(session, recall, by=by, at=LATER)
    with pytest.raises(RecallStateError):
        recalls.decide(session, recall, [scale.uid], RecallDecision.SUSPEND, by=by, at=LATER)


def test_only_a_withdrawn_weight_is_recalled_and_only_once(
    session: Session, institute: Institute, weight: StandardWeight
) -> None:
    """And it is not put back into use while its recall is open."""
    by = institute.signatory.uid
    with pytest.raises(WeightStateError):
        recalls.open_recall(session, weight, "", by=by, at=NOON)
    recalled(session, institute, weight)
    with pytest.raises(RecallStateError):
        recalls.open_recall(session, weight, "", by=by, at=SOON)
    with pytest.raises(WeightStateError):
        records.reinstate(session, weight, by=by, at=SOON)
