"""The second factor: set up once, asked for at each sign-in, each code good for one use."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from cryptography.fernet import Fernet
from flask import Flask, g
from sqlalchemy import select

from app.crypto import totp
from app.crypto.totp import EnrolmentStaleError, WrongCodeError
from app.db.session import Database
from app.domain.roles import SECOND_FACTOR, Role
from app.models import Person, SignIn
from app.web.access import Caller, SecondFactorError, StepUpError
from app.web.step_up import check_code, confirm_step_up
from tests.accounts.conftest import Browser, Clock, People
from tests.conftest import NOON

SECRET = re.compile(r'data-copy="([A-Z2-7]{32})"')
OFFERED = re.compile(r'name="offered" value="([^"]+)"')
KEY = Fernet(Fernet.generate_key())


def half_in(browser: Browser, people: People, *roles: Role) -> None:
    """Give the password of a new person with a second factor."""
    people.add("liwei", *roles, second_factor=True)
    browser.sign_in("liwei")


@pytest.mark.parametrize("role", sorted(Role))
def test_the_roles_that_need_it_are_led_to_it(browser: Browser, people: People, role: Role) -> None:
    """The password alone opens nothing to them; the others may go on."""
    people.add("liwei", role)
    browser.sign_in("liwei")
    answer = browser.get("/account")
    if role in SECOND_FACTOR:
        assert answer.headers["Location"] == "/sign-in/second-factor?next=/account"
    else:
        assert answer.status_code == 200


def test_the_first_sign_in_sets_it_up(browser: Browser, people: People, clock: Clock) -> None:
    """Scan, type the six digits, go on where one was; the secret lies covered."""
    people.add("liwei", Role.INSPECTOR)
    browser.sign_in("liwei")
    page = browser.get("/sign-in/second-factor?next=/account").text
    secret, offered = SECRET.search(page), OFFERED.search(page)
    assert secret
    assert offered
    assert 'src="data:image/svg+xml' in page
    before = browser.cookie()
    fields = {
        "offered": offered[1],
        "next": "/account",
        "code": pyotp.TOTP(secret[1]).at(clock.now),
    }
    done = browser.send("/sign-in/second-factor", "/sign-in/second-factor", **fields)
    assert (done.status_code, done.headers["Location"]) == (303, "/account")
    assert browser.is_in()
    assert browser.cookie() != before
    with people.database.reading() as session:
        kept = session.scalars(select(Person.totp_secret)).one() or ""
    assert secret[1] not in kept


def test_a_wrong_code_keeps_the_secret_that_was_scanned(
    browser: Browser, people: People, clock: Clock
) -> None:
    """A slip of the finger does not send anybody back to scanning."""
    people.add("liwei", Role.INSPECTOR)
    browser.sign_in("liwei")
    page = browser.get("/sign-in/second-factor").text
    secret, offered = SECRET.findall(page)[0], OFFERED.findall(page)[0]
    send = {"page": "/sign-in/second-factor", "target": "/sign-in/second-factor"}
    again = browser.send(**send, offered=offered, code="000000")
    assert (again.status_code, SECRET.findall(again.text)[0]) == (422, secret)
    offered = OFFERED.findall(again.text)[0]
    browser.send(**send, offered=offered, code=pyotp.TOTP(secret).at(clock.now))
    assert browser.is_in()


def test_the_code_of_setting_up_is_used_up(browser: Browser, people: People, clock: Clock) -> None:
    """Whoever looked over the shoulder cannot sign in with it."""
    people.add("liwei", Role.INSPECTOR)
    browser.sign_in("liwei")
    page = browser.get("/sign-in/second-factor").text
    secret, offered = SECRET.findall(page)[0], OFFERED.findall(page)[0]
    code = pyotp.TOTP(secret).at(clock.now)
    browser.send("/sign-in/second-factor", "/sign-in/second-factor", offered=offered, code=code)
    other = Browser(browser.app)
    other.sign_in("liwei")
    assert other.send("/sign-in/code", "/sign-in/code", code=code).status_code == 422
    assert (browser.is_in(), other.is_in()) == (True, False)


def test_nobody_sets_up_a_second_one(browser: Browser, people: People) -> None:
    """With the password alone, a thief cannot put his own phone in place."""
    half_in(browser, people, Role.INSPECTOR)
    assert browser.get("/sign-in/second-factor").status_code == 403
    offered = totp.offer(browser.app.extensions["wutong"].keys.totp, "x", totp.new_secret(), NOON)
    sent = browser.send("/sign-in/code", "/sign-in/second-factor", offered=offered, code="000000")
    assert sent.status_code == 403


@pytest.mark.parametrize("late", [False, True])
def test_an_offered_secret_is_for_one_person_and_a_quarter_of_an_hour(late: bool) -> None:
    """A page left open, or somebody else's, sets nothing up."""
    offered = totp.offer(KEY, "me", "A" * 32, NOON)
    assert totp.taken(KEY, "me", offered, NOON) == "A" * 32
    who, at = ("me", NOON.replace(minute=16)) if late else ("you", NOON)
    with pytest.raises(EnrolmentStaleError):
        totp.taken(KEY, who, offered, at)


@pytest.mark.parametrize("offered", ["", "x", "ü", "A" * 5000])
def test_a_made_up_offer_is_refused(offered: str) -> None:
    """In words, not in a traceback."""
    with pytest.raises(EnrolmentStaleError):
        totp.taken(KEY, "me", offered, NOON)


