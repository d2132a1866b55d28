"""Three persons sign, one after the other; only the third signature moves the scale."""

import json
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.crypto import dsse
from app.domain.lifecycle import Action, State
from app.domain.roles import Role
from app.domain.signing import AsideReason, ReturnReason, SigningFault
from app.domain.suspension import SuspensionReason
from app.domain.worksheets import SignatureStep, WorksheetState
from app.ledger.door import SYSTEM, act
from app.ledger.verify import problems
from app.models import Grant, Person, Scale, Worksheet
from app.standing import standing_of
from app.verify.service import signing
from app.verify.service.signing import MixedBatchError, NotWaitingError, Signed
from tests.conftest import NOON
from tests.support import makers
from tests.support.makers import make_place, make_scale
from tests.support.worksheets import (
    Institute,
    finished_worksheet,
    make_institute,
    market_of,
    office,
)

OFFICE = office(Path(tempfile.mkdtemp()))
KEY = OFFICE.key
TODAY = date(2026, 11, 23)
LATER = NOON + timedelta(hours=2)
TOO_MUCH = {("weighing_up", 10_000_000): 10_000}
STEPS = list(SignatureStep)


@pytest.fixture
def institute(session: Session) -> Institute:
    """Return a body with its people."""
    return make_institute(session)


def awaiting(session: Session, **changes: object) -> Scale:
    """Return a scale that awaits verification."""
    return make_scale(session, state=State.AWAITING_VERIFICATION, **changes)


def person_for(institute: Institute, step: SignatureStep) -> Person:
    """Return who takes ``step``."""
    people = (institute.verifier, institute.checker, institute.signatory)
    return dict(zip(STEPS, people, strict=True))[step]


def sign(
    session: Session,
    institute: Institute,
    rows: list[Worksheet],
    step: SignatureStep,
    by: Person | None = None,
) -> Signed:
    """Let ``step`` be signed."""
    who = by or person_for(institute, step)
    return signing.sign(session, [one.uid for one in rows], step, OFFICE, by=who, at=LATER)


def signed_up_to(
    session: Session, institute: Institute, rows: list[Worksheet], last: SignatureStep
) -> Signed:
    """Let every step through ``last`` be signed."""
    for step in STEPS[: STEPS.index(last)]:
        sign(session, institute, rows, step)
    return sign(session, institute, rows, last)


@pytest.mark.usefixtures("any_url")
def test_only_the_approval_moves_the_scale(session: Session, institute: Institute) -> None:
    """Then it is verified, sealed, and valid for a year minus a day."""
    scale = awaiting(session)
    row = finished_worksheet(session, institute, scale)
    sign(session, institute, [row], SignatureStep.VERIFIED)
    assert (row.state, scale.state) == (WorksheetState.SUBMITTED, State.AWAITING_VERIFICATION)
    sign(session, institute, [row], SignatureStep.CHECKED)
    assert (row.state, scale.state) == (WorksheetState.CHECKED, State.AWAITING_VERIFICATION)
    sign(session, institute, [row], SignatureStep.APPROVED)
    assert (row.state, scale.state) == (WorksheetState.APPROVED, State.READY)
    session.refresh(scale)
    assert [seal.number for seal in scale.seals] == ["Q0001"]
    legal = standing_of(session, scale, TODAY).legal
    assert (legal.is_valid, legal.valid_until) == (True, date(2027, 11, 22))
    assert row.verification is not None
    assert row.verification.verifier is institute.verifier
    assert (row.verification.label_no, row.verification.regulation) == ("T0001", "JJG 539-2016")
    assert list(problems(session, KEY.public_key())) == []


