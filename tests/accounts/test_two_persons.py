"""Acts of two persons: two sessions, or two accounts at one device, are one person."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.accounts import bindings
from app.accounts.bindings import Binding
from app.config import Settings
from app.crypto import keys
from app.db.session import utcnow
from app.domain.roles import Role
from app.factory import create_app
from app.models import Person, SignIn
from app.web import bound, step_up
from app.web.identity import COOKIE
from tests.accounts.test_legal_acts import Court, build
from tests.support import databases
from tests.support.proof import fresh_code
from tests.support.world import sign_in

SUBMITTER = f"{Role.CUSTODIAN}-32-3206-320612"


@pytest.fixture
def court(tmp_path: Path, sqlite_template: Path) -> Iterator[Court]:
    """Yield an application in which one custodian submitted a reference."""
    keys.create(tmp_path / "keys")
    with databases.sqlite_copy(sqlite_template, tmp_path) as url:
        app = create_app(Settings(home=tmp_path, database_url=url))
        app.config["WTF_CSRF_METHODS"] = set()  # forgery has tests of its own
        yield build(app)
        app.extensions["wutong"].database.dispose()


def refused(court: Court, login: str, device: str = "") -> bool:
    """Return whether a fresh session of ``login`` counts as the first person when it approves."""
    work = court.app.extensions["wutong"]
    code = fresh_code(work, login)
    with work.database.transaction() as session:
        person = session.scalars(select(Person).where(Person.login == login)).one()
        token = sign_in(session, person, utcnow())
    client = court.app.test_client()
    client.set_cookie(COOKIE, token)
    if device:
        client.set_cookie(bound.COOKIE, device)
    path = f"/attest/references/{court.things['reference']}/approve"
    answer = client.post(path, data={"code": code})
    return answer.status_code == 409 and "same_person" in answer.text


def device_of(court: Court, login: str) -> str:
    """Bind a device to ``login`` and return its secret."""
    work, at = court.app.extensions["wutong"], utcnow()
    with court.app.test_request_context(), work.database.transaction() as session:
        person = session.scalars(select(Person).where(Person.login == login)).one()
        sign_in(session, person, at)
        session.flush()
        uid = session.scalars(select(SignIn.uid).order_by(SignIn.id.desc())).first() or ""
        token = bindings.bind(
            session, person, None, Binding("tablet", shared=False, sign_in=uid), at=at
        )
    return token or ""


def test_two_sessions_are_one_person(court: Court) -> None:
    """Who submitted does not approve, from whatever browser."""
    assert all(refused(court, SUBMITTER) for _session in range(2))


def test_two_accounts_at_one_device_are_one_person(court: Court) -> None:
    """The second custodian uses a device that the first one is not bound to."""
    theirs = device_of(court, SUBMITTER)
    assert refused(court, "second-custodian", theirs)
    own = device_of(court, "second-custodian")
    assert not refused(court, "second-custodian", own)


def test_without_the_rule_one_device_is_enough(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(step_up, "require_other", lambda *_given: None)
    theirs = device_of(court, SUBMITTER)
    assert not refused(court, "second-custodian", theirs)
