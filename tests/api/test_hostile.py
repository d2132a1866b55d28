"""Requests that mean harm: refused within a second, while somebody else is served as ever."""

import json
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app.accounts import sign_in as signing_in
from app.config import Settings
from app.crypto import keys
from app.db.session import Database, utcnow
from app.domain.roles import Role
from app.models import Person, SignIn
from app.web.identity import COOKIE
from tests.support import databases
from tests.support.served import served
from tests.support.world import ELSEWHERE, HERE, County, api_token, make_county, sign_in

WITHIN_S = 1.0
SERVED_S = 1.0
JSON = "application/json"
NOTHING = "0198c0de-0000-7000-8000-000000000001"
# A busy test machine is no hostile one.
BUSY_S = 1.0


@dataclass(slots=True)
class Town:
    """A served installation with two counties, and keys to the first one."""

    address: str
    here: County
    elsewhere: County
    token: str
    cookie: str
    database: Database
    waited: list[float] = field(default_factory=list)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.address.rpartition(":")[2])

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx
        """Return the answer to a program with a good token; it came within a second."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        began = time.monotonic()
        answer = httpx.request(
            method, f"{self.address}{path}", headers=headers, timeout=20, trust_env=False, **more
        )
        took = time.monotonic() - began
        assert took < WITHIN_S + BUSY_S, (method, path[:80], took)
        return answer

    def post(self, body: bytes, path: str = "/api/v1/markets", media: str = JSON) -> httpx.Response:
        """Return the answer to some bytes."""
        return self.ask("POST", path, content=body, headers={"Content-Type": media})

    def raw(self, message: bytes, wait_s: float = 5) -> bytes:
        """Return what comes back to bytes that are no client's."""
        with socket.create_connection(("127.0.0.1", self.port), wait_s) as line:
            line.sendall(message)
            line.settimeout(wait_s)
            found = b""
            try:
                while part := line.recv(65536):
                    found += part
                    if b"\r\n\r\n" in found:
                        break
            except (TimeoutError, ConnectionError):
                pass
            return found


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Town]:
    """Yield one server of two workers for the whole file."""
    home = tmp_path_factory.mktemp("town")
    keys.create(home / "keys")
    with databases.sqlite_copy(sqlite_template, home) as url:
        settings = Settings(home=home, database_url=url, workers=2, threads=4)
        database = Database(url)
        with database.transaction() as session:
            here, elsewhere = (make_county(session, p, utcnow()) for p in (HERE, ELSEWHERE))
            manager = here.people[Role.MANAGER]
            token, cookie = (make(session, manager, utcnow()) for make in (api_token, sign_in))
        with served(settings, "tests.api.hurried:app", {"WUTONG_RATES": "0"}) as address:
            yield Town(address, here, elsewhere, token, cookie, database)
        database.dispose()


@pytest.fixture(autouse=True)
def somebody_else(town: Town) -> Iterator[None]:
    """Ask as a well-behaved person all the while; that one is served in time, each time."""
    ended, waited = threading.Event(), []

    def live() -> None:
        headers = {"Authorization": f"Bearer {town.token}"}
        with httpx.Client(base_url=town.address, headers=headers, trust_env=False) as client:
            while not ended.wait(0.05):
                began = time.monotonic()
                assert client.get("/api/v1/me", timeout=10).status_code == 200
                waited.append(time.monotonic() - began)

    with ThreadPoolExecutor(1) as pool:
        living = pool.submit(live)
        yield
        ended.set()
        living.result(20)
    if len(waited) > 1:
        assert statistics.quantiles(waited, n=20)[-1] < SERVED_S
    town.waited += waited


