"""Bound devices: a PIN in the field, several people at one tablet, a lock after two minutes."""

import re

import pytest
from sqlalchemy import select

from app.accounts import bindings, service
from app.db.session import Database
from app.domain.roles import Role
from app.ledger.door import SYSTEM
from app.models import Device, DevicePerson, LedgerEntry, Person, SignIn
from app.web import bound, identity
from tests.accounts.conftest import Browser, Clock, People

PIN = "384726"
OTHER_PIN = "905163"
BIND = "/account/device"
UID = re.compile(r'name="person" value="([0-9a-f-]{36})"')


def signed_in(browser: Browser, people: People, clock: Clock, login: str = "chen") -> None:
    """Sign an inspector in with password and authenticator."""
    browser.sign_in(login)
    clock.on(seconds=30)  # each code counts once
    code = people.code(login, clock.now)
    browser.send("/sign-in/code", "/sign-in/code", code=code, by="code")
    clock.on(seconds=30)


def bind(
    browser: Browser, people: People, clock: Clock, login: str = "chen", pin: str = PIN, **more: str
) -> int:
    """Bind the browser to ``login``; return the status."""
    fields = {"name": "tablet", "pin": pin, "again": pin, "code": people.code(login, clock.now)}
    status = browser.send(BIND, BIND, **{**fields, **more}).status_code
    clock.on(seconds=30)
    return status


@pytest.fixture
def tablet(browser: Browser, people: People, clock: Clock) -> Browser:
    """Return a browser that an inspector is bound to and signed in on."""
    people.add("chen", Role.INSPECTOR, second_factor=True)
    signed_in(browser, people, clock)
    assert bind(browser, people, clock) == 303
    return browser


@pytest.fixture
def shared(tablet: Browser, people: People, clock: Clock) -> Browser:
    """Return a tablet of two people, the second one signed in."""
    people.add("gu", Role.INSPECTOR, second_factor=True)
    tablet.client.delete_cookie(identity.COOKIE)
    signed_in(tablet, people, clock, "gu")
    assert bind(tablet, people, clock, "gu", OTHER_PIN) == 303
    return tablet


def names(database: Database) -> dict[str, str]:
    """Return the uid of each login."""
    with database.reading() as session:
        return {row.login: row.uid for row in session.scalars(select(Person))}


def switch(browser: Browser, uid: str, pin: str) -> int:
    """Choose a name, type a PIN."""
    return browser.send("/sign-in", "/sign-in/switch", person=uid, pin=pin).status_code


def test_on_a_bound_device_the_pin_takes_the_place_of_the_code(
    tablet: Browser, people: People, clock: Clock
) -> None:
    """There, and nowhere else."""
    tablet.client.delete_cookie(identity.COOKIE)
    tablet.sign_in("chen")
    assert 'name="by" value="pin"' in tablet.get("/sign-in/code").text
    tablet.send("/sign-in/code", "/sign-in/code", code=PIN)
    elsewhere = Browser(tablet.app)
    elsewhere.sign_in("chen")
    elsewhere.send("/sign-in/code", "/sign-in/code", code=PIN, by="pin")
    assert (tablet.is_in(), elsewhere.is_in()) == (True, False)
    del people, clock


@pytest.mark.parametrize("pin", ["123456", "111111", "654321", "121212", "38472", "38472a"])
def test_a_pin_that_everybody_tries_first_is_refused(
    browser: Browser, people: People, clock: Clock, pin: str
) -> None:
    """Before the code of the authenticator is used up; nothing is bound."""
    people.add("chen", Role.INSPECTOR, second_factor=True)
    signed_in(browser, people, clock)
    code = people.code("chen", clock.now)
    fields = {"name": "tablet", "code": code}
    assert browser.send(BIND, BIND, pin=pin, again=pin, **fields).status_code == 422
    assert browser.send(BIND, BIND, pin=PIN, again=PIN, **fields).status_code == 303


