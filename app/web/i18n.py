"""Which language a page speaks: Chinese first, English second.

Signed-in pages go by the choice a person made (cookie ``lang``), public pages and the API
by ``?lang=`` or the browser's own wish, because they keep no cookie.
"""

from pathlib import Path
from typing import Final

from flask import Flask, Response, g, request
from flask_babel import Babel

LANGUAGES: Final = {"zh": "中文", "en": "English"}
DEFAULT: Final = "zh"
COOKIE: Final = "lang"
YEAR_S: Final = 365 * 24 * 3600
TRANSLATIONS: Final = Path(__file__).parent / "translations"
# Read by people who never signed in, or by programs: no cookie is set or asked there.
WITHOUT_COOKIE: Final = ("/t/", "/api/v1/")


def init_app(app: Flask) -> None:
    """Teach ``app`` to speak two languages."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    Babel(app, locale_selector=language)
    app.after_request(_remember)


def language() -> str:
    """Return the language of this request: ``zh`` or ``en``."""
    chosen = request.args.get("lang", "")
    if chosen in LANGUAGES:
        return chosen
    if is_public():
        return request.accept_languages.best_match(LANGUAGES, DEFAULT) or DEFAULT
    kept = request.cookies.get(COOKIE, "")
    return kept if kept in LANGUAGES else DEFAULT


def is_public() -> bool:
    """Return whether this page is read without signing in and without a cookie."""
    return request.path.startswith(WITHOUT_COOKIE) or bool(g.get("public"))


def _remember(response: Response) -> Response:
    """Keep the language a person chose on a page of ours."""
    chosen = request.args.get("lang", "")
    if chosen in LANGUAGES and not is_public() and chosen != request.cookies.get(COOKIE):
        response.set_cookie(
            COOKIE, chosen, max_age=YEAR_S, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response
