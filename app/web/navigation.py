"""The menu: the sections of the program, and which of them this person may open."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from flask import current_app, g, url_for
from flask.sansio.app import App
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain.roles import Role
from app.models import Region
from app.web import access
from app.web.database import reading
from app.web.words.say import say

# Key: words and icon, in the order of the menu.
SECTIONS: Final[Mapping[str, tuple[Any, str]]] = MappingProxyType(
    {
        "scan": (_l("Scan"), "scan"),
        "scales": (_l("Scales"), "scale"),
        "worksheets": (_l("Worksheets"), "file-certificate"),
        "signing": (_l("To be signed"), "certificate"),
        "campaigns": (_l("Campaigns"), "list-check"),
        "appeals": (_l("Arbitration"), "hand-stop"),
        "checks": (_l("Checks"), "eye"),
        "findings": (_l("Findings"), "flag"),
        "references": (_l("Programs"), "binary"),
        "rules": (_l("Rule sets"), "versions"),
        "standards": (_l("Standards and marks"), "rosette-discount-check"),
        "stations": (_l("Stations"), "server"),
        "tags": (_l("Tags"), "qrcode"),
        "replacement": (_l("Replacement"), "calendar-event"),
        "last_days": (_l("Last days"), "calendar-event"),
        "ledger": (_l("Ledger"), "history"),
        "people": (_l("People"), "users"),
    }
)
EXTENSION: Final = "wutong_sections"
NARROWED: Final = "wutong_sections_of_some"
FIND: Final = "find.find"
MOST_PLACES: Final = 3


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu."""

    key: str
    label: str
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who sits before the screen, as the coloured bar says it; on a shared device it locks."""

    name: str
    role: str
    place: str
    shared: bool = False


def add_section(app: App, key: str, endpoint: str, *only: Role) -> None:
    """Show section ``key`` to everybody who may open ``endpoint``, or to ``only`` these."""
    app.extensions.setdefault(EXTENSION, {})[key] = endpoint
    app.extensions.setdefault(NARROWED, {})[key] = frozenset(only)


def menu() -> list[Item]:
    """Return the sections open to the caller, in the order of `SECTIONS`."""
    endpoints = current_app.extensions.get(EXTENSION, {})
    return [
        Item(key, str(label), icon, url_for(endpoints[key]))
        for key, (label, icon) in SECTIONS.items()
        if key in endpoints and _may_open(endpoints[key]) and _is_meant(key)
    ]


def opens(endpoint: str) -> bool:
    """Return whether the caller may open ``endpoint``."""
    return _may_open(endpoint)


def viewer() -> Viewer | None:
    """Return who is signed in, as what, and where."""
    found = access.maybe_caller()
    if found is None or found.half_in:
        return None
    roles = "、".join(say(role) for role in sorted(found.roles))
    place = g.place if "place" in g else _places(found)
    return Viewer(found.name, roles, place, found.shared)


def find_url() -> str | None:
    """Return the address of the one search box, or None where the caller finds nothing."""
    there = FIND in current_app.view_functions and _may_open(FIND)
    return url_for(FIND) if there else None


def _places(found: access.Caller) -> str:
    """Return the names of the regions the caller acts in, the first few of them."""
    paths = sorted({path for _role, path in found.grants})[:MOST_PLACES]
    with reading() as session:
        rows = select(Region.path, Region.name).where(Region.path.in_(paths))
        names = {path: name for path, name in session.execute(rows)}  # noqa: C416 - typed rows
    return "、".join(names[path] for path in paths if path in names)


def _is_meant(key: str) -> bool:
    """Return whether a section that is read by many stands in this person's menu."""
    only, found = current_app.extensions[NARROWED][key], access.maybe_caller()
    return not only or (found is not None and bool(only & found.roles))


def _may_open(endpoint: str) -> bool:
    found, rule = access.maybe_caller(), access.rule_of(current_app, endpoint)
    if found is None or rule is None or found.half_in:
        return False
    return not rule.roles or bool(rule.roles & found.roles)
