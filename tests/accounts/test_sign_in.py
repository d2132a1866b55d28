"""Signing in by password: what is told, what is counted, what a session is."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts import passwords, service
from app.crypto import tokens
from app.domain.roles import Role
from app.ledger.door import SYSTEM
from app.models import Person, SignIn, SignInAttempt
from app.web import tries
from tests.accounts.conftest import PASSWORD, Browser, Clock, People

HIDDEN = re.compile(r'value="[^"]{60,}"')


def test_the_right_password_leads_to_the_page_that_was_asked_for(
    browser: Browser, people: People
) -> None:
    """Who was sent to sign in goes on where it stopped."""
    people.add("liwei", Role.MANAGER)
    asked = browser.get("/account")
    assert (asked.status_code, asked.headers["Location"]) == (303, "/sign-in?next=/account")
    entered = browser.sign_in("liwei", next="/account")
    assert (entered.status_code, entered.headers["Location"]) == (303, "/account")
    assert "name of liwei" in browser.get("/account").text


def test_the_sign_in_name_is_taken_however_it_is_typed(browser: Browser, people: People) -> None:
    """A tablet's keyboard begins with a capital and ends with a blank."""
    people.add("liwei")
    browser.sign_in(" Liwei ")
    assert browser.is_in()


def test_unknown_closed_and_wrong_are_told_apart_by_nobody(
    browser: Browser, people: People
) -> None:
    """Same status, same words, so that nobody learns who has an account."""
    people.add("liwei")
    closed = people.add("closed")
    with people.database.transaction() as session:
        row = session.get_one(Person, closed.id)
        service.disable(session, row, by=SYSTEM, at=people.at)
    answers = {
        browser.sign_in(login, password).text.replace(login, "")
        for login, password in (("liwei", "wrong"), ("zhangsan", "wrong"), ("closed", PASSWORD))
    }
    pages = {HIDDEN.sub("", text) for text in answers}
    assert len(pages) == 1
    assert not browser.is_in()


def test_the_sixth_try_is_refused_even_when_right(
    any_url: str, browser: Browser, people: People, clock: Clock
) -> None:
    """And a quarter of an hour later it is welcome."""
    del any_url
    people.add("liwei")
    for _try in range(5):
        assert browser.sign_in("liwei", "wrong").status_code == 422
    refused = browser.sign_in("liwei")
    assert (refused.status_code, browser.is_in()) == (422, False)
    clock.on(minutes=14, seconds=59)
    browser.sign_in("liwei")
    assert not browser.is_in()
    clock.on(seconds=2)
    browser.sign_in("liwei")
    assert browser.is_in()


def test_five_wrong_ones_lock_nobody_else_out(browser: Browser, people: People) -> None:
    """The office sits behind one address."""
    people.add("liwei")
    people.add("zhang")
    for _try in range(6):
        browser.sign_in("liwei", "wrong")
    browser.sign_in("zhang")
    assert browser.is_in()


def test_a_right_one_clears_the_count(browser: Browser, people: People) -> None:
    """Four slips each morning lock nobody out at noon."""
    people.add("liwei")
    for _morning in range(3):
        for _try in range(4):
            browser.sign_in("liwei", "wrong")
        browser.sign_in("liwei")
        assert browser.is_in()
        browser.send("/account", "/sign-out")
        assert not browser.is_in()


