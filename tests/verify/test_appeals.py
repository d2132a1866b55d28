"""Arbitration verification: fifteen days, a hold nobody lifts, other persons, and the outcome."""

import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.appeals import AppealState, TooLateToAppealError
from app.domain.calendar import local_date
from app.domain.lifecycle import Action, State
from app.domain.roles import Role
from app.domain.signing import SigningFault
from app.domain.worksheets import SignatureStep
from app.ledger import orders
from app.ledger.door import SYSTEM, act
from app.ledger.verify import problems
from app.manage.service import BlockedError
from app.manage.service import perform as do
from app.manage.service.acts import Act
from app.models import Appeal, Scale, Verification, Worksheet
from app.verify.service import appeals, arbitration, signing
from app.verify.service.appeals import NewAppeal
from app.verify.service.documents import BadDocumentError
from tests.support import makers
from tests.support.house import House, verify_all
from tests.support.makers import NOON
from tests.support.worksheets import Institute, finished_worksheet, make_institute, office

OFFICE = office(Path(tempfile.mkdtemp()))
TODAY = date(2026, 11, 23)
LATER = NOON + timedelta(days=1)
STEPS = list(SignatureStep)
FAIL = {("weighing_up", 10_000_000): 20_000}


def signed(session: Session, institute: Institute, row: Worksheet) -> Verification:
    """Return the result of a worksheet that all three signed."""
    people = (institute.verifier, institute.checker, institute.signatory)
    for step, by in zip(STEPS, people, strict=True):
        done = signing.sign(session, [row.uid], step, OFFICE, by=by, at=row.finished_at)
        assert done.refused == ()
    assert row.verification is not None
    return row.verification


@pytest.fixture
def first(session: Session) -> Institute:
    """Return the body whose result is contested."""
    return make_institute(session)


@pytest.fixture
def second(session: Session) -> Institute:
    """Return another body with other people."""
    people = {
        role.value: makers.make_person(session, f"other-{role}", [role])
        for role in (Role.VERIFIER, Role.CHECKER, Role.SIGNATORY)
    }
    return make_institute(session, **people)


@pytest.fixture
def contested(session: Session, first: Institute) -> Verification:
    """Return a failed result of ``first``."""
    scale = makers.make_scale(session, state=State.AWAITING_VERIFICATION)
    return signed(session, first, finished_worksheet(session, first, scale, bad=FAIL))


def appealed(session: Session, contested: Verification, after: int = 1) -> Appeal:
    """Return the application against ``contested``, ``after`` days after its notice."""
    command = NewAppeal(
        document_no="仲申〔2026〕1号",
        notice_on=TODAY - timedelta(days=after),
        applied_on=TODAY,
        contested=contested,
    )
    return appeals.record(session, contested.scale, command, by=SYSTEM, at=NOON)


def arbitrated(session: Session, who: Institute, scale: Scale) -> Worksheet:
    """Return the worksheet of the arbitration, not signed yet."""
    with act(session, scale, Action.SUBMIT, by=SYSTEM, at=NOON):
        pass
    changes = {"purpose": "arbitration", "seal_no": ""}
    return finished_worksheet(session, who, scale, LATER, **changes)


def test_after_the_fifteenth_day_it_is_refused_and_nothing_is_held(
    session: Session, contested: Verification
) -> None:
    """The last day counts, the next does not."""
    with pytest.raises(TooLateToAppealError):
        appealed(session, contested, after=16)
    assert contested.scale.hold_document == ""
    assert appealed(session, contested, after=15).deadline_on == TODAY


def test_nobody_changes_the_scale_or_lifts_the_hold_meanwhile(
    session: Session, contested: Verification
) -> None:
    """No repair, no end of its life, no second application, no other decision."""
    row = appealed(session, contested)
    assert row.scale.hold_document == row.document_no
    for action in (Action.SEND_TO_REPAIR, Action.RETIRE):
        with pytest.raises(BlockedError):
            do(session, row.scale, Act(action=action), by=SYSTEM, at=NOON)
    with pytest.raises(orders.AppealOpenError):
        orders.release_hold(session, row.scale, orders.Document("x"), by=SYSTEM, at=NOON)
    with pytest.raises(orders.AppealOpenError):
        appealed(session, contested)


