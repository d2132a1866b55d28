"""Each role x route x region cell is asserted; a route without a line fails."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.config import Settings
from app.crypto import keys
from app.db.session import Database, utcnow
from app.domain.roles import Role
from app.factory import create_app
from app.web.access import ATTRIBUTE, Access, Audience
from app.web.identity import COOKIE
from tests.support import databases
from tests.support.world import (
    ELSEWHERE,
    HERE,
    County,
    api_token,
    make_county,
    sign_in,
    station_token,
)
from tests.web.access_matrix import MATRIX, Line

REFUSED = {401, 403}
# What an empty request to the right caller may earn: it was let in and found wanting.
WANTING = {400, 409, 410, 413, 415, 422, 428}
NOBODY = "nobody"
STATION = "station"


@dataclass(frozen=True, slots=True, repr=False)
class World:
    """The application, what lies here and elsewhere, and a key for every role and place."""

    app: Flask
    here: County
    elsewhere: County
    cookies: dict[tuple[Role, str], str]
    bearers: dict[tuple[Role, str] | str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    """Yield one application for all cells; nothing that a request does is kept."""
    home = tmp_path_factory.mktemp("world")
    keys.create(home / "keys")
    with databases.sqlite_copy(sqlite_template, home) as url:
        app = create_app(Settings(home=home, database_url=url, rates=0))
        app.config["WTF_CSRF_METHODS"] = set()  # forgery has tests of its own
        database = app.extensions["wutong"].database
        with database.transaction() as session:
            built = _build(app, session)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Database, "transaction", _kept_by_nobody)
            yield built
        database.dispose()


def _build(app: Flask, session: Session) -> World:
    at = utcnow()
    here, elsewhere = (make_county(session, path, at) for path in (HERE, ELSEWHERE))
    cookies: dict[tuple[Role, str], str] = {}
    bearers: dict[tuple[Role, str] | str, str] = {STATION: station_token(f"{HERE}M01/")}
    for county, path in ((here, HERE), (elsewhere, ELSEWHERE)):
        for role, person in county.people.items():
            cookies[role, path] = sign_in(session, person, at)
            bearers[role, path] = api_token(session, person, at)
    return World(app, here, elsewhere, cookies, bearers)


@contextmanager
def _kept_by_nobody(self: Database) -> Iterator[Session]:
    with Session(self.engine) as session, session.begin():
        yield session
        session.flush()
        session.rollback()


def rules(app: Flask) -> dict[str, list[Rule]]:
    """Return the rules of ``app`` by endpoint."""
    found: dict[str, list[Rule]] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.endpoint, []).append(rule)
    return found


def failures(world: World, endpoint: str, line: Line) -> Iterator[str]:
    """Yield each cell of ``endpoint`` that does not hold."""
    for rule in rules(world.app)[endpoint]:
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield from _anonymous(world, rule, method, line)
            for role in Role:
                yield from _cell(world, rule, method, line, role)


def _anonymous(world: World, rule: Rule, method: str, line: Line) -> Iterator[str]:
    status, body = ask(world, rule, method, line, None)
    let_in = status not in REFUSED and body != NOBODY and status < 500
    if let_in != (line.audience is Audience.PUBLIC):
        yield f"{method} {rule.endpoint}: somebody not signed in gets {status}"
    if line.audience is Audience.STATION:
        status, _body = ask(world, rule, method, line, STATION)
        if status >= 400 and status not in WANTING:
            yield f"{method} {rule.endpoint}: a station gets {status}"


def _cell(world: World, rule: Rule, method: str, line: Line, role: Role) -> Iterator[str]:
    if line.audience is Audience.PUBLIC:
        return
    status, _body = ask(world, rule, method, line, (role, HERE))
    if role in line.roles:
        if status >= 400 and status not in WANTING | line.inside:
            yield f"{method} {rule.endpoint}: {role} of the region gets {status}"
        if not line.shared:
            yield from _from_elsewhere(world, rule, method, line, role)
    elif status not in REFUSED:
        yield f"{method} {rule.endpoint}: {role} gets {status} instead of a refusal"


def _from_elsewhere(world: World, rule: Rule, method: str, line: Line, role: Role) -> Iterator[str]:
    status, body = ask(world, rule, method, line, (role, ELSEWHERE))
    names_something = rule.arguments or any(str(v).startswith("@") for v in line.body.values())
    if names_something and status not in {403, 404}:
        yield f"{method} {rule.endpoint}: {role} of another region gets {status}"
    shown = [kind for kind in LOCAL if world.here.things[kind] in body]
    if shown and status < 400:  # a refusal repeats only what was asked for
        yield f"{method} {rule.endpoint}: {role} of another region sees {shown}"


# What lies in a region; models and references belong to everybody.
LOCAL = (
    *("region", "place", "stall", "trader", "scale", "station"),
    *("evidence", "finding", "lead", "tag", "task", "verification", "seal", "worksheet"),
    "certificate",
)


def ask(
    world: World, rule: Rule, method: str, line: Line, who: tuple[Role, str] | str | None
) -> tuple[int, str]:
    """Return status and body of a request for what lies here; NOBODY when led to sign in."""
    names = {name: line.parts.get(name, name) for name in rule.arguments}
    parts = {name: world.here.things.get(kind, kind) for name, kind in names.items()}
    with world.app.test_request_context():
        path = world.app.url_map.bind("localhost").build(rule.endpoint, parts, method)
    client = world.app.test_client()
    headers = {"Accept": "text/html"}
    if path.startswith("/api/v1/"):
        headers = {"If-Match": "*", "Content-Type": line.media}
        headers |= {"Authorization": f"Bearer {world.bearers[who]}"} if who else {}
    elif isinstance(who, tuple):
        client.set_cookie(COOKIE, world.cookies[who])
    fields = {name: _uid(world, value) for name, value in line.body.items()}
    content: Any = fields if headers.get("Accept") else json.dumps(fields)
    data = None if method == "GET" else content
    answer = client.open(path, method=method, headers=headers, data=data)
    led = answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?")
    return answer.status_code, NOBODY if led else answer.get_data().decode(errors="replace")


def _uid(world: World, value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return what a field of a line's body stands for."""
    is_name = isinstance(value, str) and value.startswith("@")
    return world.here.things[value[1:]] if is_name else value


