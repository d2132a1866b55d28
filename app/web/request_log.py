"""One line in the log for each request: which route, by whom, how it ended, how long it took."""

import re
import time
import uuid
from typing import Final

import structlog
from flask import Flask, Response, g, request, request_started

from app.web.access import Caller

# Asked every few seconds by whoever watches; only their failures are news.
WATCHED: Final = frozenset({"static", "health.healthz", "health.readyz", "health.metrics"})
FAILED: Final = 400
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Number each request of ``app`` and write a line for it, however early it is refused."""
    # A signal and not a hook: hooks that come before may refuse, and then the others do not run.
    request_started.connect(_begin, app)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        if request.endpoint not in WATCHED or response.status_code >= FAILED:
            _write(response.status_code)
        return response


def _begin(_app: Flask, **_extra: object) -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex[:16]
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def seconds() -> float:
    """Return how long the present request has taken so far."""
    now = time.perf_counter()
    return now - float(g.get("began", now))


def _write(status: int) -> None:
    caller: Caller | None = g.get("caller")
    structlog.get_logger().info(
        "request",
        method=request.method if request.method in METHODS else "",
        # The rule and not the address: addresses hold tokens, names and what was searched for.
        route=request.url_rule.rule if request.url_rule else "",
        status=status,
        ms=round(seconds() * 1000, 1),
        **({"person": caller.uid} if caller else {}),
    )
