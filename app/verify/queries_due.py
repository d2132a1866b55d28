"""What comes due where, and how much of what is to be verified is: sums of stored totals.

What ran out is taken out of service by the clock, so a rate of the scales in service alone would
always be a hundred per cent: suspended ones, and those that wait because they ran out, count too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.db.scope import within
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import State
from app.domain.scope import Scope
from app.models import Place, Region, Scale, ScaleCell, ScaleTotal
from app.standing.totals import is_legally
from app.verify.queries_campaigns import COMING

SOON, LATER = 30, 60
LIABLE: Final = (State.IN_SERVICE, State.READY, State.SUSPENDED)
MOST: Final = 300


@dataclass(frozen=True, slots=True)
class Due:
    """A region or place: how many scales are to be verified and are, how many come due when."""

    path: str
    name: str
    is_place: bool
    liable: int = 0
    verified: int = 0
    overdue: int = 0
    soon: int = 0
    later: int = 0

    @property
    def permille(self) -> int | None:
        """Verified of those that are to be, in thousandths; None where there is none."""
        return self.verified * 1000 // self.liable if self.liable else None


def nodes(session: Session, paths: Sequence[str]) -> list[tuple[str, str, bool]]:
    """Return path, name and whether it is a place, of regions and places at ``paths``."""
    found: list[tuple[str, str, bool]] = []
    for table in (Region, Place):
        rows = session.execute(select(table.path, table.name).where(table.path.in_(paths)))
        found += [(path, name, table is Place) for path, name in rows]
    return sorted(found)


def children(session: Session, path: str) -> list[tuple[str, str, bool]]:
    """Return the regions and places right below ``path``."""
    level = func.length(Region.path) - func.length(func.replace(Region.path, "/", ""))
    below = [
        (one, name, False)
        for one, name in session.execute(
            select(Region.path, Region.name)
            .where(within(Region.path, Scope((path,))), level == path.count("/") + 1)
            .order_by(Region.path)
            .limit(MOST)
        )
    ]
    # Also a place whose own region nobody registered.
    covered = Scope(tuple(one for one, _name, _place in below))
    places = session.execute(
        select(Place.path, Place.name)
        .where(within(Place.path, Scope((path,))), Place.path != path)
        .where(~within(Place.path, covered))
        .order_by(Place.path)
        .limit(MOST)
    )
    return below + [(one, name, True) for one, name in places]


def dues(session: Session, wanted: Sequence[tuple[str, str, bool]], today: date) -> list[Due]:
    """Return the figures of each of ``wanted``, in its order."""
    coming = ScaleTotal.state.in_(COMING)
    overdue = and_(coming, ScaleTotal.until_on < today)
    liable = or_(ScaleTotal.state.in_(LIABLE), overdue)
    first, last = today + timedelta(days=SOON), today + timedelta(days=LATER)
    verified = and_(liable, is_legally(ScaleTotal, LegalCode.VALID, today))
    columns = (
        _number(liable),
        _number(verified),
        _number(overdue),
        _number(and_(coming, ScaleTotal.until_on >= today, ScaleTotal.until_on <= first)),
        _number(and_(coming, ScaleTotal.until_on > first, ScaleTotal.until_on <= last)),
    )
    rows = session.execute(
        select(ScaleTotal.path, *columns)
        .where(ScaleTotal.path.in_([path for path, _name, _place in wanted]))
        .group_by(ScaleTotal.path)
    )
    sums = {path: tuple(map(int, numbers)) for path, *numbers in rows}
    return [
        Due(path, name, is_place, *sums.get(path, (0, 0, 0, 0, 0)))
        for path, name, is_place in wanted
    ]


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, ScaleTotal.number), else_=0)), 0)


def scales(scope: Scope, path: str, since: date | None, until: date) -> Select[Scale]:
    """Return the scales below ``path`` whose validity ends from ``since`` to ``until``."""
    found = (
        select(Scale)
        .join(ScaleCell, ScaleCell.scale_id == Scale.id)
        .where(
            within(Scale.path, scope),
            within(Scale.path, Scope((path,))),
            within(ScaleCell.path, Scope((path,))),
            ScaleCell.state.in_(COMING),
            ScaleCell.until_on <= until,
        )
        .options(joinedload(Scale.place), joinedload(Scale.stall), joinedload(Scale.model))
    )
    return found.where(ScaleCell.until_on >= since) if since else found
