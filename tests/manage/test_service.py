"""The life of a scale, act by act: conditions are asked, the story is told, the ledger agrees."""

from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure.service import NewSeal, record_seal
from app.db.ids import new_uid
from app.domain.blocking import Condition
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import Action, IllegalTransitionError, ScaleRole, State
from app.domain.seals import SealKind, SealOwner, SealState
from app.domain.suspension import SuspensionReason
from app.domain.verification import VerificationKind, VerificationResult
from app.ledger import orders
from app.ledger.door import act
from app.ledger.verify import problems
from app.manage import service
from app.manage.service import Act, BlockedError, Deploy, Document, Opening, SuspendReason
from app.models import Code, CodeKind, Scale, ScaleEvent
from app.standing import Hindrance
from app.verify.service import NewVerification, record_verification
from tests.conftest import NOON
from tests.support.makers import make_place, make_scale, make_stall, make_trader

BY = "system"
TODAY = date(2026, 11, 23)


def ready(session: Session, **changes: object) -> Scale:
    """Return a verified scale with a code, ready to be handed out."""
    scale = make_scale(session, **changes)
    with act(session, scale, "tag_bound", by=BY, at=NOON):
        session.add(
            Code(
                uid=new_uid(),
                path=scale.path,
                scale_id=scale.id,
                kind=CodeKind.CITY,
                value="32061200001",
                issued_at=NOON,
            )
        )
    service.perform(session, scale, Act(action=Action.SUBMIT), by=BY, at=NOON)
    found = NewVerification(
        result=VerificationResult.PASS,
        kind=VerificationKind.INITIAL,
        verified_on=TODAY,
        body="通州所",
        label_no="1",
        seal_no="Q-1",
    )
    record_verification(session, scale, found, by=BY, at=NOON)
    session.refresh(scale)
    return scale


def at_a_stall(session: Session) -> Scale:
    """Return a scale in service."""
    scale = ready(session)
    place = scale.place
    given = Deploy(make_stall(session, place), make_trader(session, place))
    service.deploy(session, scale, given, by=BY, at=NOON)
    return scale


@pytest.mark.usefixtures("any_url")
def test_a_scale_lives_from_the_register_to_the_scrap_yard(session: Session) -> None:
    """On both databases, with one ledger entry for each step; the ledger agrees at the end."""
    scale = at_a_stall(session)
    assert scale.state is State.IN_SERVICE
    assert scale.trader_since == TODAY
    steps = [
        (Act(action=Action.SUSPEND, reason=SuspendReason.SPOT_CHECK), State.SUSPENDED),
        (Act(action=Action.RESUME), State.IN_SERVICE),
        (Act(action=Action.RETURN), State.READY),
        (Act(action=Action.STORE), State.STORED),
        (Act(action=Action.RETIRE), State.RETIRED),
    ]
    for command, state in steps:
        service.perform(session, scale, command, by=BY, at=NOON)
        assert scale.state is state
    assert scale.stall is None
    session.commit()
    assert not list(problems(session, Ed25519PrivateKey.generate().public_key()))
    told = session.scalars(select(ScaleEvent.action).order_by(ScaleEvent.id)).all()
    assert told[-5:] == ["suspend", "resume", "return", "store", "retire"]


def test_an_unverified_scale_is_not_handed_out(session: Session) -> None:
    """Each reason is named."""
    scale = make_scale(session, state=State.READY)
    given = Deploy(make_stall(session, scale.place), make_trader(session, scale.place))
    with pytest.raises(BlockedError) as caught:
        service.deploy(session, scale, given, by=BY, at=NOON)
    assert Condition.NO_BOUND_CODE in caught.value.obstacles
    assert LegalCode.UNVERIFIED in caught.value.obstacles
    assert scale.state is State.READY


def test_a_stall_of_another_market_is_refused(session: Session) -> None:
    """The scale belongs to its place."""
    scale = ready(session)
    other = make_place(session, path="/32/3206/320612/M09/", name="别的市场")
    given = Deploy(make_stall(session, other), make_trader(session, other))
    with pytest.raises(service.WrongPlaceError) as caught:
        service.deploy(session, scale, given, by=BY, at=NOON)
    assert caught.value.field == "stall"


def test_a_fair_scale_needs_neither_stall_nor_trader(session: Session) -> None:
    """It stands at its place."""
    scale = ready(session, role=ScaleRole.FAIR)
    service.deploy(session, scale, Deploy(), by=BY, at=NOON)
    assert scale.state is State.IN_SERVICE


