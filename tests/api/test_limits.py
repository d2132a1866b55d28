"""Rates: counted for all workers together, told with the time to wait, declared in one table."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.config import Settings
from app.crypto import keys
from app.db.session import Database, utcnow
from app.factory import create_app
from app.web.counters import Counters, Rate
from app.web.limits import BODIES, RATES, TYPED
from tests.support.makers import make_person
from tests.support.served import served
from tests.support.world import api_token

ASKED = 60
MOST = 3000
RATE = Rate(10, 60)


@pytest.fixture
def counters(tmp_path: Path) -> Iterator[Counters]:
    """Yield counters in a file."""
    found = Counters(tmp_path / "rates")
    yield found
    found.close()


def test_so_many_and_no_more(counters: Counters) -> None:
    """The one that is refused hears when to come back, and then it may."""
    assert [counters.hit("a", RATE, 1000.0) for _time in range(10)] == [0] * 10
    wait = counters.hit("a", RATE, 1000.0)
    assert 0 < wait <= 120
    assert counters.hit("b", RATE, 1000.0) == 0
    assert counters.hit("a", RATE, 1000.0 + wait) == 0


@given(st.lists(st.floats(0, 20), min_size=1, max_size=80))
def test_never_more_than_the_rate_and_a_half_in_any_window(steps: list[float]) -> None:
    """However they come; and who waits as told is served."""
    found, at, served_at = Counters(None), 0.0, []
    for step in steps:
        at += step
        wait = found.hit("a", RATE, at)
        if wait:
            at += wait
            assert found.hit("a", RATE, at) == 0
        served_at.append(at)
        recent = [one for one in served_at if one > at - RATE.seconds]
        assert len(recent) <= RATE.count * 1.5
    found.close()


def _hit(path: Path, times: int) -> int:
    found = Counters(path)
    return sum(found.hit("a", Rate(100, 3600), 1000.0) == 0 for _time in range(times))


def test_processes_at_once_lose_no_count(tmp_path: Path) -> None:
    """Four of them, each with a hundred: a hundred in all are served."""
    context = get_context("spawn")
    with context.Pool(4) as pool:
        served_each = pool.starmap(_hit, [(tmp_path / "rates", 100)] * 4)
    assert sum(served_each) == 100


def test_a_crowd_of_others_does_not_free_the_one_who_tries_most(counters: Counters) -> None:
    """Ten thousand addresses push out the counters of those who ask least."""
    while not counters.hit("guesser", RATE, 1000.0):
        pass
    for number in range(10_000):
        counters.hit(f"somebody {number}", RATE, 1000.0)
    assert counters.hit("guesser", RATE, 1000.0) > 0


@pytest.mark.parametrize(
    ("app", "shared"), [("app.wsgi:app", True), ("tests.api.leaky:app", False)]
)
def test_a_number_is_tried_so_often_whichever_worker_answers(
    tmp_path: Path, any_url: str, app: str, shared: bool
) -> None:
    """Thirty times a minute for an address; counters of each worker alone let twice that pass."""
    keys.create(tmp_path / "keys")
    found = Settings(home=tmp_path, database_url=any_url, workers=2, threads=4)
    with served(found, app) as address, ThreadPoolExecutor(8) as pool:

        def ask(number: int) -> httpx.Response:
            headers = {"Accept": "application/json"}
            return httpx.get(f"{address}/t/{number:08}", headers=headers, timeout=120)

        began = time.monotonic()
        answers = list(pool.map(ask, range(ASKED)))
        while not shared and _served(answers) <= _passes(began) and len(answers) < MOST:
            answers += pool.map(ask, range(ASKED))  # the second worker may not be up yet
    codes = Counter(answer.status_code for answer in answers)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert codes[404] >= TYPED.count
    assert (codes[404] <= _passes(began)) is shared
    assert codes[404] + codes[429] == len(answers)


def _passes(began: float) -> float:
    """Return how many may have passed since: where a minute ends, the next ones come in slowly."""
    return TYPED.count * (1 + (time.monotonic() - began) / TYPED.seconds) + 1


def _served(answers: list[httpx.Response]) -> int:
    return sum(answer.status_code == 404 for answer in answers)


@pytest.fixture
def client(url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    """Yield a program of an installation with a hundredth of the usual rates."""
    keys.create(tmp_path / "keys")
    app = create_app(Settings(home=tmp_path, database_url=url, rates=1))
    with app.extensions["wutong"].database.transaction() as session:
        token = api_token(session, make_person(session), utcnow())
    found = app.test_client()
    found.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    yield found
    app.extensions["wutong"].database.dispose()


def test_a_person_is_counted_route_by_route(client: FlaskClient) -> None:
    """Twelve readings of one thing a minute here, and still the next thing."""
    codes = [client.get("/api/v1/me").status_code for _time in range(13)]
    assert codes == [200] * 12 + [429]
    late = client.get("/api/v1/me")
    assert late.get_json()["code"] == "too_many_requests"
    assert int(late.headers["Retry-After"]) > 0
    assert client.get("/api/v1/regions").status_code == 200


def test_the_tables_name_routes_that_exist(url: str, tmp_path: Path) -> None:
    """A route that was renamed would be without its limit."""
    keys.create(tmp_path / "keys")
    app: Flask = create_app(Settings(home=tmp_path, database_url=url))
    assert {*RATES, *BODIES} - {rule.endpoint for rule in app.url_map.iter_rules()} == set()
    database: Database = app.extensions["wutong"].database
    database.dispose()
