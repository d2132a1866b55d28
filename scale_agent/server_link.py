"""The line to the server: one HTTP client, answers of bounded size, trouble as one error."""

import contextlib
import email.utils
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import httpx

from scale_agent.clock import Clock
from scale_agent.dsse import EnvelopeError, strict_object
from scale_agent.evidence import AGENT
from scale_agent.faults import MistakeError, StationFaultError

MOST_ANSWER_BYTES: Final = 8 * 2**20
LONGEST_WAIT_S: Final = 3600.0
TIMEOUT_S: Final = 30.0
CONNECT_S: Final = 10.0
URN: Final = "urn:wutong:"
OK: Final = frozenset({200, 201, 204})
TOO_MANY: Final = 429
UNAVAILABLE: Final = 503


class ServerAwayError(StationFaultError):
    """No usable answer came; what was sent may or may not have arrived."""


@dataclass(frozen=True, slots=True)
class Problem:
    """The server's own words for a refusal (RFC 9457)."""

    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server said."""

    status: int
    body: dict[str, Any]
    retry_after_s: float | None = None

    @property
    def is_ok(self) -> bool:
        """Whether it was done."""
        return self.status in OK

    @property
    def is_busy(self) -> bool:
        """Whether the server asks to come back later."""
        return self.status in {TOO_MANY, UNAVAILABLE}

    @property
    def problem(self) -> Problem | None:
        """The server's problem document; None for a page of something in between."""
        return read_problem(self.body)

    def in_words(self) -> str:
        """Return the answer as half a sentence."""
        problem = self.problem
        return f"{self.status} {problem.words}" if problem else f"status {self.status}"


class ServerLink:
    """Asks one server; safe to use from several threads."""

    def __init__(
        self,
        server: str,
        *,
        clock: Clock,
        token: str | None = None,
        ca_file: Path | None = None,
        proxy: str | None = None,
    ) -> None:
        self._clock = clock
        headers = {"User-Agent": AGENT, "Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        # Settings come from the TOML file alone, so nothing is taken from the environment.
        try:
            self._client = httpx.Client(
                base_url=server,
                headers=headers,
                trust_env=False,
                proxy=proxy,
                verify=_trust(ca_file) if server.startswith("https:") else False,
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise MistakeError(f"server or proxy is not usable: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        kind: str = "application/json",
        timeout_s: float = TIMEOUT_S,
    ) -> Answer:
        """Send a request and return the answer, whatever its status.

        Raises:
            ServerAwayError: The server cannot be reached, or what came is not its answer.
        """
        headers = {} if content is None else {"Content-Type": kind}
        timeout = httpx.Timeout(timeout_s, connect=CONNECT_S)
        try:
            with self._client.stream(
                method, path, content=content, headers=headers, timeout=timeout
            ) as response:
                return self._answer(response, self._content(response, timeout_s))
        except httpx.HTTPError as error:
            detail = str(error) or type(error).__name__
            raise ServerAwayError(f"no answer from {self._client.base_url}: {detail}") from None

    def _content(self, response: httpx.Response, timeout_s: float) -> bytes:
        """Read the body within the time and size that an answer of ours may take."""
        latest = self._clock.steady() + timeout_s
        pieces = []
        size = 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > MOST_ANSWER_BYTES or self._clock.steady() > latest:
                raise ServerAwayError(f"the answer of {response.url} does not end")
            pieces.append(piece)
        return b"".join(pieces)

    def _answer(self, response: httpx.Response, content: bytes) -> Answer:
        sent_at = _date(response.headers.get("Date"))
        if sent_at is not None:
            self._clock.learn(sent_at)
        body: dict[str, Any] = {}
        if content:
            try:
                body = strict_object(content)
            except EnvelopeError as error:
                if response.is_success:
                    raise ServerAwayError(
                        f"{response.url} does not answer like our server: {error}"
                    ) from None
        return Answer(
            status=response.status_code,
            body=body,
            retry_after_s=_retry_after(response.headers.get("Retry-After"), self._clock),
        )


def read_problem(body: object) -> Problem | None:
    """Return the problem in ``body``, if it is one of our server's."""
    if not isinstance(body, dict) or not str(body.get("type", "")).startswith(URN):
        return None
    code = str(body.get("code") or body["type"][len(URN) :])
    words = [str(body.get("title") or code)]
    if body.get("detail"):
        words.append(str(body["detail"]))
    errors = body.get("errors")
    words.extend(
        f"{entry.get('field')}: {entry.get('message')}"
        for entry in (errors if isinstance(errors, list) else [])
        if isinstance(entry, dict)
    )
    return Problem(code, "; ".join(words))


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise MistakeError(f"ca_file {ca_file} cannot be used: {error}") from None


def _date(text: str | None) -> float | None:
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        return email.utils.parsedate_to_datetime(text or "").timestamp()
    return None


def _retry_after(text: str | None, clock: Clock) -> float | None:
    """Return the seconds of a Retry-After header, which may also be a date."""
    if text is None:
        return None
    at = _date(text)
    seconds = (
        float(text)
        if text.isascii() and text.isdigit()
        else at - clock.server_now()
        if at
        else None
    )
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_WAIT_S)
