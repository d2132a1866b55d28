"""The ways back: printed codes, and a reset that takes two where acts count in law."""

import re

import pyotp
import pytest
from sqlalchemy import select

from app.accounts import recovery
from app.accounts.recovery import NoResetError, Reset, WrongResetError
from app.domain.people import SamePersonError
from app.domain.roles import Role
from app.ledger.door import SYSTEM
from app.models import LedgerEntry, Person, RecoveryCode
from tests.accounts.conftest import PASSWORD, Browser, Clock, People
from tests.conftest import NOON

CODE = re.compile(r"<li><code>([A-Z2-9-]{19})</code></li>")
NEW = "a quiet green hill today"
SECRET = re.compile(r'data-copy="([A-Z2-7]{32})"')
OFFERED = re.compile(r'name="offered" value="([^"]+)"')
HANDED = re.compile(r'data-copy="([A-Za-z0-9_-]{43})"')


def signed_in(browser: Browser, people: People, clock: Clock, login: str) -> Browser:
    """Sign somebody in with password and authenticator."""
    browser.sign_in(login)
    clock.on(seconds=30)
    browser.send("/sign-in/code", "/sign-in/code", code=people.code(login, clock.now))
    clock.on(seconds=30)
    return browser


def codes_of(browser: Browser, people: People, clock: Clock, login: str = "chen") -> list[str]:
    """Have ten codes made on the page of the account."""
    page = "/account/recovery-codes"
    return CODE.findall(browser.send(page, page, code=people.code(login, clock.now)).text)


def use(browser: Browser, code: str) -> int:
    """Type a recovery code after the password."""
    browser.sign_in("chen")
    return browser.send("/sign-in/recovery", "/sign-in/recovery", code=code).status_code


def test_ten_codes_are_shown_once_and_kept_as_digests(
    browser: Browser, people: People, clock: Clock
) -> None:
    """The page does not show them again."""
    people.add("chen", Role.INSPECTOR, second_factor=True)
    signed_in(browser, people, clock, "chen")
    codes = codes_of(browser, people, clock)
    assert len(set(codes)) == 10
    assert CODE.findall(browser.get("/account/recovery-codes").text) == []
    with people.database.reading() as session:
        kept = session.scalars(select(RecoveryCode.digest)).all()
        told = b"".join(session.scalars(select(LedgerEntry.data)))
    assert len(kept) == 10
    assert all(code not in kept and code.encode() not in told for code in codes)


def test_a_recovery_code_leads_to_a_new_authenticator_once(
    browser: Browser, people: People, clock: Clock
) -> None:
    """It opens no page by itself; typed in any way it is good, a second time it is not."""
    people.add("chen", Role.INSPECTOR, second_factor=True)
    signed_in(browser, people, clock, "chen")
    codes = codes_of(browser, people, clock)
    fresh = Browser(browser.app)
    assert use(fresh, codes[0].lower().replace("-", " ")) == 303
    assert not browser.is_in()
    assert fresh.get("/account").headers["Location"].startswith("/sign-in/second-factor")
    page = fresh.get("/sign-in/second-factor").text
    secret, offered = SECRET.findall(page)[0], OFFERED.findall(page)[0]
    fields = {"offered": offered, "code": pyotp.TOTP(secret).at(clock.now)}
    fresh.send("/sign-in/second-factor", "/sign-in/second-factor", **fields)
    assert fresh.is_in()
    assert use(Browser(browser.app), codes[0]) == 422
    assert use(Browser(browser.app), codes[1]) == 303


def test_recovery_codes_are_guessed_at_five_times(
    browser: Browser, people: People, clock: Clock
) -> None:
    """Then even a right one waits."""
    people.add("chen", Role.INSPECTOR, second_factor=True)
    signed_in(browser, people, clock, "chen")
    codes = codes_of(browser, people, clock)
    thief = Browser(browser.app)
    for _try in range(5):
        assert use(thief, "AAAA-AAAA-AAAA-AAAA") == 422
    assert use(thief, codes[0]) == 422


