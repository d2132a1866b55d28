"""An application with a cheating scale, and people who may and may not decide about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.config import Settings
from app.db.base import Base
from app.db.session import utcnow
from app.domain.roles import Role
from app.models import Finding, Lead, Person
from app.web.identity import COOKIE
from tests.attest.lab import CHEATING, Lab, build
from tests.support.makers import make_person
from tests.support.world import ELSEWHERE, HERE, api_token, sign_in

PEOPLE = {
    "manager": (Role.MANAGER, HERE),
    "inspector": (Role.INSPECTOR, HERE),
    "auditor": (Role.AUDITOR, HERE),
    "stranger": (Role.INSPECTOR, ELSEWHERE),
}


@dataclass(slots=True)
class Office:
    """The lab, the finding in it, and everybody's keys."""

    lab: Lab
    cookies: dict[str, str]
    tokens: dict[str, str]

    def only(self, kind: type[Base]) -> Any:  # noqa: ANN401 - a row of that kind
        """Return the one row of ``kind`` there is."""
        (found,) = self.lab.all(kind)
        return found

    @property
    def finding(self) -> str:
        """The finding's uid."""
        return str(self.only(Finding).uid)

    @property
    def lead(self) -> str:
        """The lead's uid."""
        return str(self.only(Lead).uid)

    def browser(self, login: str) -> FlaskClient:
        """Return the browser of somebody who signed in."""
        client = self.lab.app.test_client()
        client.set_cookie(COOKIE, self.cookies[login])
        return client

    def call(self, login: str, method: str, path: str, **more: Any) -> TestResponse:  # noqa: ANN401
        """Call the API as ``login``."""
        headers = {"Authorization": f"Bearer {self.tokens[login]}", **more.pop("headers", {})}
        client = self.lab.app.test_client()
        return client.open(f"/api/v1{path}", method=method, headers=headers, **more)


@pytest.fixture
def office(settings: Settings) -> Iterator[Office]:
    """Yield an office in which one scale was just found to cheat."""
    lab = build(settings)
    lab.app.config["WTF_CSRF_METHODS"] = set()  # forgery has tests of its own
    lab.read(CHEATING)
    with lab.work.database.transaction() as session:
        for login, (role, path) in PEOPLE.items():
            make_person(session, login, [role], path)
    with lab.work.database.transaction() as session:
        people = {
            person.login: person
            for person in session.scalars(select(Person).where(Person.login.in_(PEOPLE)))
        }
        cookies = {login: sign_in(session, one, utcnow()) for login, one in people.items()}
        tokens = {login: api_token(session, one, utcnow()) for login, one in people.items()}
    yield Office(lab, cookies, tokens)
    lab.work.database.dispose()
