"""A result moves the scale, its mark and its seal together, or changes nothing."""

from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from app.domain.calendar import valid_until
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import Action, IllegalTransitionError, State
from app.domain.roles import Role
from app.domain.rules.builtin import documents
from app.domain.seals import SealState
from app.domain.suspension import SuspensionReason
from app.domain.verification import VerificationKind, VerificationResult
from app.ledger.door import act
from app.models import Scale
from app.standing import standing_of
from app.verify.service import NewVerification, ResultError, VerifiedFault, record_verification
from app.verify.service.record import OwnRepairError
from app.verify.service.rulesets import install
from tests.conftest import NOON
from tests.support.makers import make_person, make_scale

TODAY = date(2026, 11, 23)
BY = "01999999-0000-7000-8000-000000000001"


def passed(**changes: object) -> NewVerification:
    """Return a passed result that is in order."""
    fields = {
        "result": VerificationResult.PASS,
        "kind": VerificationKind.SUBSEQUENT,
        "verified_on": TODAY,
        "body": "通州区计量检定测试所",
        "label_no": "苏F-0001",
        "seal_no": "Q-0001",
    } | changes
    return NewVerification(**fields)  # type: ignore[arg-type]


def failed(**changes: object) -> NewVerification:
    """Return a failed result that is in order."""
    fields = {"result": VerificationResult.FAIL, "label_no": "", "seal_no": ""}
    return passed(**fields, failed_items=("weighing",), **changes)


def awaiting(session: Session, **changes: object) -> Scale:
    """Return a scale that awaits verification."""
    return make_scale(session, state=State.AWAITING_VERIFICATION, **changes)


def test_a_pass_gives_a_year_minus_a_day_and_an_intact_seal(session: Session) -> None:
    """From then on the law has nothing against it."""
    scale = awaiting(session)
    found = record_verification(session, scale, passed(), by=BY, at=NOON)
    assert scale.state is State.READY
    assert found.valid_until == date(2027, 11, 22)
    assert found.regulation == "JJG 539-2016"
    assert standing_of(session, scale, TODAY).legal.is_valid


def test_a_failure_cancels_the_mark_that_stood(session: Session) -> None:
    """In the middle of its year too (印证管理办法 7)."""
    scale = awaiting(session)
    record_verification(session, scale, passed(), by=BY, at=NOON)
    day = TODAY + timedelta(days=40)
    at = NOON + timedelta(days=40)
    record_verification(session, scale, failed(verified_on=day), by=BY, at=at)
    assert scale.state is State.SUSPENDED
    assert scale.suspended_for is SuspensionReason.FAILED
    legal = standing_of(session, scale, day).legal
    assert (legal.status, legal.valid_until) == (LegalCode.FAILED, None)


def test_a_new_seal_replaces_the_one_before(session: Session) -> None:
    """What was broken is history; only the new one counts."""
    scale = awaiting(session)
    record_verification(session, scale, passed(), by=BY, at=NOON)
    record_verification(session, scale, passed(seal_no="Q-0002"), by=BY, at=NOON)
    session.refresh(scale)
    assert [seal.state for seal in scale.seals] == [SealState.REPLACED, SealState.INTACT]


def test_a_pass_ends_what_an_opening_took_away_but_not_one_that_came_later(
    session: Session,
) -> None:
    """A result of the day before says nothing about what was opened today: it leads nowhere."""
    scale = awaiting(session, opened_on=TODAY)
    yesterday = TODAY - timedelta(days=1)
    with pytest.raises(ResultError) as caught:
        record_verification(session, scale, passed(verified_on=yesterday), by=BY, at=NOON)
    assert caught.value.faults == {"verified_on": VerifiedFault.BEFORE_THE_OPENING}
    assert scale.state is State.AWAITING_VERIFICATION
    record_verification(session, scale, passed(seal_no="Q-0002"), by=BY, at=NOON)
    assert standing_of(session, scale, TODAY).legal.is_valid


def test_faults_are_told_at_their_fields_and_nothing_is_written(session: Session) -> None:
    """A pass needs its mark and its seal, a failure its items."""
    scale = awaiting(session)
    bare = passed(label_no="", seal_no="", body=" ", verified_on=TODAY + timedelta(days=1))
    with pytest.raises(ResultError) as caught:
        record_verification(session, scale, bare, by=BY, at=NOON)
    assert caught.value.faults == {
        "body": VerifiedFault.MISSING,
        "verified_on": VerifiedFault.IN_THE_FUTURE,
        "label_no": VerifiedFault.MISSING,
        "seal_no": VerifiedFault.SEAL_NEEDED,
    }
    assert scale.state is State.AWAITING_VERIFICATION
    with pytest.raises(ResultError):
        record_verification(
            session,
            scale,
            passed(result=VerificationResult.FAIL, failed_items=()),
            by=BY,
            at=NOON,
        )


