"""Requests nobody would write, made from the description itself: answered as it says.

`make test` sends a few of each kind to every operation, `make soak` many, to both databases.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case, CheckFunction, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.config import Settings
from app.crypto import keys
from app.db.ids import new_uid
from app.db.session import utcnow
from app.domain.roles import Role
from app.factory import create_app
from app.ledger.door import SYSTEM, act
from app.models import Grant, Person
from tests.support import databases
from tests.support.world import HERE, api_token, make_county, station_token

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW, MANY = 2, 150
# Roles that the rules keep apart for people; a fuzzer may hold them all at once.
EVERYTHING = tuple(Role)
LONGEST_S = 1.0


@contextmanager
def serving(home: Path, url: str) -> Iterator[tuple[Flask, dict[str, str]]]:
    """Yield an application with one of everything, and the tokens that open it."""
    keys.create(home / "keys")
    app = create_app(Settings(home=home, database_url=url, rates=0))
    database = app.extensions["wutong"].database
    with database.transaction() as session:
        county = make_county(session, HERE, utcnow())
        person = county.people[Role.MANAGER]
        _allow_everything(session, person)
        tokens = {
            "person": api_token(session, person, utcnow()),
            "station": station_token(f"{HERE}M01/"),
        }
    yield app, tokens
    database.dispose()


def _allow_everything(session: Any, person: Person) -> None:  # noqa: ANN401 - a session
    with act(session, person, "grant", by=SYSTEM, at=utcnow()):
        for role in EVERYTHING:
            row = Grant(uid=new_uid(), role=role, path="/", since=date(2026, 1, 1))
            row.person_id = person.id
            session.add(row)


def fuzz(app: Flask, tokens: dict[str, str], mode: GenerationMode, examples: int) -> int:
    """Send ``examples`` requests to each operation and return how many were sent."""
    schema = openapi.from_wsgi("/api/v1/openapi.json", app=app)
    sent = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        (scheme,) = (operation.definition.raw["security"] or [{"person": []}])[0]
        header = {"Authorization": f"Bearer {tokens[scheme]}"}
        sent += _fuzz_one(operation, header, mode, examples)
    return sent


def _fuzz_one(
    operation: APIOperation[Any, Any, Any, Any],
    header: dict[str, str],
    mode: GenerationMode,
    examples: int,
) -> int:
    sent = []

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case) -> None:
        if case.path.endswith("/stations/me/tasks"):
            case.query = {**(case.query or {}), "wait": "0"}  # waiting is its purpose
        began = time.monotonic()
        answer = case.call(headers=header)
        sent.append(time.monotonic() - began)
        case.validate_response(answer, checks=CHECKS)

    send()
    assert sorted(sent)[len(sent) // 2] < LONGEST_S, operation.label
    return len(sent)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_breaks_the_server_or_the_description(
    tmp_path: Path, sqlite_template: Path, mode: GenerationMode
) -> None:
    """Neither those that fit the description nor those that do not."""
    with (
        databases.sqlite_copy(sqlite_template, tmp_path) as url,
        serving(tmp_path, url) as (
            app,
            tokens,
        ),
    ):
        assert fuzz(app, tokens, mode, FEW) > FEW


@pytest.mark.soak
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_many_requests_break_neither_database(
    tmp_path: Path, any_url: str, mode: GenerationMode
) -> None:
    """The same at length."""
    with serving(tmp_path, any_url) as (app, tokens):
        assert fuzz(app, tokens, mode, MANY) > MANY
