"""Pages of refusal: who is signed in keeps bar and menu, and none of them fails itself."""

from typing import NoReturn

import pytest
from sqlalchemy.exc import OperationalError

from app.accounts import views_account
from app.domain.roles import Role
from app.web import navigation
from tests.accounts.conftest import Browser, People

MENU = 'class="menu"'


@pytest.fixture
def manager(browser: Browser, people: People) -> Browser:
    """Return the browser of a manager who is signed in."""
    people.add("liwei", Role.MANAGER)
    browser.sign_in("liwei")
    return browser


def ill(*_args: object, **_fields: object) -> NoReturn:
    """Fail as a database does that went away."""
    raise OperationalError("select", {}, RuntimeError("gone"))


def test_what_is_refused_keeps_the_menu(manager: Browser) -> None:
    """No such address, not for this role, wrong method, a form without its token."""
    sent = manager.client.post("/account/sessions/end-others")
    answers = [manager.get("/nowhere"), manager.get("/people"), manager.get("/sign-out"), sent]
    assert [each.status_code for each in answers] == [404, 403, 405, 400]
    for each in answers:
        assert MENU in each.text
        assert "name of liwei" in each.text


def test_a_stranger_is_refused_without_a_menu(browser: Browser) -> None:
    """And is told the same."""
    answer = browser.get("/nowhere")
    assert (answer.status_code, MENU in answer.text) == (404, False)


def test_a_fault_of_ours_keeps_the_menu_and_asks_no_database(
    manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was known before it happened is still known; where they act is not looked up."""
    monkeypatch.setattr(views_account, "render_template", ill)
    monkeypatch.setattr(navigation, "reading", ill)
    answer = manager.get("/account")
    assert answer.status_code == 503
    assert MENU in answer.text
    assert "name of liwei" in answer.text


def test_a_refusal_whose_frame_fails_is_still_a_page(
    manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bar asks the database for a place: without it the words are told all the same."""
    monkeypatch.setattr(navigation, "reading", ill)
    answer = manager.get("/nowhere")
    assert (answer.status_code, MENU in answer.text) == (404, False)
    assert "此地址没有内容。" in answer.text
