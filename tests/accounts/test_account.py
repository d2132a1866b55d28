"""One's own account: devices, tokens, password."""

import pytest
from sqlalchemy import select

from app.accounts import devices, recovery, service
from app.accounts.recovery import Reset
from app.domain.roles import Role
from app.ledger.door import SYSTEM
from app.models import ApiToken, Person, SignIn
from tests.accounts.conftest import PASSWORD, Browser, Clock, People

PAGE = "/account"


def test_the_page_names_roles_devices_and_tokens(browser: Browser, people: People) -> None:
    """Everything that can act in one's name stands there."""
    person = people.add("liwei", Role.MANAGER)
    with people.database.transaction() as session:
        row = session.get_one(Person, person.id)
        service.add_token(session, row, service.NewToken("monthly export"), by=SYSTEM, at=people.at)
    browser.sign_in("liwei")
    text = browser.get(PAGE).text
    for words in ("计量管理员", "Chrome · Windows", "monthly export", "liwei"):
        assert words in text


def test_another_device_can_be_signed_out(browser: Browser, people: People) -> None:
    """The lost tablet."""
    people.add("liwei")
    tablet = Browser(browser.app)
    tablet.sign_in("liwei")
    browser.sign_in("liwei")
    with people.database.reading() as session:
        first = session.scalars(select(SignIn.uid).order_by(SignIn.id)).first()
    browser.send(PAGE, f"{PAGE}/sessions/{first}/end")
    assert (browser.is_in(), tablet.is_in()) == (True, False)


def test_all_other_devices_can_be_signed_out_at_once(browser: Browser, people: People) -> None:
    """But not this one, and nobody else's."""
    people.add("liwei")
    people.add("zhang")
    others = [Browser(browser.app) for _number in range(3)]
    for one in others:
        one.sign_in("liwei")
    stranger = Browser(browser.app)
    stranger.sign_in("zhang")
    browser.sign_in("liwei")
    browser.send(PAGE, f"{PAGE}/sessions/end-others")
    assert (browser.is_in(), stranger.is_in()) == (True, True)
    assert [one.is_in() for one in others] == [False] * 3


def test_somebody_elses_device_stays_signed_in(browser: Browser, people: People) -> None:
    """Its number is as good as none."""
    people.add("zhang")
    people.add("liwei")
    stranger = Browser(browser.app)
    stranger.sign_in("zhang")
    browser.sign_in("liwei")
    with people.database.reading() as session:
        theirs = session.scalars(select(SignIn.uid).order_by(SignIn.id)).first()
    browser.send(PAGE, f"{PAGE}/sessions/{theirs}/end")
    assert stranger.is_in()


def test_only_ones_own_token_can_be_voided(browser: Browser, people: People) -> None:
    """And it is void at once."""
    tokens = {}
    for login in ("liwei", "zhang"):
        person = people.add(login)
        with people.database.transaction() as session:
            row = session.get_one(Person, person.id)
            tokens[login] = service.add_token(session, row, by=SYSTEM, at=people.at)
    browser.sign_in("liwei")
    with people.database.reading() as session:
        uids = session.scalars(select(ApiToken.uid)).all()
    for uid in uids:
        browser.send(PAGE, f"{PAGE}/tokens/{uid}/end")
    client = browser.app.test_client()
    statuses = {
        login: client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code
        for login, token in tokens.items()
    }
    assert statuses == {"liwei": 401, "zhang": 200}


def test_a_new_password_needs_the_present_one(browser: Browser, people: People) -> None:
    """Who finds a tablet unlocked cannot take the account over."""
    people.add("liwei")
    browser.sign_in("liwei")
    new = {"password": "a quiet green hill", "again": "a quiet green hill"}
    refused = browser.send(PAGE, f"{PAGE}/password", present="guess", **new)
    assert refused.status_code == 422
    assert browser.is_in()
    browser.send(PAGE, f"{PAGE}/password", present=PASSWORD, **new)
    assert not browser.is_in()
    browser.sign_in("liwei", "a quiet green hill")
    assert browser.is_in()


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "至少"),
        ("liwei12345", "liwei12345", "登录名"),
        ("a quiet green hill", "another", "不一致"),
        ("", "", "请填写"),
    ],
)
def test_a_refused_password_says_why_at_its_field(
    browser: Browser, people: People, password: str, again: str, words: str
) -> None:
    """In the language of the page; nothing that was typed is sent back."""
    people.add("liwei")
    browser.sign_in("liwei")
    page = browser.send(PAGE, f"{PAGE}/password", present=PASSWORD, password=password, again=again)
    assert page.status_code == 422
    assert words in page.text
    assert PASSWORD not in page.text
    assert not password or f'value="{password}"' not in page.text


def test_the_one_use_secret_sets_a_password_on_a_page(
    browser: Browser, people: People, clock: Clock
) -> None:
    """The way in for a new account; the sixth guess in the window is refused."""
    person = people.add("liwei")
    with people.database.transaction() as session:
        row = session.get_one(Person, person.id)
        secret = recovery.ask_reset(session, row, Reset(), by="system", at=clock.now)
    page = "/sign-in/new-password"
    new = {"login": "liwei", "password": "a quiet green hill", "again": "a quiet green hill"}
    for _try in range(5):
        assert browser.send(page, page, secret="guess", **new).status_code == 422
    assert browser.send(page, page, secret=secret, **new).status_code == 422
    clock.on(minutes=16)
    assert browser.send(page, page, secret=secret, **new).status_code == 303
    browser.sign_in("liwei", "a quiet green hill")
    assert browser.is_in()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Linux; Android 13) Chrome/110 MicroMessenger/8.0", "WeChat · Android"),
        ("Mozilla/5.0 (iPad; CPU OS 17 like Mac OS X) Safari/604", "Safari · iPad"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Edg/130", "Edge · Windows"),
        ("curl/8.0", "curl/8.0"),
        ("", "?"),
    ],
)
def test_a_device_is_named_as_people_call_it(agent: str, words: str) -> None:
    """Not as browsers boast."""
    assert devices.name(agent) == words
