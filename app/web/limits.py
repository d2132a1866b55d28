"""How much one caller may send: rates and bodies, by route. The table is here, the rest is code.

Pages and addresses that anybody may read are not counted: a market's visitors share one
address. What is tried there (numbers, passwords, codes) is.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Flask, current_app, request

from app.db.session import utcnow
from app.domain.errors import DomainError
from app.web.access import Audience, maybe_caller, rule_of
from app.web.counters import Counters, Rate
from app.web.database import installation
from app.web.identity import API, bearer
from app.web.strict_json import SIZE
from app.web.uploads import PHOTO_SIZE

EXTENSION: Final = "wutong_counters"
FILE: Final = "rates"
READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
READ: Final = Rate(1200)
WRITE: Final = Rate(600)
UPLOAD: Final = Rate(60)
DRAWN: Final = Rate(30)
LOOKED_UP: Final = Rate(300)
TYPED: Final = Rate(30)
KNOCK: Final = Rate(300)  # a whole office signs in from one address
# A station empties a week's spool as fast as the intake takes it; this only ends a runaway.
STATION: Final = Rate(30_000)

RATES: Final[Mapping[str, Rate]] = MappingProxyType(
    {
        "accounts.enter": KNOCK,
        "accounts.set_new_password": KNOCK,
        "attest_api.agent.enrol": DRAWN,
        "attest_api.references.look_into": UPLOAD,
        "attest_api.references.submit": UPLOAD,
        "configure.save_photo": UPLOAD,
        "configure_api.scales.put_photo": UPLOAD,
        "imports.send": UPLOAD,
        "manage_api.scan": LOOKED_UP,
        "chosen.labels": DRAWN,
        "papers.issue": UPLOAD,
        "papers_api.issue": LOOKED_UP,
        "portal.sheet": DRAWN,
        "portal_api.sheet": DRAWN,
        "references.look": UPLOAD,
        "references.submit": UPLOAD,
        "replacement.printed": DRAWN,
        "replacement.table": DRAWN,
        "replacement.workbook": DRAWN,
        "scan.look_up": LOOKED_UP,
        "campaign_papers.look": UPLOAD,
        "campaign_papers.notices": DRAWN,
        "campaign_papers.sheet": DRAWN,
        "tables.as_csv": DRAWN,
        "tables.as_xlsx": DRAWN,
        "tables.chosen": DRAWN,
        "uploads.as_csv": DRAWN,
        "uploads.as_xlsx": DRAWN,
    }
)
# Longest bodies of what is not a JSON document or a form of words.
FORM: Final = 64 * 1024
BODIES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "configure.save_photo": PHOTO_SIZE + FORM,
        "configure_api.scales.put_photo": PHOTO_SIZE,
        "drafts.save": 2 * FORM,  # six hundred readings
    }
)


class TooManyRequestsError(DomainError):
    """More requests than this route takes from one caller; the caller is told when to go on."""

    code = "too_many_requests"


def init_bodies(app: Flask) -> None:
    """Say of every request how long it may be; comes before anything that reads a body."""

    @app.before_request
    def limit() -> None:
        if request.endpoint is not None:
            _limit_body(request.endpoint)


def init_rates(app: Flask) -> None:
    """Hold every request of ``app`` to its rate; comes after access, so callers are known."""
    app.extensions[EXTENSION] = Counters(app.extensions["wutong"].settings.home / FILE)

    @app.before_request
    def hold() -> None:
        rate = _rate(request.endpoint) if request.endpoint is not None else None
        if request.endpoint is not None and rate is not None:
            spend(request.endpoint, rate)


def spend(what: str, rate: Rate) -> None:
    """Count one request of the caller for ``what``.

    Raises:
        TooManyRequestsError: It is one too many; ``retry_after`` says when the next may come.
    """
    percent = installation().settings.rates
    if not percent:
        return
    counters: Counters = current_app.extensions[EXTENSION]
    wait = counters.hit(f"{what}\0{_who()}", rate * percent, utcnow().timestamp())
    if wait:
        raise TooManyRequestsError("too many requests", retry_after=wait)


def _who() -> str:
    """Return who is counted: the person, whatever the token; a station; else the address."""
    caller = maybe_caller()
    return caller.uid if caller else bearer() or request.remote_addr or ""


def _rate(endpoint: str) -> Rate | None:
    if endpoint in RATES:
        return RATES[endpoint]
    rule = rule_of(current_app, endpoint)
    if rule is None or rule.audience is Audience.PUBLIC:
        return None
    if rule.audience is Audience.STATION:
        return STATION
    return READ if request.method in READS else WRITE


def _limit_body(endpoint: str) -> None:
    """Say how much may be sent, before anything is read; a route that said so itself is kept."""
    if endpoint in BODIES:
        request.max_content_length = BODIES[endpoint]
    usual = current_app.config["MAX_CONTENT_LENGTH"]
    is_json = request.path.startswith(API) and not endpoint.startswith("attest_api.")
    if is_json and request.max_content_length == usual:
        request.max_content_length = SIZE
