"""The worker whose threads never wait for a request to arrive, and what happens without it."""

import socket
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from app.cli.serving import WORKER
from app.config import Settings
from app.crypto import keys
from app.web.patience import GATHERED, HEAD_S, Arriving
from tests.support import databases
from tests.support.served import served

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(("worker", "waits"), [(WORKER, False), ("gthread", True)])
def test_as_many_slow_senders_as_threads(
    tmp_path: Path, sqlite_template: Path, worker: str, waits: bool
) -> None:
    """Somebody with a request is served at once; gunicorn's own threads let one wait."""
    keys.create(tmp_path / "keys")
    with databases.sqlite_copy(sqlite_template, tmp_path) as url, ExitStack() as stack:
        settings = Settings(home=tmp_path, database_url=url, threads=2)
        address = stack.enter_context(served(settings, worker=worker))
        port = int(address.rpartition(":")[2])
        for _one in range(4):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            line.sendall(HEAD)
        try:
            answer = httpx.get(f"{address}/healthz", timeout=3 if waits else 120, trust_env=False)
            waited = False
        except httpx.TimeoutException:
            waited = True
        assert waited is waits
        assert waited or answer.status_code == 200


def test_a_connection_serves_one_request_after_the_other(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """Also where several are sent before the first is answered, and bodies between them."""
    keys.create(tmp_path / "keys")
    with databases.sqlite_copy(sqlite_template, tmp_path) as url:
        settings = Settings(home=tmp_path, database_url=url, threads=2)
        with served(settings) as address:
            port = int(address.rpartition(":")[2])
            ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
            form = HEAD.replace(b" / ", b" /sign-in ") + b"Content-Length: 4\r\n\r\na=bc"
            with socket.create_connection(("127.0.0.1", port)) as line:
                line.sendall(ask * 3 + form + ask)
                line.settimeout(120)
                found = b""
                while found.count(b"HTTP/1.1 ") < 5:
                    found += line.recv(65536)
    assert found.count(b"HTTP/1.1 200") == 4


@pytest.mark.parametrize(
    ("data", "there", "too_long"),
    [
        (HEAD, False, False),
        (HEAD + b"\r\n", True, False),
        (HEAD + b"Content-Length: 2\r\n\r\n", False, False),
        (HEAD + b"content-length:2\r\n\r\nab", True, False),
        (HEAD + b"Content-Length: %d\r\n\r\n" % (2 * GATHERED), True, True),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", True, True),
        (HEAD + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n", True, True),
        (b"x" * 70_000, True, True),
    ],
)
def test_what_has_arrived_is_known(data: bytes, there: bool, too_long: bool) -> None:
    """However it is cut: what is whole, what a thread of its own reads, what is waited for."""
    whole, piecewise = Arriving(b""), Arriving(b"")
    whole.take(data)
    for start in range(0, len(data), 7 if len(data) < 1000 else 7000):
        piecewise.take(data[start : start + (7 if len(data) < 1000 else 7000)])
    for arriving in (whole, piecewise):
        assert (arriving.is_there, arriving.too_long) == (there, too_long)
    assert not whole.is_late
    whole.began -= HEAD_S + 1
    assert whole.is_late or whole.is_there