def test_a_failure_suspends_and_names_what_failed(session: Session, institute: Institute) -> None:
    """The old mark is cancelled with it."""
    scale = awaiting(session)
    first = finished_worksheet(session, institute, scale, NOON - timedelta(days=30))
    signed_up_to(session, institute, [first], SignatureStep.APPROVED)
    second = finished_worksheet(session, institute, scale, bad=TOO_MUCH)
    signed_up_to(session, institute, [second], SignatureStep.APPROVED)
    assert (scale.state, scale.suspended_for) == (State.SUSPENDED, SuspensionReason.FAILED)
    assert second.verification is not None
    assert second.verification.failed_items == ["weighing"]
    legal = standing_of(session, scale, TODAY).legal
    assert (legal.is_valid, legal.valid_until) == (False, None)


def test_the_signature_is_over_every_worksheet_of_the_batch(
    session: Session, institute: Institute
) -> None:
    """Whoever has the public key can tell who signed what, without our software."""
    rows = [
        finished_worksheet(session, institute, scale)
        for scale in market_of(session, make_place(session), 3, state=State.AWAITING_VERIFICATION)
    ]
    done = sign(session, institute, rows, SignatureStep.VERIFIED)
    assert done.batch is not None
    envelope = dsse.Envelope.parse(json.loads(done.batch.envelope), dsse.VERIFICATIONS)
    public = KEY.public_key().public_bytes_raw()
    said = json.loads(envelope.verify(dsse.keyid(public), public))
    assert (said["step"], said["signer"]) == ("verified", institute.verifier.uid)
    assert [one["document_sha256"] for one in said["worksheets"]] == [
        row.document_sha256 for row in rows
    ]
    assert done.batch.number == 3


def test_a_step_is_not_taken_out_of_turn(session: Session, institute: Institute) -> None:
    """Nothing is checked that nobody signed, nothing approved that nobody checked."""
    row = finished_worksheet(session, institute, awaiting(session))
    for step in (SignatureStep.CHECKED, SignatureStep.APPROVED):
        with pytest.raises(NotWaitingError):
            sign(session, institute, [row], step)
    sign(session, institute, [row], SignatureStep.VERIFIED)
    with pytest.raises(NotWaitingError):
        sign(session, institute, [row], SignatureStep.VERIFIED)


def test_nobody_signs_twice(session: Session, institute: Institute) -> None:
    """Three signatures are three persons, whatever roles one holds."""
    row = finished_worksheet(session, institute, awaiting(session))
    sign(session, institute, [row], SignatureStep.VERIFIED)
    done = sign(session, institute, [row], SignatureStep.CHECKED, institute.verifier)
    assert (done.batch, done.refused) == (None, ((row, SigningFault.SAME_PERSON),))
    sign(session, institute, [row], SignatureStep.CHECKED)
    for who in (institute.verifier, institute.checker):
        done = sign(session, institute, [row], SignatureStep.APPROVED, who)
        assert done.refused == ((row, SigningFault.SAME_PERSON),)


@pytest.mark.parametrize("step", STEPS)
def test_who_repaired_a_scale_signs_none_of_its_worksheets(
    session: Session, institute: Institute, step: SignatureStep
) -> None:
    """Rule 5, for all three."""
    scale = awaiting(session)
    who = person_for(institute, step)
    with act(session, scale, "case_opened", by=who.uid, at=NOON - timedelta(days=1)):
        scale.opened_on = TODAY - timedelta(days=1)
    row = finished_worksheet(session, institute, scale)
    for before in STEPS[: STEPS.index(step)]:
        sign(session, institute, [row], before)
    done = sign(session, institute, [row], step)
    assert done.refused == ((row, SigningFault.REPAIRED_IT),)


def test_an_inspector_does_not_sign(session: Session, institute: Institute) -> None:
    """A grant from before the roles were kept apart counts too."""
    row = finished_worksheet(session, institute, awaiting(session))
    who = institute.verifier
    with act(session, who, "grant", by=SYSTEM, at=NOON):
        grant = Grant(
            uid="01999999-0000-7000-8000-0000000000aa",
            role=Role.INSPECTOR,
            path="/",
            since=date(2026, 1, 1),
        )
        who.grants.append(grant)
    done = sign(session, institute, [row], SignatureStep.VERIFIED)
    assert done.refused == ((row, SigningFault.INSPECTS),)


