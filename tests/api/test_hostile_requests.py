"""Requests that mean harm beside their bodies: methods, headers, queries, names, sessions."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app.accounts import sign_in as signing_in
from app.db.session import utcnow
from app.models import Person, SignIn
from app.web.identity import COOKIE
from tests.api.town import Town
from tests.support.world import sign_in

pytestmark = pytest.mark.usefixtures("somebody_else")
NOTHING = "0198c0de-0000-7000-8000-000000000001"


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_is_what_it_is(town: Town, header: str) -> None:
    """No header and no field turns a question into a change."""
    uid = town.here.things["tag"]
    answer = town.ask("GET", f"/api/v1/tags/{uid}", headers={header: "DELETE"})
    assert answer.status_code == 200
    answer = town.ask("GET", "/api/v1/me?_method=DELETE")
    assert answer.status_code == 422
    for method in ("TRACE", "CONNECT", "PROPFIND", "delete", "GET\t"):
        found = town.raw(f"{method} /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert found.startswith(b"HTTP/1.1 4"), (method, found[:40])


def test_no_proxy_is_believed_that_nobody_named(town: Town) -> None:
    """Address, scheme and host are what the socket says; the tries of one stay one's own."""
    forged = {
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=10.0.0.1;host=evil.example",
        "X-Original-URL": "/metrics",
    }
    answer = town.ask("GET", "/", headers=forged)
    assert "Strict-Transport-Security" not in answer.headers
    assert "evil" not in answer.text + answer.headers.get("Location", "")
    issued = town.ask("GET", f"/api/v1/tags/{town.here.things['tag']}", headers={"Host": "evil"})
    assert "evil" not in issued.text


SMUGGLED = {
    "two lengths": b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
    "length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative length": b"Content-Length: -1\r\n\r\n",
    "a length in words": b"Content-Length: four\r\n\r\n",
    "an unknown coding": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a broken chunk": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a name with a blank": b"X y: z\r\n\r\n",
    "a header of 100 KB": b"X: " + b"y" * 100_000 + b"\r\n\r\n",
    "1,000 headers": b"".join(b"X-%d: y\r\n" % n for n in range(1000)) + b"\r\n",
}


@pytest.mark.parametrize("name", SMUGGLED)
def test_a_request_that_reads_in_two_ways_is_refused(town: Town, name: str) -> None:
    """Else what a proxy takes for one request we might take for two."""
    token = town.token.encode()
    head = b"POST /api/v1/markets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    answer = town.raw(head + b"Authorization: Bearer " + token + b"\r\n" + SMUGGLED[name])
    assert answer.startswith(b"HTTP/1.1 4"), answer[:60]


def test_wildcards_are_letters(town: Town) -> None:
    """What SQL reads as any text finds only itself; there is nothing to order by."""
    every = town.ask("GET", "/api/v1/scales").json()["items"]
    assert every
    for text in ("%", "_", "%%", "__", "\\%", "*", "' OR 1=1 --", "%25", "[a-z]"):
        found = town.ask("GET", "/api/v1/scales", params={"q": f"{text}{text}"})
        assert (found.status_code, found.json()["items"]) == (200, []), text
    for name in ("sort", "order", "order_by", "fields", "filter", "where", "limit[]"):
        assert town.ask("GET", "/api/v1/scales", params={name: "id;--"}).status_code == 422
    for after in ("' OR 1=1", "W10", "eyJ9", "WzAsIi8iLCInOy0tIl0", "A" * 999):
        assert town.ask("GET", f"/api/v1/scales?after={after}").status_code in {200, 400, 422}


def test_foreign_ids_are_as_if_they_were_not_there(town: Town) -> None:
    """Byte for byte what an unknown id earns, but for the number of the request."""
    for kind, path in (
        ("scale", "scales"),
        ("place", "markets"),
        ("stall", "stalls"),
        ("trader", "traders"),
        ("tag", "tags"),
        ("station", "stations"),
        ("evidence", "evidence"),
        ("verification", "verifications"),
    ):
        told = []
        for uid in (town.elsewhere.things[kind], NOTHING):
            answer = town.ask("GET", f"/api/v1/{path}/{uid}")
            assert answer.status_code == 404, path
            told.append({k: v for k, v in answer.json().items() if k != "instance"})
        assert told[0] == told[1]
    body = {"place": town.elsewhere.things["place"], "number": "X1"}
    assert town.post(json.dumps(body).encode(), "/api/v1/stalls").status_code == 422


MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def test_markup_in_names_is_shown_and_never_obeyed(town: Town) -> None:
    """As it was typed, on every page that shows it; line ends never reach a header."""
    body = {"place": town.here.things["place"], "name": f"{MARKUP}\r\nSet-Cookie: a=b"}
    made = town.post(json.dumps(body).encode(), "/api/v1/traders")
    assert made.status_code == 201
    assert "Set-Cookie" not in made.headers
    assert town.ask("GET", made.headers["Location"]).json()["name"].startswith(MARKUP)
    page = httpx.get(
        f"{town.address}/configure/places/{town.here.things['place']}",
        cookies={COOKIE: town.cookie},
        timeout=120,
        trust_env=False,
    )
    assert page.status_code == 200
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]


def test_line_ends_in_an_address_end_no_header(town: Town) -> None:
    """Neither in a redirect nor anywhere else."""
    for path in ("/sign-in?next=%0d%0aSet-Cookie:%20a=b", "/t/%0d%0aX:%20y", "/%0d%0aX:%20y"):
        answer = town.ask("GET", path)
        assert answer.status_code < 500
        assert "a=b" not in str(answer.headers.get("Set-Cookie"))
        assert "X" not in answer.headers


def test_one_is_led_to_no_other_site(town: Town) -> None:
    """Whatever the address asks for."""
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"):
        answer = town.ask("GET", "/sign-in", params={"next": target})
        assert "evil.example" not in answer.headers.get("Location", "")


def open_pages(town: Town, cookie: str) -> int:
    """Return the status of one's own page with ``cookie``."""
    cookies = {COOKIE: cookie}
    address = f"{town.address}/account"
    return httpx.get(address, cookies=cookies, timeout=120, trust_env=False).status_code


def test_a_session_that_somebody_made_up_is_none(town: Town) -> None:
    """Fixation: what the visitor brings is not what the server will know."""
    for made_up in ("a" * 43, "", "x" * 5000, town.token, town.cookie[:-1], f"{town.cookie}x"):
        assert open_pages(town, made_up) == 303
    assert open_pages(town, town.cookie) == 200


def test_a_cookie_of_somebody_who_left_opens_nothing(town: Town) -> None:
    """Replay: signed out, out of time or unused too long."""
    changes: tuple[Callable[[Any, SignIn], object], ...] = (
        lambda s, row: signing_in.close_session(s, row.uid, row.person_id, utcnow()),
        lambda _s, row: setattr(row, "expires_at", utcnow() - timedelta(seconds=1)),
        lambda _s, row: setattr(row, "last_seen_at", utcnow() - timedelta(days=2)),
        lambda s, row: setattr(s.get_one(Person, row.person_id), "disabled_at", utcnow()),
    )
    for change in changes:
        with town.database.transaction() as session:
            wanted = select(Person).where(Person.login.startswith("auditor"))
            person = session.scalars(wanted.order_by(Person.id).limit(1)).one()
            cookie = sign_in(session, person, utcnow())
            session.flush()
            number = session.scalar(select(func.max(SignIn.id)))
        assert open_pages(town, cookie) == 200
        with town.database.transaction() as session:
            change(session, session.get_one(SignIn, number))
        assert open_pages(town, cookie) == 303
