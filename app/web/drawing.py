"""Icons and built files for templates: what the build wrote, found by name."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from flask import url_for
from markupsafe import Markup

STATIC: Final = Path(__file__).parent / "static"


class AssetsMissingError(RuntimeError):
    """The pages' assets were not built: ``make install`` does that."""


def _built(name: str) -> dict[str, str]:
    # Read again when the build wrote anew: an update must not leave pages without their styles.
    try:
        written = (STATIC / name).stat().st_mtime_ns
    except FileNotFoundError:
        raise AssetsMissingError("run make install to build the pages' assets") from None
    return _read(name, written)


@lru_cache(maxsize=2)
def _read(name: str, _written: int) -> dict[str, str]:
    found: Any = json.loads((STATIC / name).read_text("utf-8"))
    return dict(found)


def asset(name: str) -> str:
    """Return the address of the built file ``name``.

    Raises:
        AssetsMissingError: Nothing was built yet.
        KeyError: The build knows no such file.
    """
    return url_for("static", filename=_built("manifest.json")[name])


def built(name: str) -> Path:
    """Return where the built file ``name`` lies.

    Raises:
        AssetsMissingError: Nothing was built yet.
        KeyError: The build knows no such file.
    """
    return STATIC / _built("manifest.json")[name]


def icon(name: str) -> Markup:
    """Return the icon ``name`` as inline SVG; a word always stands beside it.

    Raises:
        AssetsMissingError: Nothing was built yet.
        KeyError: app/web/assets/icons.txt has no such name.
    """
    inner = Markup(_built("icons.json")[name])  # noqa: S704 - drawn by our own build
    return Markup(
        '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none"'
        ' stroke="currentColor" stroke-width="1.75" stroke-linecap="round"'
        ' stroke-linejoin="round" aria-hidden="true">{}</svg>'
    ).format(inner)