def test_other_persons_overturn_it_without_touching_a_seal(
    session: Session, first: Institute, second: Institute, contested: Verification
) -> None:
    """Nobody of the contested result takes part; the decision names the outcome and lifts."""
    row = appealed(session, contested)
    seals = [seal.uid for seal in row.scale.seals]
    with pytest.raises(appeals.NoArbitrationError):
        appeals.end(session, row, AppealState.DECIDED, "决1", by=SYSTEM, at=LATER)
    with pytest.raises(arbitration.SameArbiterError):
        arbitration.check(session, row.scale, "arbitration", first.signatory)
    with pytest.raises(BadDocumentError):
        arbitration.check(session, row.scale, "periodic", second.verifier)
    sheet = arbitrated(session, second, row.scale)
    who = (second.verifier, second.checker, second.signatory)
    for step, by, barred in zip(STEPS, who, (None, first.checker, first.signatory), strict=True):
        if barred is not None:  # of no body's staff by name, so only the application bars them
            done = signing.sign(session, [sheet.uid], step, OFFICE, by=barred, at=LATER)
            assert [why for _row, why in done.refused] == [SigningFault.SAME_PERSON]
        assert signing.sign(session, [sheet.uid], step, OFFICE, by=by, at=LATER).refused == ()
    outcome = sheet.verification
    appeals.end(session, row, AppealState.DECIDED, "决1", by=SYSTEM, at=LATER)
    assert (row.outcome, row.state) == (outcome, AppealState.DECIDED)
    assert appeals.is_overturned(row) is True
    assert row.scale.hold_document == ""
    assert [seal.uid for seal in row.scale.seals] == seals
    assert list(problems(session, OFFICE.key.public_key())) == []
    with pytest.raises(appeals.AppealEndedError):
        appeals.end(session, row, AppealState.REFUSED, "决2", by=SYSTEM, at=LATER)


def test_a_hold_of_another_document_outlives_the_application(
    session: Session, contested: Verification
) -> None:
    """The authority's own hold is lifted by its own decision alone."""
    orders.hold(session, contested.scale, orders.Document("案1"), by=SYSTEM, at=NOON)
    row = appealed(session, contested)
    appeals.end(session, row, AppealState.WITHDRAWN, "撤1", by=SYSTEM, at=NOON)
    assert (row.scale.hold_document, row.outcome) == ("案1", None)
    assert appeals.is_overturned(row) is None


def test_the_regulator_records_and_ends_one_on_pages(house: House) -> None:
    """Too late is said at the field; in time it is held, shown with its days, and ended."""
    verify_all(house)
    page, today = house.page(Role.REGULATOR), local_date(utcnow())
    there = f"/verify/scales/{house.scale}/appeal"
    assert page.get(there).status_code == 200
    chinese = house.page(Role.REGULATOR).get(f"{there}?lang=zh").text
    assert f"{today.year}年" in chinese  # the results to choose from, as a date is written
    form = {
        "document_no": "仲申1",
        "notice_on": (today - timedelta(days=16)).isoformat(),
        "applied_on": today.isoformat(),
        "code": house.code(Role.REGULATOR),
    }
    late = page.post(there, data=form)
    assert (late.status_code, "The fifteen days" in late.text) == (422, True)
    form["notice_on"] = (today - timedelta(days=5)).isoformat()
    shown = page.post(there, data=form, follow_redirects=True)
    assert "10 days left" in shown.text
    assert "10 days left" in page.get(f"/manage/scales/{house.scale}").text
    assert "10 days left" in page.get("/verify/appeals").text
    with house.writing() as session:
        row = session.scalars(select(Appeal)).one()
        assert row.scale.hold_document == "仲申1"
        uid = row.uid
    wrong = page.post(f"/verify/appeals/{uid}/end", data={"state": "", "document_no": ""})
    assert wrong.status_code == 422
    assert house.row().hold_document == "仲申1"
