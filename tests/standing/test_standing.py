"""Facts are gathered from the rows, in bulk, and the rules answer from them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.advisories import AdvisoryCode
from app.domain.blocking import Condition
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import Action, State
from app.domain.public_status import PublicStatus
from app.domain.roles import Role
from app.domain.seals import SealState
from app.ledger.door import SYSTEM, act
from app.models import Code, CodeKind, Scale, Verification
from app.standing import Hindrance, standing_of, standings
from tests.conftest import NOON
from tests.support.makers import lead_seal_of, make_model, make_place, make_scale, verification_of

TODAY = date(2026, 11, 23)
UNTIL = date(2027, 3, 4)


def verified(session: Session, scale: Scale, seal: SealState = SealState.INTACT) -> Verification:
    """Give ``scale`` a passed verification, its seal and a code."""
    found = verification_of(scale, date(2026, 3, 5), UNTIL)
    code = Code(
        uid=new_uid(),
        path=scale.path,
        scale_id=scale.id,
        kind=CodeKind.CITY,
        value=scale.serial_no,
        issued_at=NOON,
    )
    with act(session, scale, "verified_in_a_test", by=SYSTEM, at=NOON):
        session.add_all([found, lead_seal_of(scale, state=seal), code])
    return found


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """Yield the statements sent to the database inside the block."""
    sent: list[str] = []

    def note(_c: object, _x: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_new_scale_is_unverified_and_has_no_tag(session: Session) -> None:
    """Nothing on record is not valid, and a shopper is told to have it confirmed."""
    found = standing_of(session, make_scale(session), TODAY)
    assert found.legal.status is LegalCode.UNVERIFIED
    assert [each.code for each in found.advisories] == [AdvisoryCode.NO_TAG]
    assert found.public_status is PublicStatus.TO_BE_CONFIRMED


def test_a_pass_with_its_seal_is_valid_through_its_last_day(session: Session) -> None:
    """The last day counts, the day after does not."""
    scale = make_scale(session)
    verified(session, scale)
    assert standing_of(session, scale, UNTIL).legal.is_valid
    after = standing_of(session, scale, UNTIL + timedelta(days=1))
    assert after.legal.status is LegalCode.OVERDUE


def test_opening_after_the_verification_takes_validity_away(session: Session) -> None:
    """The same day already: the opening came after the result."""
    scale = make_scale(session)
    verified(session, scale)
    with act(session, scale, "opened", by=SYSTEM, at=NOON):
        scale.opened_on = date(2026, 3, 5)
    assert standing_of(session, scale, TODAY).legal.has(LegalCode.REPAIRED_NOT_REVERIFIED)
    with act(session, scale, "opened", by=SYSTEM, at=NOON):
        scale.opened_on = date(2026, 3, 4)
    assert standing_of(session, scale, TODAY).legal.is_valid


def test_a_ready_scale_may_be_handed_out_by_the_manager_alone(session: Session) -> None:
    """The stall comes with the act; it does not hide the button."""
    scale = make_scale(session, state=State.READY)
    verified(session, scale)
    found = standing_of(session, scale, TODAY)
    assert Action.DEPLOY in found.actions({Role.MANAGER})
    assert Action.DEPLOY not in found.actions({Role.INSPECTOR})


def test_a_broken_seal_forbids_handing_out_and_says_so(session: Session) -> None:
    """Each obstacle has its code."""
    scale = make_scale(session, state=State.READY)
    verified(session, scale, SealState.BROKEN)
    found = standing_of(session, scale, TODAY)
    assert Action.DEPLOY not in found.actions({Role.MANAGER})
    assert Condition.NO_INTACT_VERIFICATION_SEAL in found.obstacles(Action.DEPLOY)
    assert LegalCode.SEAL_BROKEN in found.obstacles(Action.DEPLOY)


def test_an_evidence_hold_stops_repair_but_not_suspension(session: Session) -> None:
    """A hold protects evidence; it does not keep a doubtful scale at a stall."""
    scale = make_scale(session, state=State.SUSPENDED, hold_document="通市监保〔2026〕7号")
    found = standing_of(session, scale, TODAY)
    assert Hindrance.HELD in found.obstacles(Action.SEND_TO_REPAIR)
    assert Action.SUBMIT in found.actions({Role.MANAGER})
    assert AdvisoryCode.EVIDENCE_HOLD in {each.code for each in found.advisories}


def test_many_scales_cost_as_many_queries_as_one(session: Session) -> None:
    """No query per row."""
    place, model = make_place(session), make_model(session)
    scales = [make_scale(session, place, model, f"SN-{n}") for n in range(12)]
    for scale in scales:
        verified(session, scale)
    session.commit()
    with counted(session) as one:
        standing_of(session, session.get_one(Scale, scales[0].id), TODAY)
    session.expunge_all()
    every = session.query(Scale).all()
    with counted(session) as many:
        found = standings(session, every, TODAY)
    assert len(many) <= len(one)
    assert len(found) == 12
    assert all(each.legal.is_valid for each in found.values())
