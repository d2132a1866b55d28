"""Liveness, readiness and metrics: for whoever runs the machine."""

import ipaddress
from typing import Final

from flask import Blueprint, Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from app.config import Network
from app.db.session import utcnow
from app.web import readiness, request_log
from app.web.access import Audience, ForbiddenError, access
from app.web.database import installation
from app.web.gauges import Gauges
from app.web.readiness import Level

bp = Blueprint("health", __name__)
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
    """Say whether everything is there that work needs; 503, which part and why where not."""
    work = installation()
    found = readiness.look(work.settings, work.database)
    reasons = {one.part: " ".join(one.words(gettext)) for one in found if one.level is Level.BAD}
    checks = {one.part: one.part not in reasons for one in found}
    if reasons:
        return jsonify(status="not_ready", checks=checks, reasons=reasons), 503
    return jsonify(status="ready", checks=checks)


@bp.get("/metrics")
@access(Audience.PUBLIC)
def metrics() -> ResponseReturnValue:
    """Return Prometheus' numbers, to this machine and to the networks that were named."""
    # A proxy on this machine asks for somebody else, and says so.
    networks = installation().settings.metrics_from
    if "X-Forwarded-For" in request.headers or not _may_read(request.remote_addr, networks):
        raise ForbiddenError("metrics are for this machine")
    work = installation()
    counted = REGISTRY
    if work.settings.metrics is not None:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]  # the library's own
    state = CollectorRegistry(auto_describe=False)
    state.register(Gauges(work, utcnow()))
    numbers = generate_latest(counted) + generate_latest(state)
    return Response(numbers, content_type=CONTENT_TYPE_LATEST)


def init_app(app: Flask) -> None:
    """Count and time every request of ``app``."""
    app.register_blueprint(bp)

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