def test_a_label_stands_on_one_scale_only(session: Session) -> None:
    """Of one body; another body numbers as it likes."""
    first = awaiting(session)
    other = make_scale(
        session, first.place, first.model, "SN-0002", state=State.AWAITING_VERIFICATION
    )
    record_verification(session, first, passed(), by=BY, at=NOON)
    with pytest.raises(ResultError) as caught:
        record_verification(session, other, passed(), by=BY, at=NOON)
    assert caught.value.faults == {"label_no": VerifiedFault.TAKEN}
    record_verification(session, other, passed(body="另一所"), by=BY, at=NOON)
    assert other.state is State.READY


def test_a_check_in_service_is_never_recorded_as_a_verification(session: Session) -> None:
    """Its limits are doubled: it makes nothing valid for a year."""
    scale = awaiting(session)
    with pytest.raises(ResultError) as caught:
        record_verification(
            session, scale, passed(kind=VerificationKind.IN_SERVICE), by=BY, at=NOON
        )
    assert caught.value.faults == {"kind": VerifiedFault.NO_VERIFICATION}


def test_who_opened_a_scale_does_not_verify_it(session: Session) -> None:
    """Rule 5: the repairer of a scale is never its verifier."""
    scale = awaiting(session)
    with act(session, scale, "case_opened", by=BY, at=NOON):
        scale.opened_on = TODAY
    with pytest.raises(OwnRepairError):
        record_verification(session, scale, passed(), by=BY, at=NOON)
    record_verification(session, scale, passed(), by="somebody-else", at=NOON)


def test_a_failure_in_between_does_not_make_the_repairer_a_verifier(session: Session) -> None:
    """Somebody found the repair wanting; whoever made it still does not pass it."""
    scale = awaiting(session)
    with act(session, scale, "case_opened", by=BY, at=NOON):
        scale.opened_on = TODAY
    at = NOON + timedelta(minutes=5)
    record_verification(session, scale, failed(), by="somebody-else", at=at)
    with act(session, scale, Action.SUBMIT, by="manager", at=at):
        pass
    with pytest.raises(OwnRepairError):
        record_verification(session, scale, passed(), by=BY, at=at + timedelta(minutes=5))


def test_a_scale_under_repair_takes_no_result(session: Session) -> None:
    """The table of moves decides."""
    scale = make_scale(session, state=State.IN_REPAIR)
    with pytest.raises(IllegalTransitionError):
        record_verification(session, scale, passed(), by=BY, at=NOON)


@pytest.mark.parametrize(
    ("day", "networked", "regulation"),
    [
        (date(2027, 1, 7), False, "JJG 539-2016"),
        (date(2027, 1, 8), False, "JJG 1204-2025"),
        (date(2027, 1, 8), True, "JJG 539-2016"),
    ],
)
def test_the_regulation_changes_on_8_january_2027(
    session: Session, day: date, regulation: str, *, networked: bool
) -> None:
    """The old one holds through the 7th; its transition keeps it for an old type in a network."""
    scale = awaiting(session)
    scale.model.networked = networked
    at = datetime.combine(day, time(4), UTC)
    done = record_verification(session, scale, passed(verified_on=day), by=BY, at=at)
    assert done.regulation == regulation


def test_a_day_before_every_regulation_is_refused(session: Session) -> None:
    """At its field; nothing is written."""
    scale = awaiting(session)
    with pytest.raises(ResultError) as refused:
        record_verification(session, scale, passed(verified_on=date(2017, 5, 29)), by=BY, at=NOON)
    assert refused.value.faults == {"verified_on": VerifiedFault.NO_RULES}


def test_a_pass_is_valid_for_the_months_of_the_rule_set(session: Session) -> None:
    """Half a year where an administrator's version says so."""
    document = deepcopy(documents()[0])
    document["version"] = 2
    document["limits"]["validity_months"]["value"] = 6
    install(session, document, by=make_person(session, "root", [Role.ADMIN]), at=NOON)
    scale = awaiting(session)
    done = record_verification(session, scale, passed(), by=BY, at=NOON)
    assert done.valid_until == valid_until(TODAY, 6)