def test_binding_takes_the_authenticator_not_the_pin(tablet: Browser, people: People) -> None:
    """Who looked a PIN up over a shoulder binds no device of their own."""
    assert tablet.send(BIND, BIND, name="mine", code=PIN).status_code == 422
    with people.database.reading() as session:
        assert len(session.scalars(select(Device)).all()) == 1


def test_secrets_of_devices_and_pins_are_kept_as_digests(tablet: Browser, people: People) -> None:
    """The database alone opens nothing, and the ledger holds neither."""
    cookie = tablet.client.get_cookie(bound.COOKIE)
    assert cookie is not None
    with people.database.reading() as session:
        assert session.scalars(select(Device.token_digest)).one() != cookie.value
        told = b"".join(session.scalars(select(LedgerEntry.data)))
    assert b"device_bound" in told
    assert PIN.encode() not in told
    assert cookie.value.encode() not in told


def guess(tablet: Browser, uid: str) -> None:
    """Type five wrong PINs."""
    for number in range(5):
        assert switch(tablet, uid, f"70413{number}") == 422


def test_five_wrong_pins_lock_it_until_the_authenticator(
    tablet: Browser, people: People, clock: Clock
) -> None:
    """Even the right one is refused then; a code opens it again."""
    uid = names(people.database)["chen"]
    guess(tablet, uid)
    assert switch(tablet, uid, PIN) == 422
    clock.on(hours=1)  # no waiting helps
    assert switch(tablet, uid, PIN) == 422
    tablet.client.delete_cookie(identity.COOKIE)
    signed_in(tablet, people, clock)
    assert switch(tablet, uid, PIN) == 303