DEEP = 100_000
BODIES = {
    "nested 100,000 lists": b'{"region":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "nested 100,000 objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "never closed": b'{"region":' + b"[" * DEEP,
    "a huge integer": b'{"region":' + b"9" * 900_000 + b"}",
    "an integer beyond 64 bits": b'{"region":18446744073709551616}',
    "a huge exponent": b'{"region":1e999999}',
    "NaN": b'{"region":NaN}',
    "Infinity": b'{"region":-Infinity}',
    "a lone surrogate": b'{"region":"\\ud800"}',
    "a lone surrogate in a key": b'{"\\udfff":1}',
    "NUL": b'{"region":"\\u0000"}',
    "a raw control sign": b'{"region":"\x00"}',
    "the same key twice": b'{"region":"/32/","region":"/"}',
    "the same key twice, hidden": b'{"region":"/32/","\\u0072egion":"/"}',
    "not UTF-8": b'{"region":"\xff\xfe"}',
    "UTF-16": '{"region":"/"}'.encode("utf-16"),
    "a list": b"[]",
    "a text": b'"x"',
    "nothing": b"",
    "only blanks": b" " * 900_000,
    "one long text": b'{"name":"' + b"\\" * 900_000 + b'"}',
    "50,000 keys": b"{" + b",".join(b'"k%d":1' % n for n in range(50_000)) + b"}",
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_means_harm_is_refused(town: Town, name: str) -> None:
    """As a problem with a code, whatever it is made of."""
    answer = town.post(BODIES[name])
    assert 400 <= answer.status_code < 500, (name, answer.status_code)
    assert answer.headers["Content-Type"] == "application/problem+json"


GOOD = {"region": HERE, "code": "M77", "name": "market"}


@pytest.mark.parametrize(
    "wrong", [None, True, 1, 1.5, [], {}, [GOOD["name"]], {"$ne": ""}, "x" * 121, "", "\r\nA: b"]
)
@pytest.mark.parametrize("name", ["region", "code"])
def test_another_type_than_asked_for_is_no_value(town: Town, name: str, wrong: object) -> None:
    """Nothing is turned from one type into another."""
    answer = town.post(json.dumps({**GOOD, name: wrong}).encode())
    assert answer.status_code in {403, 422}


@pytest.mark.parametrize(
    "extra",
    ["id", "uid", "path", "state", "created_at", "version", "scopes", "__class__", "constructor"],
)
def test_nobody_sets_what_is_not_asked_for(town: Town, extra: str) -> None:
    """Mass assignment: an unknown field is refused, not ignored."""
    answer = town.post(json.dumps({**GOOD, extra: "x"}).encode())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == extra


def test_ten_thousand_parts_of_a_form_are_refused(town: Town) -> None:
    """At the door of a page that anybody may send a form to."""
    part = b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nv\r\n'
    body = b"".join(part % number for number in range(10_000)) + b"--x--\r\n"
    answer = town.post(body, "/sign-in", "multipart/form-data; boundary=x")
    assert answer.status_code == 413
    for media in ("multipart/form-data", "multipart/form-data; boundary=", 'x; boundary="'):
        assert 400 <= town.post(body, "/sign-in", media).status_code < 500


@pytest.mark.parametrize("path", ["/api/v1/markets", "/api/v1/evidence", "/sign-in"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_hundred_megabytes_are_refused_before_they_are_here(
    town: Town, path: str, chunked: bool
) -> None:
    """Whether their length is told or not; at most what was on its way is taken."""
    length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 104857600"
    head = (
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\n"
        b"Authorization: Bearer %s\r\n\r\n" % (path.encode(), length, town.token.encode())
    )
    piece = b"x" * 1_048_576
    answer = b""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", town.port), 10) as line:
        line.sendall(head)
        line.settimeout(0.01)
        for _megabyte in range(100):
            if answer:
                break
            try:
                line.settimeout(5)
                line.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
                line.settimeout(0.01)
                answer = line.recv(65536)
            except TimeoutError:
                continue
            except ConnectionError:
                break
        line.settimeout(5)
        with suppress(ConnectionError):
            answer = answer or line.recv(65536)
    assert time.monotonic() - began < WITHIN_S + 2 * BUSY_S
    assert answer.startswith(b"HTTP/1.1 4"), answer[:60]


@contextmanager
def slow_senders(town: Town, number: int, head: bytes, drip: bytes) -> Iterator[list[Any]]:
    """Hold ``number`` connections open, each sending a little now and then."""
    with ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", town.port), 10))
            for _one in range(number)
        ]
        for line in lines:
            line.sendall(head)
        for _time in range(8):
            time.sleep(0.25)
            for line in lines:
                try:
                    line.sendall(drip)
                except OSError:
                    continue
        yield lines


SLOW = {
    "heads": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"A: b\r\n"),
    "short bodies": (
        b"POST /api/v1/markets HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n",
        b" ",
    ),
    "long bodies": (
        b"POST /api/v1/markets HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n",
        b" ",
    ),
    "chunks": (
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n%s\r\n\r\n"
        % b"Content-Type: application/x-www-form-urlencoded",
        b"1\r\na\r\n",
    ),
    "nothing at all": (b"", b""),
}


@pytest.mark.parametrize("kind", SLOW)
def test_slow_senders_keep_nobody_waiting(town: Town, kind: str) -> None:
    """Ten times as many as there are threads: each is ended in words, or just ended."""
    with slow_senders(town, 80, *SLOW[kind]) as lines:
        until = time.monotonic() + 12
        for line in lines:
            line.settimeout(max(0.1, until - time.monotonic()))
            try:
                answer = line.recv(65536)
            except ConnectionError:
                continue
            assert answer[:12] in {b"HTTP/1.1 408", b"HTTP/1.1 401", b"HTTP/1.1 413", b""}


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
    return httpx.get(f"{town.address}/account", cookies=cookies, trust_env=False).status_code


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


def test_the_well_behaved_were_served_all_the_while(town: Town) -> None:
    """Over the whole file: nineteen of twenty within a second, nobody left out."""
    assert len(town.waited) > 100
    assert statistics.quantiles(town.waited, n=20)[-1] < SERVED_S
