"""How a refusal leaves the server: a page in words, or problem+json (RFC 9457).

The statuses and sentences stand in ``app.web.refusals``. Nothing of the request, of a
traceback or of the database is ever repeated; the number shown finds it in the log.
"""

import json
from typing import Any, Final

import structlog
from flask import Flask, Response, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, NoResultFound, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.domain.errors import DomainError
from app.web.access import maybe_caller, recall
from app.web.i18n import is_public
from app.web.refusal import Refusal
from app.web.refusals import CSRF, of_code, of_status
from app.web.words.say import say_obstacle

PROBLEM: Final = "application/problem+json"
SERVER_ERROR: Final = 500
RETRY_S: Final = "5"
RETRIED: Final = frozenset({429, 503})
# Facts of an error that programs may read; all others stay inside.
SHOWN: Final = ("errors", "obstacles")
# What HTTP itself refuses and we do too has one code, whoever noticed first.
OURS: Final = {408: "request_timeout", 413: "body_too_large", 429: "too_many_requests"}
# Errors of the database that are no fault of ours.
CODES: Final = {NoResultFound: "not_found", StaleDataError: "conflict", IntegrityError: "conflict"}


def init_app(app: Flask) -> None:
    """Teach ``app`` to show refusals."""
    app.register_error_handler(DomainError, answer)
    for kind in CODES:
        app.register_error_handler(kind, _database)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def status_of(code: str) -> int:
    """Return the HTTP status of a refusal with ``code``."""
    return of_code(code).status


def problem(error: DomainError) -> dict[str, Any]:
    """Return the problem document of ``error``: also for one item of a batch."""
    return _problem(error.code, of_code(error.code), error.facts)


def wants_problem() -> bool:
    """Return whether a program asks rather than a person."""
    if request.path.startswith("/api/v1"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", PROBLEM])
    return best in {"application/json", PROBLEM}


def answer(error: DomainError) -> Response:
    """Return how ``error`` leaves the server: a page, or a problem document."""
    return _show(error.code, of_code(error.code), error.facts)


def _database(error: Exception) -> Response:
    code = next(code for kind, code in CODES.items() if isinstance(error, kind))
    if code == "conflict":
        structlog.get_logger().warning("conflict", exc_info=error, request_id=g.get("request_id"))
    return _show(code, of_code(code), {})


def _busy(error: OperationalError) -> Response:
    structlog.get_logger().error("database", exc_info=error, request_id=g.get("request_id"))
    return _show("busy", of_status(503), {})


def _csrf(_error: CSRFError) -> Response:
    return _show("form_expired", CSRF, {})


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:  # noqa: PLR2004 - redirects are no refusals
        return Response.force_type(error.get_response())  # type: ignore[return-value]  # cls
    code = OURS.get(error.code) or error.name.lower().replace(" ", "_")
    response = _show(code, of_status(error.code), {}, error.code)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    structlog.get_logger().error("unexpected", exc_info=error, request_id=g.get("request_id"))
    return _show("internal_server_error", of_status(SERVER_ERROR), {})


def _show(
    code: str, refusal: Refusal, facts: dict[str, object], status: int | None = None
) -> Response:
    status = status or refusal.status
    if wants_problem():
        body = json.dumps(_problem(code, refusal, facts, status), ensure_ascii=False)
        response = Response(body, status, content_type=PROBLEM)
    else:
        response = Response(_page(code, refusal, status, facts), status, content_type="text/html")
    if status in RETRIED:
        response.headers["Retry-After"] = str(facts.get("retry_after", RETRY_S))
    return response


def _problem(
    code: str, refusal: Refusal, facts: dict[str, object], status: int | None = None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": f"urn:wutong:{code}",
        "title": str(refusal.said),
        "status": status or refusal.status,
        "code": code,
    }
    if refusal.to_do:
        found["detail"] = str(refusal.to_do)
    found |= {name: facts[name] for name in SHOWN if name in facts}
    if g.get("request_id"):
        found["instance"] = f"urn:wutong:request:{g.request_id}"
    return found


def _page(code: str, refusal: Refusal, status: int, facts: dict[str, object]) -> str:
    """Return the page of a refusal: in the frame of whoever is signed in, where there is one."""
    obstacles = facts.get("obstacles")
    words = {
        "refusal": refusal,
        "status": status,
        "code": code,
        "why": [say_obstacle(each) for each in obstacles] if isinstance(obstacles, list) else [],
    }
    try:
        if _is_framed(status):
            return render_template("error.html", layout="base.html", **words)
    except Exception as error:  # noqa: BLE001 - a refusal never fails itself
        structlog.get_logger().error("frame", exc_info=error, request_id=g.get("request_id"))
    g.caller = None  # nothing more is asked of what may be ill
    return render_template("error.html", layout="public_base.html", **words)


def _is_framed(status: int) -> bool:
    """Return whether somebody signed in reads the refusal; asks no database that may be ill."""
    if is_public():
        return False
    if status >= SERVER_ERROR:
        g.place = ""  # the one thing in the frame that is asked of the database
    else:
        recall()
    found = maybe_caller()
    return found is not None and not found.half_in
