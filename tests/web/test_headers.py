"""Headers, cookies and caching, exactly."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EXACT = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), serial=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PAGES = (
    "/gallery",
    "/t/valid",
    "/nowhere",
    "/gallery/broken",
    "/gallery/illegal",
    "/api/v1/broken",
)


def guarded(answer: TestResponse) -> dict[str, str | None]:
    """Return those headers of ``answer`` that guard it."""
    return {name: answer.headers.get(name) for name in EXACT}


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_is_guarded_alike(client: FlaskClient, path: str) -> None:
    """Pages, refusals and failures carry the same headers, each once."""
    answer = client.get(path)
    assert guarded(answer) == EXACT
    assert all(len(answer.headers.getlist(name)) == 1 for name in EXACT)
    assert "Strict-Transport-Security" not in answer.headers


def test_a_secure_address_asks_to_stay_secure(client: FlaskClient) -> None:
    """HSTS only over https, as its standard says."""
    answer = client.get("/gallery", base_url="https://scales.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def test_built_files_are_kept_for_ever(client: FlaskClient) -> None:
    """Their names change with their content."""
    page = client.get("/gallery").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    answer.close()
    assert client.get("/static/nothing.css").headers["Cache-Control"] == "no-store"


def test_a_public_page_keeps_no_cookie_and_needs_no_script(client: FlaskClient) -> None:
    """Whatever language is asked for."""
    for path in ("/t/valid", "/t/valid?lang=en"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "<script" not in answer.text


def test_a_request_is_numbered(client: FlaskClient) -> None:
    """A sensible number is kept, any other replaced."""
    kept = client.get("/gallery", headers={"X-Request-Id": "tablet-7.0001"})
    assert kept.headers["X-Request-Id"] == "tablet-7.0001"
    replaced = client.get("/gallery", headers={"X-Request-Id": "<script>alert(1)</script>"})
    assert replaced.headers["X-Request-Id"].isalnum()


def test_a_form_without_its_token_changes_nothing(client: FlaskClient) -> None:
    """The page says so in words; with the token it goes through."""
    refused = client.post("/gallery")
    assert refused.status_code == 400
    assert "form_expired" in refused.text
    token = client.get("/gallery").text.split('name="csrf-token" content="')[1].split('"')[0]
    assert client.post("/gallery", data={"csrf_token": token}).status_code == 303
    assert client.post("/gallery", headers={"X-CSRFToken": token}).status_code == 303


def test_the_form_cookie_is_closed_to_scripts(client: FlaskClient) -> None:
    """HttpOnly and SameSite."""
    cookie = client.get("/gallery").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
