"""The shell every page sits in: languages, headers, refusals, forgery guard, template words.

The factory calls `init_app` once, after it has set ``SECRET_KEY`` and before slices come.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from flask import Flask, request, url_for
from flask_wtf.csrf import CSRFProtect

from app.db.session import utcnow
from app.web import (
    drawing,
    errors,
    formats,
    i18n,
    meanings,
    navigation,
    request_log,
    security,
    step_up,
)
from app.web.flash_map import FlashMap
from app.web.requests import StrictRequest
from app.web.strict_json import SIZE
from app.web.words import firmware, scales, scripts
from app.web.words.say import say, say_fact

HERE: Final = Path(__file__).parent
API: Final = "/api/"

csrf: Final = CSRFProtect()


def init_app(app: Flask) -> None:
    """Give ``app`` everything its pages share."""
    app.request_class = StrictRequest
    app.static_folder = str(HERE / "static")
    app.template_folder = str(HERE / "templates")
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_CONTENT_LENGTH"] or SIZE
    # A tablet's page may stay open all day: the token lives as long as the session.
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_CHECK_DEFAULT=False)
    request_log.init_app(app)
    security.init_app(app)
    i18n.init_app(app)
    errors.init_app(app)
    csrf.init_app(app)
    app.before_request(_refuse_forged)
    _words(app)


def _refuse_forged() -> None:
    # The API takes bearer tokens and signatures, never the cookie: nothing to forge there.
    # An address that does not exist is a 404, whatever was sent there.
    if request.endpoint and not request.path.startswith(API):
        csrf.protect()


def _words(app: Flask) -> None:
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        asset=drawing.asset,
        icon=drawing.icon,
        say=say,
        say_fact=say_fact,
        meaning=meanings.meaning,
        advice=scales.ADVISORY,
        claim=firmware.LEVEL_CLAIM.__getitem__,
        script_words=scripts.words,
        flash_map_of=FlashMap.of,
        step_up_by=step_up.offered,
        opens=navigation.opens,
    )
    environment.filters.update(
        weight=formats.weight,
        integer=formats.integer,
        yuan=formats.yuan,
        day=formats.day,
        instant=_instant,
        instant_in_full=formats.instant_in_full,
        machine=_machine,
        duration=formats.duration,
        grouped=formats.grouped,
        address=formats.address,
        validity_left=_validity_left,
    )
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    return {
        "viewer": navigation.viewer(),
        "nav": navigation.menu(),
        "find_url": navigation.find_url(),
        "language": i18n.language(),
        "other_languages": _other_languages(),
    }


def _other_languages() -> list[tuple[str, str, str]]:
    """Return code, name and address of this page in the languages it is not shown in."""
    here = i18n.language()
    arguments = {**request.args.to_dict(), **(request.view_args or {})}
    found = []
    for code, name in i18n.LANGUAGES.items():
        if code != here:
            arguments["lang"] = code
            # A page answered to a form has no address of its own: the start page is one.
            there = request.endpoint if request.method in {"GET", "HEAD"} else None
            url = url_for(there, **arguments) if there else f"/?lang={code}"
            found.append((code, name, url))
    return found


def _instant(at: datetime) -> str:
    return formats.instant(at, utcnow())


def _machine(when: datetime | date) -> str:
    return formats.machine(when) if isinstance(when, datetime) else when.isoformat()


def _validity_left(until: date) -> int:
    """Return how much of a year's validity is left, in percent: the dial of the seal."""
    today = utcnow().astimezone(formats.SHANGHAI).date()
    return max(0, min(100, ((until - today).days + 1) * 100 // 365))
