"""What an address asks: which scales, of those inside the caller's regions."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure.replacement.figures import Asked
from app.db.scope import within
from app.domain.scope import Scope
from app.models import Place, Region, RegionKind

FIELDS: Final = ("region", "place", "model", "net", "day")
LONGEST: Final = 120
NETWORK: Final = {"1": True, "0": False}
WIDE: Final = (RegionKind.PROVINCE, RegionKind.CITY, RegionKind.COUNTY)


def asked(session: Session, scope: Scope, given: Mapping[str, str]) -> Asked:
    """Return what ``given`` asks inside ``scope``; what lies outside or is nothing asks nothing."""
    region = given.get("region", "")
    narrowed = Scope((region,)) if _is_region(region) and scope.holds(region) else scope
    return Asked(
        scope=narrowed,
        place=_place(session, narrowed, given.get("place", "")),
        model=given.get("model", ""),
        networked=NETWORK.get(given.get("net", "")),
        last_day=_day(given.get("day", "")),
    )


def carried(given: Mapping[str, str]) -> dict[str, str]:
    """Return the filters that an address holds."""
    found = {name: given.get(name, "").strip()[:LONGEST] for name in FIELDS}
    return {name: value for name, value in found.items() if value}


def regions(session: Session, scope: Scope) -> list[tuple[str, str]]:
    """Return the regions to choose among, by path: down to counties."""
    rows = session.execute(
        select(Region.path, Region.name)
        .where(within(Region.path, scope), Region.kind.in_(WIDE))
        .order_by(Region.path)
    )
    return [(path, name) for path, name in rows]


def named(session: Session, paths: Iterable[str]) -> dict[str, str]:
    """Return the names of regions and places by path; a path without one names itself."""
    wanted = list(paths)
    found = dict.fromkeys(wanted, "")
    for table in (Region, Place):
        rows = session.execute(select(table.path, table.name).where(table.path.in_(wanted)))
        found |= {path: name for path, name in rows}  # noqa: C416 - rows are no pairs to mypy
    return {path: name or path for path, name in found.items()}


def _is_region(text: str) -> bool:
    return len(text) > 1 and text.startswith("/") and text.endswith("/")


def _place(session: Session, scope: Scope, uid: str) -> Place | None:
    if not uid:
        return None
    return session.scalar(select(Place).where(Place.uid == uid, within(Place.path, scope)))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
