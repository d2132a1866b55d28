"""Nobody learns from us who has an account: same words, same status, same time."""

import re
import time

import pytest
from argon2 import PasswordHasher
from flask import Flask

from app.accounts import passwords, service
from app.domain.roles import Role
from app.ledger.door import SYSTEM
from tests.accounts.conftest import Browser, Clock, People

VARIES = re.compile(r'value="[^"]{60,}"|value="(nobody|known|closed)"')
ROUNDS = 4


@pytest.fixture
def three(people: People) -> tuple[str, ...]:
    """Return the login of nobody, of somebody, and of a closed account."""
    people.add("known", Role.MANAGER)
    people.add("closed", Role.MANAGER)
    with people.database.transaction() as session:
        service.disable(session, service.find(session, "closed"), by=SYSTEM, at=people.at)
    return ("nobody", "known", "closed")


def answers(browser: Browser, target: str, three: tuple[str, ...], **fields: str) -> set[object]:
    """Return what each of the three is told, without tokens and what was typed."""
    found: set[object] = set()
    for login in three:
        told = browser.send(target, target, login=login, **fields)
        found.add((told.status_code, VARIES.sub("", told.text)))
    return found


def test_signing_in_tells_all_three_the_same(browser: Browser, three: tuple[str, ...]) -> None:
    """Wrong password, unknown and closed; and the same again once the tries are used up."""
    for _try in range(7):
        assert len(answers(browser, "/sign-in", three, password="a wrong one")) == 1


def test_a_one_use_secret_tells_all_three_the_same(
    browser: Browser, three: tuple[str, ...]
) -> None:
    """Nor does the page of setting a password."""
    new = "a quiet green hill"
    fields = {"secret": "guess", "password": new, "again": new}
    for _try in range(7):
        assert len(answers(browser, "/sign-in/new-password", three, **fields)) == 1


def seconds(browser: Browser, clock: Clock, login: str) -> float:
    """Return the least processor time of a wrong password for ``login``."""
    least = []
    for _round in range(ROUNDS):
        clock.on(minutes=16)
        page = browser.get("/sign-in").text
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
        started = time.thread_time()
        data = {"csrf_token": token, "login": login, "password": "a wrong one"}
        browser.client.post("/sign-in", data=data)
        least.append(time.thread_time() - started)
    return min(least)


@pytest.mark.parametrize("hashed", [True, False])
def test_the_time_tells_nothing(
    app: Flask,
    browser: Browser,
    clock: Clock,
    three: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    *,
    hashed: bool,
) -> None:
    """Argon2 runs for all three; the control, without the hash of nobody, shows who is known."""
    slow = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", slow)
    with app.extensions["wutong"].database.transaction() as session:
        person = service.find(session, "known")
        person.password_hash = slow.hash("the right password")
    if not hashed:
        monkeypatch.setattr(passwords, "NOBODY", "no hash at all")
    nobody, known, closed = (seconds(browser, clock, login) for login in three)
    alike = max(nobody, known, closed) < 1.8 * min(nobody, known, closed)
    assert alike is hashed
