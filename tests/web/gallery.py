"""A page with every part of the shell on it: to look at, and to test. Never shipped."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
from flask import Flask, abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.db.session import utcnow
from app.domain.advisories import AdvisoryCode
from app.domain.calendar import local_date
from app.domain.evidence import Level, LevelReason
from app.domain.legal_status import ARTICLES, LegalCode, LegalReason
from app.domain.lifecycle import Action, IllegalTransitionError, State
from app.domain.public_status import PublicStatus
from app.domain.roles import Role
from app.domain.verdicts import Verdict
from app.web import navigation, shell
from app.web.access import Audience, Caller, access
from app.web.flash_map import FlashMap

HERE = Path(__file__).parent
PERSON = Caller(1, "u", "王秀兰", "wang", ((Role.MANAGER, "/32/"),))


def make_app() -> Flask:
    """Return an application with the shell, the gallery and some pages that go wrong."""
    app = Flask("gallery")
    app.config.update(SECRET_KEY="only for tests", TESTING=False, PROPAGATE_EXCEPTIONS=False)
    shell.init_app(app)
    assert app.jinja_loader is not None
    app.jinja_loader = jinja2.ChoiceLoader(  # the gallery's own beside ours
        [app.jinja_loader, jinja2.FileSystemLoader(HERE / "templates")]
    )
    app.jinja_env.loader = app.jinja_loader
    app.jinja_env.undefined = jinja2.StrictUndefined
    _routes(app)
    for key in navigation.SECTIONS:
        navigation.add_section(app, key, "gallery")
    return app


def _routes(app: Flask) -> None:
    app.before_request(_sign_in)
    app.add_url_rule("/gallery", "gallery", access(Audience.SIGNED_IN)(gallery))
    app.add_url_rule("/gallery", "post", _post, methods=["POST"])
    app.add_url_rule("/t/<tag>", "public", _public)
    app.add_url_rule("/gallery/<int:code>", "refuse", abort)
    app.add_url_rule("/gallery/broken", "broken", _broken)
    app.add_url_rule("/gallery/illegal", "illegal", _illegal)
    app.add_url_rule("/gallery/photo", "photo", _post, methods=["PUT"])
    app.add_url_rule("/api/v1/illegal", "api_illegal", _illegal)
    app.add_url_rule("/api/v1/broken", "api_broken", _broken)
    app.add_url_rule("/api/v1/echo", "echo", _echo, methods=["POST"])


def _sign_in() -> None:
    if request.path.startswith("/gallery"):
        g.caller, g.place = PERSON, "崇川区 · 学田农贸市场"


def gallery() -> str:
    """Return the page with every part."""
    return render_template("gallery.html", **contents())


def _post() -> ResponseReturnValue:
    flash("已记录", "valid")
    return redirect("/gallery", 303)


def _public(tag: str) -> str:
    return render_template("gallery_public.html", public=PublicStatus(tag), until=date(2027, 3, 4))


def _broken() -> ResponseReturnValue:
    raise ValueError("a secret inside")


def _illegal() -> ResponseReturnValue:
    raise IllegalTransitionError(State.RETIRED, Action.DEPLOY)


def _echo() -> ResponseReturnValue:
    found: dict[str, Any] = request.get_json()
    return found


def contents() -> dict[str, Any]:
    """Return believable things for every macro."""
    now = utcnow()
    return {
        "now": now,
        "until": local_date(now + timedelta(days=101)),
        "since": date(2026, 11, 20),
        "states": list(State),
        "actions": list(Action),
        "legal": list(LegalCode),
        "advisories": [AdvisoryCode.DUE_SOON, AdvisoryCode.FIRMWARE_MISMATCH],
        "cards": cards(local_date(now)),
        "entries": entries(now),
        "levels": list(Level),
        "missing": [LevelReason.STRAP_NOT_DRIVEN, LevelReason.RESET_NOT_DRIVEN],
        "digest_text": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "flash": FlashMap.of(
            0x08000000,
            65536,
            differing=[(0x08001A40, 0x08001C10), (0x0800C000, 0x0800C080)],
            unread=[(0x0800F000, 0x08010000)],
            ignored=[(0x0800E000, 0x0800E800)],
        ),
        "ranges": [
            SimpleNamespace(start=0x08001A40, end=0x08001C10, words="代码"),
            SimpleNamespace(start=0x0800C000, end=0x0800C080, words=None),
        ],
        "chips": [*State, *Verdict],
        "reasons": [LegalReason(code, article) for code, article in list(ARTICLES.items())[:2]],
    }


def cards(today: date) -> list[SimpleNamespace]:
    """Return three scales for a list."""
    rows = (
        ("A-0017", State.SUSPENDED, LegalCode.VALID, (AdvisoryCode.FIRMWARE_MISMATCH,)),
        ("A-0018", State.IN_SERVICE, LegalCode.VALID, ()),
        ("B-0102", State.AWAITING_VERIFICATION, LegalCode.OVERDUE, (AdvisoryCode.NO_TAG,)),
    )
    return [
        SimpleNamespace(
            url="#",
            number=number,
            model="ACS-15 / 大华",
            ranges="15 kg · e = 5 g",
            where="学田农贸市场 · 蔬菜 12 号 · 李建国",
            state=state,
            legal=legal,
            until=today + timedelta(days=101),
            advisories=codes,
            photo=None,
            rests=False,
        )
        for number, state, legal, codes in rows
    ]


def entries(now: datetime) -> list[SimpleNamespace]:
    """Return a story of four steps."""
    rows = (
        (0, "程序读出，与备案不一致；已暂停使用。", "stopped", "检测台 1 号"),
        (26, "发放给蔬菜 12 号，李建国。", None, "王秀兰"),
        (500, "检定合格，有效期至2027年3月4日。", "valid", "南通市计量检定所"),
        (9000, "登记。", None, "王秀兰"),
    )
    return [
        SimpleNamespace(
            at=now.astimezone(UTC) - timedelta(hours=hours),
            sentence=Markup.escape(sentence),
            by=by,
            kind=kind,
            photo=None,
            detail="读取两遍，65,536 字节" if not hours else None,
        )
        for hours, sentence, kind, by in rows
    ]
