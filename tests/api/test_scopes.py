"""A token does what it was made for and nothing more, whatever its person may do."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts import service
from app.config import Settings
from app.db.session import utcnow
from app.domain.roles import Role
from app.domain.tokens import EVERY, TokenScope
from app.factory import create_app
from app.ledger.door import SYSTEM
from app.models import ApiToken, LedgerEntry, Person
from app.web.access import Audience
from app.web.api_openapi import routes
from tests.support.makers import make_person
from tests.support.world import HERE

Send = Callable[..., TestResponse]
NOTHING = "0198c0de-0000-7000-8000-000000000001"


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Yield the whole application with a manager in it."""
    app = create_app(settings)
    with app.extensions["wutong"].database.transaction() as session:
        make_person(session, "liwei", (Role.MANAGER,), HERE)
    yield app
    app.extensions["wutong"].database.dispose()


def manager(session: Session) -> Person:
    """Return the one there is."""
    return session.scalars(select(Person).where(Person.login == "liwei")).one()


@pytest.fixture
def send(app: Flask) -> Send:
    """Return a way to ask with a token of some scopes."""

    def ask(scopes: str, method: str, path: str) -> TestResponse:
        with app.extensions["wutong"].database.transaction() as session:
            person = manager(session)
            wanted = service.NewToken(scopes=scopes)
            token = service.add_token(session, person, wanted, by=SYSTEM, at=utcnow())
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "If-Match": "*",
        }
        return app.test_client().open(path, method=method, headers=headers, data=b"{}")

    return ask


def filled(path: str) -> str:
    """Return a path with something in each of its parts."""
    return "/".join(NOTHING if part.startswith("{") else part for part in path.split("/"))


def test_every_operation_asks_for_its_scope(app: Flask, send: Send) -> None:
    """One with every other scope is refused by name, before anything is looked at."""
    asked = [route for route in routes(app) if route.access.audience is Audience.SIGNED_IN]
    assert {route.operation.scope for route in asked} > {TokenScope.READ, TokenScope.WRITE}
    for route in asked:
        wanted = route.operation.scope
        enough = {wanted, TokenScope.WRITE} if wanted is not TokenScope.READ else {wanted}
        others = " ".join(scope for scope in TokenScope if scope not in enough)
        if route.access.roles and Role.MANAGER not in route.access.roles:
            continue
        answer = send(others, route.method.upper(), filled(route.path))
        assert answer.status_code == 403, route.path
        assert answer.get_json()["code"] == "insufficient_scope", route.path


def test_reading_and_writing_are_apart(send: Send) -> None:
    """Each narrower scope is enough for its part, and `write` for all parts."""
    assert send("read", "GET", "/api/v1/me").status_code == 200
    assert send("write", "GET", "/api/v1/me").status_code == 403
    for scope in ("write", "register", EVERY):
        assert send(scope, "POST", "/api/v1/scales").status_code == 422  # let in, found wanting
    assert send("stations", "POST", "/api/v1/scales").status_code == 403


def test_the_description_names_the_scopes(app: Flask) -> None:
    """As alternatives: any one of them opens the operation."""
    paths = app.test_client().get("/api/v1/openapi.json").get_json()["paths"]
    assert paths["/api/v1/scales"]["get"]["security"] == [{"person": ["read"]}]
    assert paths["/api/v1/scales"]["post"]["security"] == [
        {"person": ["register"]},
        {"person": ["write"]},
    ]
    for methods in paths.values():
        for operation in methods.values():
            if operation["security"] and "person" in operation["security"][0]:
                assert "insufficient_scope" in operation["responses"]["403"]["description"]


def test_a_token_made_or_ended_stands_in_the_ledger(app: Flask) -> None:
    """Under its person, without the token."""
    with app.extensions["wutong"].database.transaction() as session:
        person = manager(session)
        service.add_token(session, person, by=SYSTEM, at=utcnow())
        uid = session.scalars(select(ApiToken.uid)).one()
        assert service.revoke_token(session, person.id, uid, utcnow())
        assert not service.revoke_token(session, person.id, uid, utcnow())
        rows = session.scalars(
            select(LedgerEntry).where(LedgerEntry.subject == f"person:{person.uid}")
        ).all()
        told = [row.data.decode() for row in rows]
    assert [sum(word in one for one in told) for word in ("token_made", "token_ended")] == [1, 1]