def test_staff_of_another_body_does_not_sign(session: Session, institute: Institute) -> None:
    """Who is qualified elsewhere signs there."""
    other = make_institute(
        session,
        verifier=makers.make_person(session, "li", [Role.VERIFIER]),
        checker=institute.checker,
        signatory=institute.signatory,
    )
    row = finished_worksheet(session, institute, awaiting(session))
    sign(session, institute, [row], SignatureStep.VERIFIED)
    done = sign(session, institute, [row], SignatureStep.CHECKED, other.verifier)
    assert done.refused == ((row, SigningFault.OTHER_BODY),)


def opened(session: Session, scale: Scale) -> None:
    """Somebody opens the case after the worksheet was finished."""
    with act(session, scale, "case_opened", by="a-repairer", at=NOON + timedelta(minutes=9)):
        scale.opened_on = TODAY


def retired(session: Session, scale: Scale) -> None:
    """The scale is scrapped meanwhile."""
    with act(session, scale, Action.RETIRE, by=SYSTEM, at=NOON + timedelta(minutes=9)):
        pass


def seal_gone(session: Session, scale: Scale) -> None:
    """A seal is found missing after the worksheet was finished."""
    at = NOON + timedelta(minutes=9)
    with act(session, scale, "seal_recorded", by="x", at=at, details={"state": "missing"}):
        scale.software_id = "seen"


def held(session: Session, scale: Scale) -> None:
    """An authority holds it as evidence."""
    with act(session, scale, "hold", by=SYSTEM, at=NOON + timedelta(minutes=9)):
        scale.hold_document = "保〔2026〕1号"


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (opened, SigningFault.OPENED_SINCE),
        (retired, SigningFault.STATE),
        (seal_gone, SigningFault.SEAL_BROKEN_SINCE),
        (held, SigningFault.HELD),
    ],
)
def test_what_happened_meanwhile_stops_one_line_and_not_the_others(
    session: Session,
    institute: Institute,
    happens: Callable[[Session, Scale], None],
    told: SigningFault,
) -> None:
    """The signatory reads why; the other scales are verified."""
    scales = market_of(session, make_place(session), 2, state=State.AWAITING_VERIFICATION)
    rows = [finished_worksheet(session, institute, scale) for scale in scales]
    signed_up_to(session, institute, rows, SignatureStep.CHECKED)
    happens(session, scales[0])
    state = scales[0].state
    done = sign(session, institute, rows, SignatureStep.APPROVED)
    assert done.refused == ((rows[0], told),)
    assert done.ready == (rows[1],)
    assert (rows[0].state, scales[0].state) == (WorksheetState.CHECKED, state)
    assert scales[1].state is State.READY


@pytest.mark.usefixtures("any_url")
def test_an_older_worksheet_never_overrides_a_newer_result(
    session: Session, institute: Institute
) -> None:
    """Not even one of the same morning that is approved in the evening."""
    scale = awaiting(session)
    older = finished_worksheet(session, institute, scale, bad=TOO_MUCH)
    newer = finished_worksheet(session, institute, scale, NOON + timedelta(hours=1))
    signed_up_to(session, institute, [older, newer], SignatureStep.CHECKED)
    sign(session, institute, [newer], SignatureStep.APPROVED)
    done = sign(session, institute, [older], SignatureStep.APPROVED)
    assert done.refused == ((older, SigningFault.SUPERSEDED),)
    assert standing_of(session, scale, TODAY).legal.is_valid


def test_a_check_in_service_makes_nothing_valid(session: Session, institute: Institute) -> None:
    """Its limits are doubled; a year is given by a verification alone."""
    scale = awaiting(session)
    row = finished_worksheet(session, institute, scale, kind="in_service")
    done = signed_up_to(session, institute, [row], SignatureStep.APPROVED)
    assert done.refused == ((row, SigningFault.RESULT),)
    assert not standing_of(session, scale, TODAY).legal.is_valid


