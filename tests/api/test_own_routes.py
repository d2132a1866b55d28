"""Who one is, where one acts, and the ledger, through the API."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.db.session import utcnow
from app.domain.roles import Role
from tests.support.makers import make_person, make_region
from tests.support.world import ELSEWHERE, HERE, api_token, make_county

Get = Callable[..., TestResponse]


@pytest.fixture
def get(app: Flask) -> Get:
    """Return a way to read as a new person with some roles somewhere."""
    tokens: dict[Any, str] = {}

    def read(path: str, *roles: Role, at: str = HERE) -> TestResponse:
        if (roles, at) not in tokens:
            with app.extensions["wutong"].database.transaction() as session:
                person = make_person(session, f"p{len(tokens)}", roles, at)
                tokens[roles, at] = api_token(session, person, utcnow())
        header = {"Authorization": f"Bearer {tokens[roles, at]}"}
        return app.test_client().get(path, headers=header)

    return read


def every(get: Get, path: str, *roles: Role, at: str = HERE, limit: int = 2) -> list[Any]:
    """Return all items of a list, page by page."""
    found, after = [], ""
    while True:
        page = get(f"{path}?limit={limit}{after}", *roles, at=at).get_json()
        found += page["items"]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


def test_one_sees_oneself(get: Get) -> None:
    """Name, login, and the roles in force with their regions."""
    found = get("/api/v1/me", Role.MANAGER, Role.AUDITOR).get_json()
    assert found["login"] == "p0"
    assert found["grants"] == [
        {"role": "auditor", "path": HERE},
        {"role": "manager", "path": HERE},
    ]


def test_regions_are_those_one_acts_in(any_url: str, app: Flask, get: Get) -> None:
    """By path, whatever the length of a page; a neighbour with a longer number is not inside."""
    del any_url
    inside = [HERE, f"{HERE}001/", f"{HERE}002/"]
    with app.extensions["wutong"].database.transaction() as session:
        for path in (*reversed(inside), ELSEWHERE, "/32/3206/3206120/"):
            make_region(session, path)
    for limit in (1, 2, 3, 200):
        found = every(get, "/api/v1/regions", Role.MANAGER, limit=limit)
        assert [one["path"] for one in found] == inside
    assert every(get, "/api/v1/regions", Role.MANAGER, at="/99/") == []


def test_the_ledger_can_be_recomputed_from_what_the_api_gives(
    any_url: str, app: Flask, get: Get
) -> None:
    """The text of each entry hashes to its leaf, and names the leaf before."""
    del any_url
    with app.extensions["wutong"].database.transaction() as session:
        make_county(session, HERE, utcnow())
    found = every(get, "/api/v1/ledger", Role.AUDITOR, at="/", limit=7)
    assert [one["seq"] for one in found] == list(range(1, len(found) + 1))
    before = None
    for one in found:
        told = json.loads(one["data"])
        assert hashlib.sha256(b"\0" + one["data"].encode()).hexdigest() == one["leaf"]
        assert before in {None, told["prev"]}
        assert (told["action"], told["subject"]) == (one["action"], one["subject"])
        before = one["leaf"]


def test_of_the_ledger_one_sees_ones_region_and_what_belongs_to_all(
    any_url: str, app: Flask, get: Get
) -> None:
    """Nothing of the county next door, people included."""
    del any_url
    with app.extensions["wutong"].database.transaction() as session:
        here = make_county(session, HERE, utcnow())
        there = make_county(session, ELSEWHERE, utcnow())
        ours = {f"person:{person.uid}" for person in here.people.values()}
        theirs = {f"person:{person.uid}" for person in there.people.values()}
    kinds = ("region", "place", "stall", "trader", "scale", "station")
    subjects = {one["subject"] for one in every(get, "/api/v1/ledger", Role.AUDITOR, limit=9)}
    assert ours | {f"{kind}:{here.things[kind]}" for kind in kinds} <= subjects
    assert not subjects & (theirs | {f"{kind}:{there.things[kind]}" for kind in kinds})
    assert f"reference:{there.things['reference']}" in subjects


@pytest.mark.parametrize("after", ["x", "W10", "WzAsMSwyXQ", "WzAsInRleHQiXQ"])
def test_a_cursor_of_another_list_is_refused(get: Get, after: str) -> None:
    """In words, as a problem."""
    answer = get(f"/api/v1/ledger?after={after}", Role.AUDITOR)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_cursor")
