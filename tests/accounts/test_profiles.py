"""The profile djbh: a password that is due comes before everything; old ones do not come back."""

from dataclasses import replace

import pytest
from flask import Flask

from app.accounts import credentials
from app.accounts.passwords import WeakPasswordError
from app.config import Settings
from app.domain.password_profiles import DJBH
from app.domain.roles import Role
from app.ledger.door import SYSTEM
from app.models import Person
from tests.accounts.conftest import PASSWORD, Browser, Clock, People
from tests.conftest import NOON

RENEW = "/sign-in/renew-password"
NEXT = "Another-oak-3-stands"


@pytest.fixture
def djbh(app: Flask) -> Flask:
    """Return the application under the profile that rotates."""
    found = app.extensions["wutong"]
    settings = replace(found.settings, password_profile="djbh")
    app.extensions["wutong"] = replace(found, settings=settings)
    return app


def test_a_due_password_comes_before_everything(
    djbh: Flask, browser: Browser, people: People, clock: Clock
) -> None:
    """After ninety days every page leads to the new one, and then works again."""
    people.add("zhou", Role.MANAGER)
    clock.on(days=89)
    browser.sign_in("zhou")
    assert browser.is_in()
    clock.on(days=1)
    browser.sign_in("zhou")
    asked = browser.get("/manage/scales")
    assert (asked.status_code, asked.headers["Location"]) == (303, f"{RENEW}?next=/manage/scales")
    assert "90" in browser.get(RENEW).text
    fields = {"present": PASSWORD, "password": NEXT, "again": NEXT}
    assert browser.send(RENEW, RENEW, **{**fields, "password": "short"}).status_code == 422
    assert browser.send(RENEW, RENEW, **fields).status_code == 303
    browser.sign_in("zhou", NEXT)
    assert browser.is_in()
    del djbh


def test_under_asvs_no_password_grows_old(browser: Browser, people: People, clock: Clock) -> None:
    """The control: the other profile rotates nothing."""
    people.add("zhou", Role.MANAGER)
    clock.on(days=2000)
    browser.sign_in("zhou")
    assert browser.is_in()


def test_the_last_five_do_not_come_back(people: People) -> None:
    """The sixth before may."""
    person = people.add("zhou")
    words = [f"Tall-oak-number-{number}" for number in range(6)]
    with people.database.transaction() as session:
        row = session.get_one(Person, person.id)
        for password in words:
            credentials.set_password(session, row, password, DJBH, by=SYSTEM, at=NOON)
        for password in words[1:]:
            with pytest.raises(WeakPasswordError):
                credentials.set_password(session, row, password, DJBH, by=SYSTEM, at=NOON)
        credentials.set_password(session, row, words[0], DJBH, by=SYSTEM, at=NOON)


@pytest.mark.parametrize(("given", "name"), [({}, "asvs"), ({"X": "djbh"}, "djbh")])
def test_an_operator_chooses_the_profile(given: dict[str, str], name: str) -> None:
    """By one setting; a name that is none ends the start in words."""
    env = {"WUTONG_PASSWORD_PROFILE": given["X"]} if given else {}
    assert Settings.from_env({"WUTONG_HOME": "var", **env}).password_profile == name
    with pytest.raises(ValueError, match="asvs, djbh"):
        Settings.from_env({"WUTONG_PASSWORD_PROFILE": "none"})