def test_two_worksheets_of_one_scale_are_approved_one_after_the_other(
    session: Session, institute: Institute
) -> None:
    """In one batch nobody could say what the second result was judged upon."""
    scale = awaiting(session)
    rows = [
        finished_worksheet(session, institute, scale, NOON + timedelta(minutes=n)) for n in (0, 30)
    ]
    signed_up_to(session, institute, rows, SignatureStep.CHECKED)
    done = sign(session, institute, rows, SignatureStep.APPROVED)
    assert (done.ready, done.refused) == ((rows[0],), ((rows[1], SigningFault.TWICE),))


def test_one_signature_is_over_one_place(session: Session, institute: Institute) -> None:
    """Each market has its own."""
    one, other = (
        awaiting(session),
        awaiting(
            session,
            place=make_place(session, f"{makers.COUNTY}M02/", "another"),
            model=makers.make_model(session, "ACS-30"),
            serial_no="SN-2",
        ),
    )
    rows = [finished_worksheet(session, institute, scale) for scale in (one, other)]
    with pytest.raises(MixedBatchError):
        sign(session, institute, rows, SignatureStep.VERIFIED)


def test_what_is_sent_back_is_signed_anew_or_set_aside(
    session: Session, institute: Institute
) -> None:
    """With a reason; the signatures before count no more."""
    row = finished_worksheet(session, institute, awaiting(session))
    signed_up_to(session, institute, [row], SignatureStep.CHECKED)
    signing.send_back(session, row, ReturnReason.READINGS, by=institute.signatory, at=LATER)
    assert (row.state, row.returned_because) == (WorksheetState.RETURNED, "readings")
    with pytest.raises(NotWaitingError):
        signing.send_back(session, row, ReturnReason.READINGS, by=institute.checker, at=LATER)
    with pytest.raises(NotWaitingError):
        sign(session, institute, [row], SignatureStep.APPROVED)
    signed_up_to(session, institute, [row], SignatureStep.CHECKED)
    assert row.state is WorksheetState.CHECKED
    signing.set_aside(session, row, AsideReason.MISTAKE, by=institute.signatory, at=LATER)
    assert row.state is WorksheetState.VOID
    with pytest.raises(NotWaitingError):
        sign(session, institute, [row], SignatureStep.APPROVED)


def test_a_verifier_cannot_set_aside_what_nobody_looked_at(
    session: Session, institute: Institute
) -> None:
    """Else a failure could be hidden alone."""
    row = finished_worksheet(session, institute, awaiting(session), bad=TOO_MUCH)
    with pytest.raises(NotWaitingError):
        signing.set_aside(session, row, AsideReason.MISTAKE, by=institute.verifier, at=LATER)


def statements(session: Session, institute: Institute, count: int) -> int:
    """Return how many statements it takes to approve ``count`` worksheets of a market."""
    place = make_place(session, f"{makers.COUNTY}M{count}/", f"market of {count}")
    scales = market_of(session, place, count, state=State.AWAITING_VERIFICATION)
    rows = [finished_worksheet(session, institute, scale) for scale in scales]
    signed_up_to(session, institute, rows, SignatureStep.CHECKED)
    seen: list[str] = []
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    done = sign(session, institute, rows, SignatureStep.APPROVED)
    assert len(done.ready) == count
    assert {scale.state for scale in scales} == {State.READY}
    return len(seen)


def test_a_market_signs_in_a_number_of_statements_that_grows_with_it(
    session: Session, institute: Institute
) -> None:
    """Some fifty each, so eighty take a second or two; not each one times all others."""
    few, many = statements(session, institute, 3), statements(session, institute, 13)
    assert many - few <= 60 * 10
