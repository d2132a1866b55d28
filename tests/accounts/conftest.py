"""An application with a clock that stands still, and a browser for it."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts import credentials, passwords, service
from app.accounts.service import Granted
from app.config import Settings
from app.crypto import pins, totp
from app.db.session import Database
from app.domain.calendar import local_date
from app.domain.roles import Role
from app.factory import create_app
from app.ledger.door import SYSTEM
from app.models import Person
from tests.conftest import NOON

PASSWORD = "three tall oaks stand"  # noqa: S105 - of the tests
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Clock:
    """What the views take for the time."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def on(self, **step: int) -> None:
        """Go forward."""
        self.now += timedelta(**step)


@pytest.fixture
def clock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock of every view."""
    del app  # only so that every view is imported by now
    clock = Clock()
    for name, module in list(sys.modules.items()):
        if name.startswith(("app.accounts.", "app.web.")) and hasattr(module, "utcnow"):
            monkeypatch.setattr(module, "utcnow", clock)
    return clock


@pytest.fixture
def app(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Yield the whole application; hashing a password takes a tenth of a second less in it."""
    for each in (passwords, pins):
        monkeypatch.setattr(each, "HASHER", PasswordHasher(1, 8, 1))
    app = create_app(settings)
    yield app
    app.extensions["wutong"].database.dispose()


@dataclass
class Browser:
    """A browser that fills forms in as a person does: page first, then its hidden token."""

    app: Flask
    agent: str = "Mozilla/5.0 (Windows NT 10.0) Chrome/130"
    address: str = "10.0.0.7"
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, **self._from())

    def send(self, page: str, target: str, **fields: str) -> TestResponse:
        """Fill in the form of ``page`` and send it to ``target``."""
        found = TOKEN.search(self.get(page).text)
        data = {"csrf_token": found[1] if found else "", **fields}
        return self.client.post(target, data=data, **self._from())

    def sign_in(self, login: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        """Sign in."""
        return self.send("/sign-in", "/sign-in", login=login, password=password, **fields)

    def is_in(self) -> bool:
        """Return whether a page for those signed in opens."""
        return self.get("/account").status_code == 200

    def cookie(self) -> str:
        """Return the session's token."""
        found = self.client.get_cookie("wutong_session")
        return found.value if found else ""

    def _from(self) -> dict[str, Any]:
        return {
            "headers": {"User-Agent": self.agent},
            "environ_base": {"REMOTE_ADDR": self.address},
        }


@pytest.fixture
def browser(app: Flask, clock: Clock) -> Browser:
    """Return a browser."""
    del clock
    return Browser(app)


@dataclass
class People:
    """Whoever a test needs, with the one password of the tests."""

    database: Database
    app: Flask
    at: datetime
    secrets: dict[str, str] = field(default_factory=dict)

    def add(self, login: str, *roles: Role, second_factor: bool = False) -> Person:
        """Return a new person."""
        with self.database.transaction() as session:
            granted = tuple(Granted(role, "/", local_date(self.at)) for role in roles)
            person, _secret = service.add_person(
                session, login, f"name of {login}", granted, by=SYSTEM, at=self.at
            )
            credentials.set_password(session, person, PASSWORD, by=SYSTEM, at=self.at)
            if second_factor:
                secret = self.secrets[login] = totp.new_secret()
                person.totp_secret = totp.cover(self.app.extensions["wutong"].keys.totp, secret)
            session.flush()
            session.expunge(person)
        return person

    def code(self, login: str, at: datetime) -> str:
        """Return what the phone of ``login`` shows."""
        return pyotp.TOTP(self.secrets[login]).at(at)


@pytest.fixture
def people(app: Flask, clock: Clock) -> People:
    """Return a maker of people."""
    return People(app.extensions["wutong"].database, app, clock.now)