def test_every_route_has_its_line(world: World) -> None:
    """And no line stands for a route that is gone."""
    routes = set(rules(world.app))
    missing = sorted(routes - set(MATRIX))
    lines = "\n".join(f'    "{endpoint}": roles(Role.…),' for endpoint in missing)
    assert not missing, f"add to tests/web/access_matrix.py:\n{lines}"
    assert set(MATRIX) - routes == set(), "drop these lines from tests/web/access_matrix.py"


@pytest.mark.parametrize("endpoint", MATRIX)
def test_every_cell_holds(world: World, endpoint: str) -> None:
    """Inside the region allowed, outside as if it were not there, others refused."""
    assert list(failures(world, endpoint, MATRIX[endpoint])) == []


@pytest.mark.parametrize("endpoint", [one for one in MATRIX if one != "static"])
def test_without_its_decorator_a_route_fails_the_matrix(
    world: World, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: forgetting the word closes the door, and the matrix says so."""
    line = replace(MATRIX[endpoint], inside=frozenset())
    before = set(failures(world, endpoint, line)) if MATRIX[endpoint].inside else set()
    monkeypatch.delattr(world.app.view_functions[endpoint], ATTRIBUTE)
    assert any(failure not in before for failure in failures(world, endpoint, line))


def test_a_page_opened_to_every_role_fails_the_matrix(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control in the other direction: a word that says too much.

    Of what only reads; most of what writes asks for the role once more, where it writes.
    """
    there = rules(world.app)
    narrow = [one for one in MATRIX if MATRIX[one].roles not in ({*()}, {*Role}) and one in there]
    once = [one for one in narrow if 403 not in MATRIX[one].inside]
    reading = [one for one in once if "GET" in (there[one][0].methods or ())]
    assert reading
    for endpoint in reading:
        with monkeypatch.context() as patch:
            view = world.app.view_functions[endpoint]
            patch.setattr(view, ATTRIBUTE, Access(Audience.SIGNED_IN))
            assert next(_outsiders(world, there[endpoint], MATRIX[endpoint]), None), endpoint


def _outsiders(world: World, of_it: list[Rule], line: Line) -> Iterator[str]:
    """Yield each failing cell of the roles that a line leaves out."""
    for rule in of_it:
        for role in sorted(set(Role) - line.roles):
            yield from _cell(world, rule, "GET", line, role)
