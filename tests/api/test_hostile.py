"""Bodies that mean harm: refused within a second, while somebody else is served as ever."""

import json
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest

from tests.api.town import BUSY_S, SERVED_S, TRIES, WITHIN_S, Town
from tests.support.world import HERE

pytestmark = pytest.mark.usefixtures("somebody_else")

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
    took = []
    for _try in range(TRIES):
        began = time.monotonic()
        answer = answer_to_megabytes(town, path, chunked)
        took.append(time.monotonic() - began)
        assert answer.startswith(b"HTTP/1.1 4"), answer[:60]
        if took[-1] < WITHIN_S + 2 * BUSY_S:
            break
    assert min(took) < WITHIN_S + 2 * BUSY_S


def answer_to_megabytes(town: Town, path: str, chunked: bool) -> bytes:
    """Send a hundred of them, until there is an answer."""
    length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 104857600"
    head = (
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\n"
        b"Authorization: Bearer %s\r\n\r\n" % (path.encode(), length, town.token.encode())
    )
    piece = b"x" * 1_048_576
    answer = b""
    with socket.create_connection(("127.0.0.1", town.port), 60) as line:
        line.sendall(head)
        line.settimeout(0.01)
        for _megabyte in range(100):
            if answer:
                break
            try:
                line.settimeout(60)
                line.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
                line.settimeout(0.01)
                answer = line.recv(65536)
            except TimeoutError:
                continue
            except ConnectionError:
                break
        line.settimeout(60)
        with suppress(ConnectionError):
            answer = answer or line.recv(65536)
    return answer


@contextmanager
def slow_senders(town: Town, number: int, head: bytes, drip: bytes) -> Iterator[list[Any]]:
    """Hold ``number`` connections open, each sending a little now and then."""
    with ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", town.port), 60))
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
        until = time.monotonic() + 60
        for line in lines:
            line.settimeout(max(0.1, until - time.monotonic()))
            try:
                answer = line.recv(65536)
            except ConnectionError:
                continue
            assert answer[:12] in {b"HTTP/1.1 408", b"HTTP/1.1 401", b"HTTP/1.1 413", b""}


def test_the_well_behaved_were_served_all_the_while(town: Town) -> None:
    """Over the whole file: nineteen of twenty within a second, nobody left out."""
    assert len(town.waited) > 100
    assert statistics.quantiles(town.waited, n=20)[-1] < SERVED_S
