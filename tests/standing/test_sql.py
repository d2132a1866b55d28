"""The status by SQL is the status by the rules, whatever is on record."""

from datetime import date
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.legal_status import LegalCode
from app.domain.seals import SealState
from app.domain.verification import VerificationResult
from app.ledger.door import SYSTEM, act
from app.models import Scale
from app.standing import standings
from app.standing.sql import legal_code, with_last_verification
from tests.conftest import NOON
from tests.support.makers import (
    lead_seal_of,
    make_model,
    make_place,
    make_rule,
    make_scale,
    verification_of,
)

TODAY = date(2026, 11, 23)
RESULTS = (None, VerificationResult.PASS, VerificationResult.FAIL)
LAST_DAYS = (date(2026, 11, 22), TODAY)
VERIFIED = (date(2026, 3, 5), date(2026, 11, 24))
SEALS: tuple[tuple[SealState, ...], ...] = (
    (),
    (SealState.INTACT,),
    (SealState.REPLACED,),
    (SealState.REPLACED, SealState.INTACT),
    (SealState.INTACT, SealState.MISSING),
)
OPENED = (None, date(2026, 3, 4), date(2026, 3, 5))
ORDERS = ("", "通市监停〔2026〕3号")


def fill(session: Session) -> None:
    """Write one scale for each combination of facts, on models old and new."""
    place = make_place(session)
    models = [
        make_model(session, "now", phase_out_on=TODAY),
        make_model(session, "gone", networked=True),
    ]
    # The first one's own date wins over its rule, the second one has the rule alone.
    for networked in (False, True):
        make_rule(session, date(2026, 11, 22), networked=networked)
    every = product(RESULTS, LAST_DAYS, VERIFIED, SEALS, OPENED, ORDERS, models)
    for number, (result, until, on, seals, opened, order, model) in enumerate(every):
        scale = Scale(
            uid=new_uid(),
            path=place.path,
            place=place,
            model=model,
            serial_no=str(number),
            stop_order=order,
            opened_on=opened,
            created_at=NOON,
        )
        session.add(scale)
        session.flush()
        if result:
            session.add(verification_of(scale, date(2025, 1, 1), TODAY))
            lasts = max(until, on) if result is VerificationResult.PASS else None
            session.add(verification_of(scale, on, lasts))
        session.add_all(lead_seal_of(scale, state=state) for state in seals)
    session.commit()


@pytest.mark.usefixtures("any_url")
def test_both_ways_agree_over_every_combination_of_facts(session: Session) -> None:
    """Seven hundred scales, both databases; each of the nine answers is among them."""
    fill(session)
    rows = session.execute(
        with_last_verification(select(Scale.id, legal_code(TODAY)).select_from(Scale))
    ).all()
    by_sql = {scale_id: LegalCode(code) for scale_id, code in rows}
    session.expunge_all()
    found = standings(session, session.scalars(select(Scale)).all(), TODAY)
    by_rule = {scale_id: one.legal.status for scale_id, one in found.items()}
    assert by_sql == by_rule
    assert set(by_rule.values()) == set(LegalCode)


def test_the_last_of_one_day_counts(session: Session) -> None:
    """Two results of one day: the one recorded later."""
    scale = make_scale(session)
    with act(session, scale, "verified_in_a_test", by=SYSTEM, at=NOON):
        session.add(verification_of(scale, TODAY, None))
        session.flush()
        session.add(verification_of(scale, TODAY, TODAY))
    rows = session.execute(
        with_last_verification(select(legal_code(TODAY)).select_from(Scale))
    ).all()
    assert rows == [(LegalCode.UNKNOWN.value,)]  # passed, but no seal on record
