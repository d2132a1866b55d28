"""The API's own description: as OpenAPI, and as a page served from here, without any CDN."""

from typing import Any, Final

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter

from app.web.access import Audience, access
from app.web.api_openapi import codes_of, document

EXTENSION: Final = "wutong_openapi"

bp = Blueprint("api", __name__)


class UidConverter(BaseConverter):
    """A UUIDv7 in its canonical form; anything else is no such path."""

    regex = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


class Sha256Converter(BaseConverter):
    """A SHA-256 in hex."""

    regex = "[0-9a-f]{64}"


def init_app(app: Flask) -> None:
    """Teach ``app`` the converters and serve the description; before any other blueprint."""
    app.url_map.converters |= {"uid": UidConverter, "sha256": Sha256Converter}
    app.register_blueprint(bp)


def openapi() -> dict[str, Any]:
    """Return the document of the current application, made once."""
    if EXTENSION not in current_app.extensions:
        current_app.extensions[EXTENSION] = document(current_app)
    found: dict[str, Any] = current_app.extensions[EXTENSION]
    return found


@bp.get("/api/v1/openapi.json")
@access(Audience.PUBLIC)
def description() -> Response:
    """Everything under /api/v1, as OpenAPI 3.1."""
    return jsonify(openapi())


@bp.get("/api/docs")
@access(Audience.PUBLIC)
def docs() -> ResponseReturnValue:
    """The same for people."""
    found = openapi()
    return render_template(
        "api/docs.html",
        operations=[
            {"path": path, "method": method, **operation}
            for path, methods in found["paths"].items()
            for method, operation in methods.items()
        ],
        tags=[tag["name"] for tag in found["tags"]],
        schemas=found["components"]["schemas"],
        about=found["info"]["description"],
        codes=codes_of(current_app),
    )