def test_the_code_lets_in_under_a_new_token(browser: Browser, people: People, clock: Clock) -> None:
    """The token of before, which the password alone had earned, is void."""
    half_in(browser, people, Role.VERIFIER)
    half = browser.cookie()
    assert not browser.is_in()
    browser.send("/sign-in/code", "/sign-in/code", code=people.code("liwei", clock.now))
    other = Browser(browser.app)
    other.client.set_cookie("wutong_session", half)
    assert (browser.is_in(), other.is_in()) == (True, False)


def test_who_set_it_up_freely_is_asked_for_it_too(browser: Browser, people: People) -> None:
    """A manager need not have one; who has it gives it."""
    half_in(browser, people, Role.MANAGER)
    assert browser.get("/account").headers["Location"] == "/sign-in/code?next=/account"


def test_a_code_counts_once(browser: Browser, people: People, clock: Clock) -> None:
    """Not in a second browser, and no older one after it."""
    half_in(browser, people, Role.VERIFIER)
    older = people.code("liwei", clock.now - timedelta(seconds=30))
    code = people.code("liwei", clock.now)
    browser.send("/sign-in/code", "/sign-in/code", code=code)
    other = Browser(browser.app)
    other.sign_in("liwei")
    for used in (code, older):
        assert other.send("/sign-in/code", "/sign-in/code", code=used).status_code == 422
    clock.on(seconds=30)
    fresh = people.code("liwei", clock.now)
    other.send("/sign-in/code", "/sign-in/code", code=f"{fresh[:3]} {fresh[3:]}")
    assert other.is_in()


def test_the_sixth_code_is_refused_even_when_right(
    browser: Browser, people: People, clock: Clock
) -> None:
    """A million codes are not many for a program."""
    half_in(browser, people, Role.VERIFIER)
    for _try in range(5):
        browser.send("/sign-in/code", "/sign-in/code", code="000000")
    browser.send("/sign-in/code", "/sign-in/code", code=people.code("liwei", clock.now))
    assert not browser.is_in()
    clock.on(minutes=15, seconds=1)
    browser.send("/sign-in/code", "/sign-in/code", code=people.code("liwei", clock.now))
    assert browser.is_in()


@pytest.mark.parametrize(("drift", "right"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_a_phone_may_be_half_a_minute_off(drift: int, right: bool) -> None:
    """Not more: each step is one more guess that would count."""
    secret = totp.new_secret()
    code = pyotp.TOTP(secret).at(int(NOON.timestamp()) + drift)
    assert (totp.matching_step(secret, code, NOON) is not None) is right


def test_digits_of_a_chinese_keyboard_count_too() -> None:
    """Full-width ones, and with blanks between."""
    secret = totp.new_secret()
    wide = pyotp.TOTP(secret).at(NOON).translate({0x30 + n: 0xFF10 + n for n in range(10)})
    assert totp.matching_step(secret, f" {wide[:3]}　{wide[3:]} ", NOON) is not None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "ü", "-1"])
def test_what_is_no_code_is_a_wrong_one(code: str) -> None:
    """Whatever was typed."""
    assert totp.matching_step(totp.new_secret(), code, NOON) is None


def test_the_same_code_at_once_is_taken_once(
    any_url: str, app: Flask, people: People, database: Database
) -> None:
    """Eight browsers, one code: the database decides, not the order of reading."""
    del any_url
    person = people.add("liwei", second_factor=True)
    code, key = people.code("liwei", NOON), app.extensions["wutong"].keys.totp

    def use(_number: int) -> bool:
        try:
            with database.transaction() as session:
                check_code(session, key, person.id, code, NOON)
        except WrongCodeError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(use, range(8))) == [False] * 7 + [True]


def as_caller(person: Person, **known: bool) -> Caller:
    """Return ``person`` as who calls."""
    return Caller(person.id, person.uid, person.name, person.login, (), **known)


@pytest.mark.parametrize(
    ("known", "error"),
    [
        ({"enrolled": True, "by_token": True}, StepUpError),
        ({"enrolled": False}, SecondFactorError),
    ],
)
def test_a_legal_act_wants_a_person_with_a_second_factor(
    app: Flask, people: People, known: dict[str, bool], error: type[Exception]
) -> None:
    """Behind a token nobody need be."""
    person = people.add("liwei", Role.VERIFIER, second_factor=True)
    with app.test_request_context():
        g.caller = as_caller(person, **known)
        with pytest.raises(error):
            confirm_step_up(people.code("liwei", NOON), NOON)


def test_a_legal_act_takes_a_fresh_code_once(app: Flask, people: People) -> None:
    """The one of signing in, or of the act before, is used up."""
    person = people.add("liwei", Role.VERIFIER, second_factor=True)
    code = people.code("liwei", NOON)
    with app.test_request_context():
        g.caller = as_caller(person, enrolled=True, second_factor=True)
        confirm_step_up(code, NOON)
        with pytest.raises(WrongCodeError):
            confirm_step_up(code, NOON)


def test_a_reset_second_factor_is_set_up_anew(
    browser: Browser, people: People, clock: Clock
) -> None:
    """The way back after a lost phone leads through the administrator's shell."""
    half_in(browser, people, Role.VERIFIER)
    with people.database.transaction() as session:
        session.scalars(select(Person)).one().totp_secret = None
    browser.sign_in("liwei")
    assert browser.get("/account").headers["Location"].startswith("/sign-in/second-factor")
    with people.database.reading() as session:
        assert session.scalars(select(SignIn.second_factor_at)).all() == [None, None]
    del clock
