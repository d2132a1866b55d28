"""One fresh proof for one named batch of legal acts: spent once, by one session, within minutes."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from flask import Flask, g
from sqlalchemy import select

from app.crypto.totp import WrongCodeError
from app.domain.permissions import LegalAct
from app.domain.roles import Role
from app.models import Person, SignIn, StepUp
from app.web import step_up
from app.web.access import Caller, StepUpError
from app.web.database import transaction
from tests.accounts.conftest import Browser, Clock, People
from tests.conftest import NOON

BATCH = [f"scale-{number}" for number in range(40)]


@contextmanager
def verifier(app: Flask, people: People, session: int = 0) -> Iterator[None]:
    """Act as the verifier in one of two sessions."""
    with people.database.reading() as opened:
        person = opened.scalars(select(Person)).one()
        uid = opened.scalars(select(SignIn.uid).order_by(SignIn.id)).all()[session]
    with app.test_request_context():
        g.caller = Caller(
            person.id,
            person.uid,
            person.name,
            person.login,
            ((Role.VERIFIER, "/"),),
            enrolled=True,
            second_factor=True,
            sign_in=uid,
        )
        yield


@pytest.fixture
def app_of_two(app: Flask, people: People, browser: Browser) -> Flask:
    """Return the application, in which a verifier is signed in twice."""
    people.add("shen", Role.VERIFIER, second_factor=True)
    browser.sign_in("shen")
    Browser(app).sign_in("shen")
    return app


def spend(ids: list[str], purpose: LegalAct = LegalAct.PASS, minutes: int = 0) -> bool:
    """Return whether the proof is good for ``ids``."""
    try:
        with transaction() as session:
            step_up.spend(session, purpose, ids, NOON + timedelta(minutes=minutes))
    except StepUpError:
        return False
    return True


def test_one_code_signs_a_whole_market_once(app_of_two: Flask, people: People) -> None:
    """In any order, but each batch once."""
    with verifier(app_of_two, people):
        step_up.confirm(LegalAct.PASS, BATCH, people.code("shen", NOON), NOON)
        assert spend(BATCH[::-1])
        assert not spend(BATCH)


@pytest.mark.parametrize(
    ("ids", "purpose", "minutes"),
    [
        ([*BATCH, "one-more"], LegalAct.PASS, 0),
        (BATCH[:-1], LegalAct.PASS, 0),
        (BATCH, LegalAct.FAIL, 0),
        (BATCH, LegalAct.PASS, 6),
    ],
)
def test_it_signs_nothing_else(
    app_of_two: Flask, people: People, ids: list[str], purpose: LegalAct, minutes: int
) -> None:
    """No scale more or less, no other act, not much later."""
    with verifier(app_of_two, people):
        step_up.confirm(LegalAct.PASS, BATCH, people.code("shen", NOON), NOON)
        assert not spend(ids, purpose, minutes)


def test_it_is_good_in_its_own_session_alone(app_of_two: Flask, people: People) -> None:
    """Another browser of the same person proves for itself."""
    with verifier(app_of_two, people):
        step_up.confirm(LegalAct.PASS, BATCH, people.code("shen", NOON), NOON)
    with verifier(app_of_two, people, session=1):
        assert not spend(BATCH)
        with pytest.raises(WrongCodeError):
            step_up.confirm(LegalAct.PASS, BATCH, "", NOON)


def test_what_went_wrong_after_it_wants_no_second_code(app_of_two: Flask, people: People) -> None:
    """The act was rolled back, and the proof with it; the next try takes it."""
    with verifier(app_of_two, people):
        step_up.confirm(LegalAct.PASS, BATCH, people.code("shen", NOON), NOON)
        with suppress(RuntimeError), transaction() as session:
            step_up.spend(session, LegalAct.PASS, BATCH, NOON)
            raise RuntimeError
        step_up.confirm(LegalAct.PASS, BATCH, "", NOON)
        assert spend(BATCH)


def test_without_the_mark_it_would_be_spent_twice(
    app_of_two: Flask, people: People, clock: Clock
) -> None:
    """The control: what is not marked as used is good again."""
    del clock
    with verifier(app_of_two, people):
        step_up.confirm(LegalAct.PASS, BATCH, people.code("shen", NOON), NOON)
        assert spend(BATCH)
        with transaction() as session:
            session.scalars(select(StepUp)).one().used_at = None
        assert spend(BATCH)