def test_somebody_elses_code_is_worth_nothing(
    browser: Browser, people: People, clock: Clock
) -> None:
    """A code fits the person it was printed for."""
    people.add("chen", Role.INSPECTOR, second_factor=True)
    people.add("gu", Role.INSPECTOR, second_factor=True)
    theirs = codes_of(signed_in(browser, people, clock, "gu"), people, clock, "gu")
    assert use(Browser(browser.app), theirs[0]) == 422


@pytest.mark.parametrize(("role", "waits"), [(Role.CUSTODIAN, True), (Role.MANAGER, False)])
def test_a_lost_factor_of_who_acts_in_law_takes_two_administrators(
    people: People, role: Role, *, waits: bool
) -> None:
    """The secret is worth nothing until the second one consents; for others it works at once."""
    person = people.add("xu", role)
    with people.database.transaction() as session:
        row = session.get_one(Person, person.id)
        secret = recovery.ask_reset(session, row, Reset(second_factor=True), by="one", at=NOON)
    with people.database.transaction() as session:
        row = session.get_one(Person, person.id)
        if waits:
            with pytest.raises(WrongResetError):
                recovery.redeem_reset(session, "xu", secret, NEW, at=NOON)
            recovery.consent(session, row, by="two", at=NOON)
        recovery.redeem_reset(session, "xu", secret, NEW, at=NOON)
        assert row.totp_secret is None


@pytest.mark.parametrize("who", ["one", "person", SYSTEM])
def test_nobody_consents_to_their_own_request(people: People, who: str) -> None:
    """Neither who asked, nor whom it is for, nor the shell."""
    person = people.add("xu", Role.CUSTODIAN)
    by = person.uid if who == "person" else who
    with people.database.transaction() as session:
        row = session.get_one(Person, person.id)
        recovery.ask_reset(session, row, Reset(second_factor=True), by="one", at=NOON)
        with pytest.raises(SamePersonError):
            recovery.consent(session, row, by=by, at=NOON)


def test_consent_needs_a_request(people: People) -> None:
    """And is given once."""
    person = people.add("xu", Role.CUSTODIAN)
    with people.database.transaction() as session:
        row = session.get_one(Person, person.id)
        with pytest.raises(NoResetError):
            recovery.consent(session, row, by="two", at=NOON)
        recovery.ask_reset(session, row, Reset(second_factor=True), by="one", at=NOON)
        recovery.consent(session, row, by="two", at=NOON)
        with pytest.raises(NoResetError):
            recovery.consent(session, row, by="three", at=NOON)


def test_two_administrators_bring_a_custodian_back_through_the_pages(
    browser: Browser, people: People, clock: Clock
) -> None:
    """One asks and hands the secret over, another consents; neither learns the password."""
    uid = people.add("xu", Role.CUSTODIAN, second_factor=True).uid
    page = f"/people/{uid}"
    for login in ("admin1", "admin2"):
        people.add(login, Role.ADMIN, second_factor=True)
    first = signed_in(browser, people, clock, "admin1")
    asked = first.send(page, f"{page}/reset", second_factor="1", why="phone lost")
    secret = HANDED.findall(asked.text)[0]
    assert first.send(page, f"{page}/consent", code="000000").status_code == 409
    second_session = signed_in(Browser(browser.app), people, clock, "admin1")
    assert second_session.send(page, f"{page}/consent", code="000000").status_code == 409
    second = signed_in(Browser(browser.app), people, clock, "admin2")
    assert secret not in second.get(page).text
    start = "/sign-in/new-password"
    fields = {"login": "xu", "secret": secret, "password": NEW, "again": NEW}
    theirs = Browser(browser.app)
    assert theirs.send(start, start, **fields).status_code == 422
    code = people.code("admin2", clock.now)
    assert second.send(page, f"{page}/consent", code=code).status_code == 303
    assert theirs.send(start, start, **fields).status_code == 303
    theirs.sign_in("xu", NEW)
    assert theirs.get("/account").headers["Location"].startswith("/sign-in/second-factor")
    with people.database.reading() as session:
        told = b"".join(session.scalars(select(LedgerEntry.data)))
    assert all(word in told for word in (b'"reset"', b'"reset_consent"', b'"password"'))
    assert all(word.encode() not in told for word in (secret, NEW, PASSWORD))