def test_one_address_that_tries_many_names_is_refused(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One's own success in between does not clear it."""
    monkeypatch.setattr(tries, "TRIES_PER_ADDRESS", 8)
    people.add("liwei")
    guesser, office = Browser(app, address="10.9.9.9"), Browser(app)
    for number in range(8):
        guesser.sign_in(f"name{number}", "wrong")
    guesser.sign_in("liwei")
    office.sign_in("liwei")
    assert (guesser.is_in(), office.is_in()) == (False, True)


def test_fifty_tries_at_once_count_as_fifty(
    any_url: str, app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A try is counted before its password is looked at: five are hashed, no more."""
    del any_url
    people.add("liwei")
    hashed, lock = [], threading.Lock()

    def count(kept: str | None, _password: str) -> bool:
        with lock:
            hashed.append(kept)
        return False

    browsers = [Browser(app) for _number in range(20)]
    for one in browsers:
        one.get("/sign-in")
    monkeypatch.setattr(passwords, "matches", count)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda one: one.sign_in("liwei", "wrong"), browsers))
    assert len(hashed) == tries.TRIES_PER_LOGIN


def test_a_session_is_a_cookie_scripts_cannot_read(browser: Browser, people: People) -> None:
    """HttpOnly, Lax, and only its digest is kept."""
    people.add("liwei")
    header = browser.sign_in("liwei").headers.getlist("Set-Cookie")[0]
    assert header.startswith("wutong_session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in header.split(";")}
    with people.database.reading() as session:
        row = session.scalars(select(SignIn)).one()
    assert row.token_digest == tokens.digest(browser.cookie())
    assert browser.cookie() not in str(vars(row))


def test_behind_https_the_cookie_goes_nowhere_else(app: Flask, people: People) -> None:
    """Secure, as soon as the request came by https."""
    people.add("liwei")
    browser = Browser(app)
    client = browser.client
    page = client.get("/sign-in", base_url="https://localhost")
    csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    data = {"login": "liwei", "password": PASSWORD, "csrf_token": csrf}
    answer = client.post(
        "/sign-in",
        base_url="https://localhost",
        headers={"Referer": "https://localhost/sign-in"},
        data=data,
    )
    assert "Secure" in answer.headers.getlist("Set-Cookie")[0]


def test_a_token_brought_along_is_never_taken_over(browser: Browser, people: People) -> None:
    """Session fixation: whoever planted the cookie holds nothing."""
    people.add("liwei")
    browser.client.set_cookie("wutong_session", "planted")
    browser.sign_in("liwei")
    assert browser.cookie() not in {"", "planted"}
    before = browser.cookie()
    browser.sign_in("liwei")
    other = Browser(browser.app)
    other.client.set_cookie("wutong_session", before)
    assert (browser.is_in(), other.is_in()) == (True, False)


def test_twelve_idle_hours_end_a_session(browser: Browser, people: People, clock: Clock) -> None:
    """Each use within them carries it on."""
    people.add("liwei")
    browser.sign_in("liwei")
    for _use in range(3):
        clock.on(hours=11, minutes=59)
        assert browser.is_in()
    clock.on(hours=12)
    assert not browser.is_in()


def test_a_week_ends_a_session_in_any_case(browser: Browser, people: People, clock: Clock) -> None:
    """However busy it was."""
    people.add("liwei")
    browser.sign_in("liwei")
    for _use in range(15):
        clock.on(hours=11)
        assert browser.is_in()
    clock.on(hours=4)
    assert not browser.is_in()


def test_signing_out_ends_it_on_the_server(browser: Browser, people: People) -> None:
    """A copy of the cookie is worth nothing afterwards."""
    people.add("liwei")
    browser.sign_in("liwei")
    copy = browser.cookie()
    left = browser.send("/account", "/sign-out")
    assert (left.status_code, left.headers["Location"], browser.cookie()) == (303, "/sign-in", "")
    browser.client.set_cookie("wutong_session", copy)
    assert not browser.is_in()


def test_a_closed_account_is_out_at_once(browser: Browser, people: People) -> None:
    """Not only its next sign-in."""
    person = people.add("liwei")
    browser.sign_in("liwei")
    with people.database.transaction() as session:
        session.execute(update(Person).where(Person.id == person.id).values(disabled_at=people.at))
    assert not browser.is_in()


def test_a_role_taken_away_acts_on_the_next_request(browser: Browser, people: People) -> None:
    """The page is open, the role is gone."""
    person = people.add("liwei", Role.MANAGER, Role.AUDITOR)
    browser.sign_in("liwei")
    assert "审计员" in browser.get("/account").text
    with people.database.transaction() as session:
        row = session.get_one(Person, person.id)
        service.withdraw(session, row, Role.AUDITOR, by=SYSTEM, at=people.at)
    assert "审计员" not in browser.get("/account").text


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/\t/evil.example", ""],
)
def test_signing_in_never_leads_to_another_host(
    browser: Browser, people: People, target: str
) -> None:
    """However the address is written."""
    people.add("liwei")
    assert browser.sign_in("liwei", next=target).headers["Location"] == "/"


def test_a_form_from_elsewhere_changes_nothing(browser: Browser, people: People) -> None:
    """Without the hidden token, with a made-up one, with that of another browser."""
    people.add("liwei")
    other = Browser(browser.app).get("/sign-in").text.split('csrf_token" value="')[1].split('"')[0]
    for token in (None, "made-up", other):
        data = {"login": "liwei", "password": PASSWORD}
        answer = browser.client.post(
            "/sign-in", data=data | ({"csrf_token": token} if token else {})
        )
        assert answer.status_code == 400
    assert not browser.is_in()
    with people.database.reading() as session:
        assert session.scalars(select(SignInAttempt)).all() == []


def test_what_was_typed_as_a_name_is_not_kept(browser: Browser, people: People) -> None:
    """People type their password into the wrong field."""
    people.add("liwei")
    browser.sign_in("my secret by mistake", "x")
    with people.database.reading() as session:
        row = session.scalars(select(SignInAttempt)).one()
    assert "secret" not in str(vars(row))
    assert row.login_digest != tokens.digest("my secret by mistake")


def test_nul_in_a_form_is_refused_before_the_database(browser: Browser, people: People) -> None:
    """PostgreSQL would refuse it with an error of its own."""
    del people
    assert browser.sign_in("li\0wei").status_code == 400
    assert browser.get("/sign-in?next=%00").status_code == 400
