"""Refusals: a page in words, or problem+json; every code has its line."""

import importlib
import pkgutil

import pytest
from flask.testing import FlaskClient

import app
from app.domain.errors import DomainError
from app.web.refusals import PLAIN, REFUSALS

# Errors of commands, which no request can raise.
OF_COMMANDS = {
    "custodian_too_low",
    "demo_failed",
    "no_record",
    "not_signed_by_us",
    "remark_erased",
    "still_in_office",
    "upkeep_refused",
}


def codes() -> set[str]:
    """Return the codes of every broken rule that the server knows."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if not module.name.endswith((".wsgi", ".__main__")):
            importlib.import_module(module.name)
    waiting, found = [DomainError], set()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("app."):
            found.add(kind.code)
    return found


def test_every_refusal_has_a_status_and_a_sentence() -> None:
    """A new error class without a line in app.web.refusals fails here."""
    assert codes() - OF_COMMANDS <= set(REFUSALS)


def test_statuses_are_those_of_refusals() -> None:
    """No rule of ours says that all went well, or that the server broke."""
    assert all(400 <= each.status < 500 or each.status == 503 for each in REFUSALS.values())


@pytest.mark.parametrize("status", sorted(PLAIN))
def test_what_http_refuses_is_a_page_in_words(client: FlaskClient, status: int) -> None:
    """It says what happened and what to do, and how to name it to somebody."""
    answer = client.get(f"/gallery/{status}")
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_page_speaks_the_language_of_its_reader(client: FlaskClient) -> None:
    """Chinese first, English when asked for."""
    assert "此地址没有内容。" in client.get("/gallery/404").text
    assert "There is nothing at this address." in client.get("/gallery/404?lang=en").text


def test_a_broken_rule_is_a_page_for_people_and_a_problem_for_programs(
    client: FlaskClient,
) -> None:
    """The same refusal, two renderings, one status."""
    page = client.get("/gallery/illegal")
    assert page.status_code == 409
    assert "秤的当前状态不允许此操作" in page.text
    assert "崇川区" in page.text
    problem = client.get("/api/v1/illegal", headers={"Accept-Language": "en"})
    assert problem.status_code == 409
    assert problem.content_type == "application/problem+json"
    assert problem.get_json() == {
        "type": "urn:wutong:illegal_transition",
        "title": "This act is not open to the scale in its present state. Nothing was changed.",
        "status": 409,
        "code": "illegal_transition",
        "detail": "Go back, read the page again and repeat the step.",
        "instance": f"urn:wutong:request:{problem.headers['X-Request-Id']}",
    }


def test_a_program_may_ask_for_a_problem_anywhere(client: FlaskClient) -> None:
    """By its Accept header, outside the API too."""
    answer = client.get("/nowhere", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/gallery/broken", "/api/v1/broken"])
def test_a_fault_of_ours_tells_nothing_of_itself(client: FlaskClient, path: str) -> None:
    """No traceback, no message of the exception, but a number to ask about."""
    answer = client.get(path)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    """405 with its Allow header."""
    answer = client.delete("/t/valid")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("status", [429, 503])
def test_who_should_come_again_is_told_when(client: FlaskClient, status: int) -> None:
    """Retry-After where waiting helps."""
    assert int(client.get(f"/gallery/{status}").headers["Retry-After"]) > 0


def test_what_was_sent_is_never_repeated(client: FlaskClient) -> None:
    """An address full of markup comes back neither as markup nor as text."""
    answer = client.get("/nowhere/<img src=x onerror=alert(1)>?q=<b>")
    assert "onerror" not in answer.text
