"""Requests nobody would write, made from the description itself: answered as it says.

`make test` sends a few of each kind to every operation, `make soak` many, to both databases.
"""

import subprocess
import sys
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
from tests.support.served import served
from tests.support.world import HERE, api_token, make_county, station_token

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW, MANY = 2, 150
BRIEF_S, LONG_S = 15, 600
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
    """Send ``examples`` requests to each operation of stations and return how many were sent."""
    schema = openapi.from_wsgi("/api/v1/openapi.json", app=app)
    sent = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        (scheme,) = (operation.definition.raw["security"] or [{"person": []}])[0]
        if scheme == "station":
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
        began = time.thread_time()  # what it costs, whatever else the machine does
        answer = case.call(headers=header)
        sent.append(time.thread_time() - began)
        case.validate_response(answer, checks=CHECKS)

    send()
    assert sorted(sent)[len(sent) // 2] < LONGEST_S, operation.label
    return len(sent)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_report_of_a_station_breaks_the_server_or_the_description(
    tmp_path: Path, sqlite_template: Path, mode: GenerationMode
) -> None:
    """Neither those that fit the description nor those that do not."""
    with databases.sqlite_copy(sqlite_template, tmp_path) as url, serving(tmp_path, url) as town:
        app, tokens = town
        assert fuzz(app, tokens, mode, FEW) > FEW


@pytest.mark.soak
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_many_reports_break_neither_database(
    tmp_path: Path, any_url: str, mode: GenerationMode
) -> None:
    """The same at length."""
    with serving(tmp_path, any_url) as (app, tokens):
        assert fuzz(app, tokens, mode, MANY) > MANY


def all_phases(home: Path, url: str, seconds: int, examples: int) -> str:
    """Run every phase of schemathesis against a real server, and return what it says.

    Examples, coverage, fuzzing, and sequences in which one answer leads to the next request.
    """
    with serving(home, url) as (_app, tokens):
        found = Settings(home=home, database_url=url, workers=1, threads=8)
        with served(found, env={"WUTONG_RATES": "0"}) as address:
            command = [
                *(
                    sys.executable,
                    "-m",
                    "schemathesis.cli",
                    "run",
                    f"{address}/api/v1/openapi.json",
                ),
                *("--phases", "examples,coverage,fuzzing,stateful"),
                *("--checks", ",".join(check.__name__ for check in CHECKS)),
                *("--header", f"Authorization: Bearer {tokens['person']}"),
                # Stations are asked above, with their own token; the token in use stays.
                *("--exclude-path-regex", "/stations/(me|enrol)|/blobs/|/me/tokens/"),
                *("--max-time", str(seconds), "--max-examples", str(examples)),
                *("--request-timeout", "120"),
                *("--seed", "1", "--generation-deterministic"),
                *("--warnings", "off", "--no-color", "--suppress-health-check", "all"),
            ]
            ran = subprocess.run(
                command,
                cwd=home,
                capture_output=True,
                text=True,
                check=False,
                timeout=seconds + 600,
            )
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]
    return ran.stdout


def test_all_phases_find_nothing(tmp_path: Path, any_url: str) -> None:
    """No fault of the server and no answer that the description does not know."""
    said = all_phases(tmp_path, any_url, BRIEF_S, FEW)
    assert "test cases" in said or "generated" in said, said


@pytest.mark.soak
def test_all_phases_at_length_find_nothing(tmp_path: Path, any_url: str) -> None:
    """The same for ten minutes a database."""
    assert all_phases(tmp_path, any_url, LONG_S, MANY)


def test_a_word_that_is_broken_is_found(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a server that answers as it never said is told of."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    with databases.sqlite_copy(sqlite_template, tmp_path) as url:
        keys.create(tmp_path / "keys")
        found = Settings(home=tmp_path, database_url=url, workers=1, threads=4)
        with served(found, "tests.api.lying:app") as address:
            command = [sys.executable, "-m", "schemathesis.cli", "run"]
            command += [f"{address}/api/v1/openapi.json", "--phases", "coverage", "--no-color"]
            command += ["--include-path", "/api/v1/me", "--checks", "content_type_conformance"]
            ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stdout