def test_without_the_count_a_pin_is_guessed_at_for_ever(
    tablet: Browser, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the lock."""
    monkeypatch.setattr(bound, "count_try", lambda _session, _bound: 0)
    uid = names(people.database)["chen"]
    guess(tablet, uid)
    assert switch(tablet, uid, PIN) == 303


def test_a_right_pin_forgives_the_wrong_ones_before(tablet: Browser, people: People) -> None:
    """Wet thumbs lock nobody out over a week."""
    uid = names(people.database)["chen"]
    for _day in range(3):
        for number in range(4):
            switch(tablet, uid, f"70413{number}")
        assert switch(tablet, uid, PIN) == 303


def test_people_at_one_tablet_switch_by_name_and_pin(shared: Browser, people: People) -> None:
    """The session before ends; each PIN goes with its own name."""
    uids, before = names(people.database), shared.cookie()
    assert sorted(UID.findall(shared.get("/sign-in/switch").text)) == sorted(uids.values())
    assert switch(shared, uids["chen"], OTHER_PIN) == 422
    assert switch(shared, uids["chen"], PIN) == 303
    assert "name of chen" in shared.get("/account").text
    old = Browser(shared.app)
    old.client.set_cookie(identity.COOKIE, before)
    assert not old.is_in()


def test_nobody_who_is_not_bound_here_gets_in_by_pin(shared: Browser, people: People) -> None:
    """A PIN without the device is nothing; neither is the device with somebody else's PIN."""
    people.add("qian", Role.INSPECTOR, second_factor=True)
    stranger = names(people.database)
    assert switch(shared, stranger["qian"], PIN) == 422
    other = Browser(shared.app)
    page = other.get("/sign-in/switch")
    assert "name of chen" not in page.text
    assert switch(other, stranger["chen"], PIN) == 422


def test_a_shared_device_locks_after_two_minutes(
    shared: Browser, people: People, clock: Clock
) -> None:
    """Every page leads to the lock, and back where one was."""
    clock.on(seconds=80)
    assert shared.is_in()
    clock.on(minutes=2, seconds=1)
    locked = shared.get("/account")
    assert (locked.status_code, locked.headers["Location"]) == (
        303,
        "/sign-in/switch?next=/account",
    )
    assert "name of gu" in shared.get("/sign-in/switch").text
    assert switch(shared, names(people.database)["gu"], OTHER_PIN) == 303
    assert shared.is_in()


def test_without_the_lock_the_tablet_stays_open(
    shared: Browser, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the lock."""
    monkeypatch.setattr(identity, "LOCK", identity.IDLE)
    clock.on(minutes=30)
    assert shared.is_in()


def test_what_a_page_asks_by_itself_keeps_nothing_open(shared: Browser, clock: Clock) -> None:
    """A progress bar is no hand on the tablet; the locked page moves as a whole."""
    for _second in range(7):
        clock.on(seconds=20)
        answer = shared.client.get("/account", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers.get("HX-Redirect")) == (204, "/sign-in/switch")
    assert not shared.is_in()


def test_typing_in_a_page_keeps_it_open(shared: Browser, clock: Clock) -> None:
    """The page's script says so."""
    for _step in range(5):
        clock.on(seconds=80)
        assert shared.send("/account", "/sign-in/here").status_code == 204
    assert shared.is_in()


def test_a_hand_locks_it_at_once(shared: Browser) -> None:
    """Before the tablet is put down."""
    shared.send("/account", "/sign-in/lock")
    assert not shared.is_in()


def test_a_device_of_ones_own_does_not_lock(tablet: Browser, clock: Clock) -> None:
    """The phone locks itself."""
    clock.on(hours=3)
    assert tablet.is_in()


def test_a_lost_device_is_unbound_from_another(
    tablet: Browser, people: People, clock: Clock
) -> None:
    """Its session ends at once, and the PIN opens nothing on it."""
    with people.database.reading() as session:
        uid = session.scalars(select(DevicePerson.uid)).one()
    desk = Browser(tablet.app)
    signed_in(desk, people, clock)
    assert desk.send("/account", f"/account/devices/{uid}/unbind").status_code == 303
    assert not tablet.is_in()
    assert switch(tablet, names(people.database)["chen"], PIN) == 422


def test_somebody_elses_device_stays_bound(tablet: Browser, people: People) -> None:
    """Its number is as good as none."""
    with people.database.reading() as session:
        uid = session.scalars(select(DevicePerson.uid)).one()
    other = Browser(tablet.app)
    people.add("ding", Role.REPAIRER)
    other.sign_in("ding")
    other.send("/account", f"/account/devices/{uid}/unbind")
    assert tablet.is_in()


def test_a_closed_account_is_off_every_device(shared: Browser, people: People) -> None:
    """The name is gone from the list, the PIN opens nothing."""
    uids = names(people.database)
    with people.database.transaction() as session:
        service.disable(session, service.find(session, "chen"), by=SYSTEM, at=people.at)
    assert "name of chen" not in shared.get("/sign-in/switch").text
    assert switch(shared, uids["chen"], PIN) == 422


def test_the_pin_is_changed_with_the_authenticator(
    tablet: Browser, people: People, clock: Clock
) -> None:
    """And holds on every device at once."""
    fields = {"pin": OTHER_PIN, "again": OTHER_PIN, "code": people.code("chen", clock.now)}
    page = "/account/pin"
    assert tablet.send(page, page, **{**fields, "code": PIN}).status_code == 422
    assert tablet.send(page, page, **fields).status_code == 303
    uid = names(people.database)["chen"]
    assert (switch(tablet, uid, PIN), switch(tablet, uid, OTHER_PIN)) == (422, 303)


def test_a_device_nobody_used_for_a_month_is_forgotten(
    tablet: Browser, people: People, clock: Clock
) -> None:
    """It lies in a drawer, or elsewhere."""
    clock.on(days=31)
    assert switch(tablet, names(people.database)["chen"], PIN) == 422
    with people.database.reading() as session:
        person = session.scalars(select(Person)).one()
        assert bindings.of(session, person.id, clock.now) == []
        assert session.scalars(select(SignIn.device_id)).all() != [None]
