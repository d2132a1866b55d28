"""A client that costs little: prepared requests over connections that stay open."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.sizes import SIZE

CLIENTS: Final = 4
ROUNDS: Final = SIZE.rounds
ROUND_S: Final = SIZE.round_s
HEAD_END: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length:"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


def request(
    method: str, path: str, host: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """Return the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *_fields(headers or {})]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def _fields(headers: dict[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


class Connection:
    """One connection that stays open, and is opened again where the server closed it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.line = self._open()

    def ask(self, message: bytes) -> Answer:
        """Send a request and return the answer."""
        try:
            self.line.sendall(message)
            return self._answer()
        except (ConnectionError, EOFError):
            self.line.close()
            self.line = self._open()
            self.line.sendall(message)
            return self._answer()

    def close(self) -> None:
        """Close it."""
        self.line.close()

    def _open(self) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    def _answer(self) -> Answer:
        data = b""
        while HEAD_END not in data:
            data += self._more()
        head, body = data.split(HEAD_END, 1)
        status, *fields = head.split(b"\r\n")
        lengths = [int(f.split(b":")[1]) for f in fields if f.lower().startswith(LENGTH)]
        while lengths and len(body) < lengths[0]:
            body += self._more()
        return Answer(int(status.split()[1]), body)

    def _more(self) -> bytes:
        more = self.line.recv(65536)
        if not more:
            raise EOFError
        return more


def each_once(port: int, messages: Sequence[bytes], clients: int = CLIENTS) -> list[Answer]:
    """Send every message once, shared among some clients, and return the answers in order."""
    answers: list[Answer | None] = [None] * len(messages)

    def work(first: int) -> None:
        connection = Connection(port)
        for number in range(first, len(messages), clients):
            answers[number] = connection.ask(messages[number])
        connection.close()

    _together(work, clients)
    return [answer for answer in answers if answer is not None]


def rate(port: int, message: bytes, seconds: float = ROUND_S) -> float:
    """Return how many times a second ``message`` is answered, by some clients at once."""
    counts = [0] * CLIENTS

    def work(number: int) -> None:
        connection = Connection(port)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            answer = connection.ask(message)
            if answer.status >= 300:  # noqa: PLR2004 - only good answers count
                raise RuntimeError(f"status {answer.status}: {answer.body[:200]!r}")
            counts[number] += 1
        connection.close()

    _together(work, CLIENTS)
    return sum(counts) / seconds


@dataclass(frozen=True, slots=True)
class Empty:
    """What the empty route answers in a second, before and after what is held against it."""

    before: float
    after: float

    @property
    def mean(self) -> float:
        """B0."""
        return (self.before + self.after) / 2

    def __str__(self) -> str:
        """Return B0 and how far it drifted meanwhile."""
        drift = self.after / self.before - 1
        return f"B0 {self.mean:.0f}/s, drift {drift:+.0%}"


def empty_rate(port: int) -> float:
    """Return how many times a second the empty route is answered."""
    message = request("GET", "/healthz", f"127.0.0.1:{port}")
    return sorted(rate(port, message) for _ in range(ROUNDS))[ROUNDS // 2]


def _together(work: Callable[[int], None], clients: int) -> None:
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except Exception as error:  # noqa: BLE001 - raised again below
            failures.append(error)

    threads = [threading.Thread(target=run, args=[number]) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