def test_after_its_last_day_a_suspended_scale_does_not_come_back(session: Session) -> None:
    """Resuming asks all that handing out asks."""
    scale = at_a_stall(session)
    service.perform(session, scale, Act(action=Action.SUSPEND), by=BY, at=NOON)
    with pytest.raises(BlockedError) as caught:
        service.perform(
            session, scale, Act(action=Action.RESUME), by=BY, at=NOON + timedelta(days=365)
        )
    assert LegalCode.OVERDUE in caught.value.obstacles


def test_opening_the_case_takes_the_scale_out_of_use_until_verified(session: Session) -> None:
    """Rule 2: neither resume nor return leads around the verification."""
    scale = at_a_stall(session)
    service.record_opening(session, scale, Opening(list(scale.seals)), by=BY, at=NOON)
    assert scale.state is State.SUSPENDED
    assert [seal.state for seal in scale.seals] == [SealState.BROKEN]
    with pytest.raises(BlockedError) as caught:
        service.perform(session, scale, Act(action=Action.RESUME), by=BY, at=NOON)
    assert LegalCode.REPAIRED_NOT_REVERIFIED in caught.value.obstacles


def test_a_stop_order_suspends_and_stays_after_it_is_lifted_until_resumed(
    session: Session,
) -> None:
    """The authority's word, by the number of its document."""
    scale = at_a_stall(session)
    service.stop_order(session, scale, Document("通市监停〔2026〕3号"), by=BY, at=NOON)
    assert scale.suspended_for is SuspensionReason.STOP_ORDER
    with pytest.raises(BlockedError):
        service.perform(session, scale, Act(action=Action.RESUME), by=BY, at=NOON)
    service.lift_stop_order(session, scale, Document("通市监解〔2026〕3号"), by=BY, at=NOON)
    service.perform(session, scale, Act(action=Action.RESUME), by=BY, at=NOON)
    assert scale.state is State.IN_SERVICE


def test_a_hold_blocks_repair_until_a_decision_lifts_it(session: Session) -> None:
    """A hold without a number is none."""
    scale = at_a_stall(session)
    with pytest.raises(orders.NoDocumentError):
        service.hold(session, scale, Document("  "), by=BY, at=NOON)
    service.hold(session, scale, Document("通市监保〔2026〕7号"), by=BY, at=NOON)
    service.perform(session, scale, Act(action=Action.SUSPEND), by=BY, at=NOON)
    with pytest.raises(BlockedError) as caught:
        service.perform(session, scale, Act(action=Action.SEND_TO_REPAIR), by=BY, at=NOON)
    assert caught.value.obstacles == (Hindrance.HELD,)
    service.release_hold(session, scale, Document("通市监解〔2026〕7号"), by=BY, at=NOON)
    service.perform(session, scale, Act(action=Action.SEND_TO_REPAIR), by=BY, at=NOON)
    assert scale.state is State.IN_REPAIR


def test_a_repaired_scale_waits_for_its_verification(session: Session) -> None:
    """Repaired today, verified before: not valid."""
    scale = at_a_stall(session)
    for action in (Action.SUSPEND, Action.SEND_TO_REPAIR, Action.COMPLETE_REPAIR):
        service.perform(session, scale, Act(action=action), by=BY, at=NOON)
    assert scale.state is State.AWAITING_VERIFICATION
    assert scale.opened_on == TODAY


@pytest.mark.parametrize("action", [Action.PASS, Action.FAIL, Action.EXPIRE])
def test_results_and_expiry_are_not_done_by_hand(session: Session, action: Action) -> None:
    """A result has its record; time does the rest."""
    scale = ready(session)
    with pytest.raises(service.NotForPersonsError):
        service.perform(session, scale, Act(action=action), by=BY, at=NOON)


def test_the_table_of_moves_holds(session: Session) -> None:
    """A registered scale is not handed out, whatever is asked."""
    with pytest.raises(IllegalTransitionError):
        service.deploy(session, make_scale(session), Deploy(), by=BY, at=NOON)


def test_a_replaced_makers_seal_does_not_matter_to_the_law(session: Session) -> None:
    """Only the verification's own seals count."""
    scale = ready(session)
    new = NewSeal(kind=SealKind.STICKER, owner=SealOwner.MAKER, number="M", state=SealState.BROKEN)
    record_seal(session, scale, new, by=BY, at=NOON)
    assert scale.state is State.READY
