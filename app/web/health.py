"""Liveness, readiness and metrics: for whoever runs the machine."""

import ipaddress
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.config import Network
from app.db import schema
from app.models import LedgerHead
from app.web import request_log
from app.web.access import Audience, ForbiddenError, access
from app.web.database import installation, reading

bp = Blueprint("health", __name__)
FONTS: Final = Path(__file__).parents[1] / "portal/fonts"
REQUESTS: Final = Counter("wutong_requests", "Requests answered", ["endpoint", "status"])
SECONDS: Final = Histogram("wutong_request_seconds", "Time to answer", ["endpoint"])


@bp.get("/healthz")
@access(Audience.PUBLIC)
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
@access(Audience.PUBLIC)
def readyz() -> ResponseReturnValue:
    """Say whether everything is there that work needs; 503 and which part where not."""
    parts = {name: _holds(check) for name, check in CHECKS.items()}
    ready = all(parts.values())
    return jsonify(status="ready" if ready else "not_ready", checks=parts), 200 if ready else 503


@bp.get("/metrics")
@access(Audience.PUBLIC)
def metrics() -> ResponseReturnValue:
    """Return Prometheus' numbers, to this machine and to the networks that were named."""
    # A proxy on this machine asks for somebody else, and says so.
    networks = installation().settings.metrics_from
    if "X-Forwarded-For" in request.headers or not _may_read(request.remote_addr, networks):
        raise ForbiddenError("metrics are for this machine")
    if installation().settings.metrics is None:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's own
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def init_app(app: Flask) -> None:
    """Count and time every request of ``app``."""
    app.register_blueprint(bp)
    request_log.init_app(app)

    @app.after_request
    def end(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        REQUESTS.labels(endpoint, response.status_code).inc()
        SECONDS.labels(endpoint).observe(request_log.seconds())
        return response


def _may_read(address: str | None, networks: tuple[Network, ...]) -> bool:
    try:
        asking = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    return asking.is_loopback or any(asking in network for network in networks)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (SQLAlchemyError, OSError):
        return False


def _database() -> bool:
    with reading() as session:
        return session.scalar(select(1)) == 1


def _migrations() -> bool:
    work = installation()
    return schema.current(work.database) == schema.newest(work.settings.database_url)


def _ledger() -> bool:
    with reading() as session:
        return session.scalar(select(LedgerHead.size)) is not None


def _fonts() -> bool:
    return any(FONTS.glob("*.ttf"))


CHECKS: Final[Mapping[str, Callable[[], bool]]] = MappingProxyType(
    {"database": _database, "migrations": _migrations, "ledger": _ledger, "fonts": _fonts}
)
