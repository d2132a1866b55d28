"""How many scales there are of each kind: stored sums, true in the transaction of every change.

Database triggers keep them (see the migrations): a cell for each scale says what counts of it,
a total for each node of the region tree says how many cells of one kind lie below. What
depends on the day is kept as days, so that the answer of any day is a sum.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    case,
    column,
    delete,
    func,
    insert,
    or_,
    select,
    table,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.domain.legal_status import LegalCode
from app.domain.lifecycle import State
from app.domain.phase_out import STANDS_IN
from app.domain.scope import Scope
from app.models import ScaleCell, ScaleTotal, TransitionRule

Kept = type[ScaleCell] | type[ScaleTotal]
KIND: Final = ("state", "verdict", "legal", "from_on", "until_on", "phase_on")
CELL: Final = ("scale_id", "path", "uid", *KIND, "market_key")
LIVE: Final = table("scale_cell_live", *(column(name) for name in CELL))
AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Tally:
    """How many scales are in one state, of one legal status, with one verdict ('' for none).

    Attributes:
        path: Where they are; '' where that was not asked.
    """

    state: State
    legal: LegalCode
    verdict: str
    number: int
    path: str = ""


def tallies(session: Session, scope: Scope, today: date) -> list[Tally]:
    """Return how many scales of each kind lie inside ``scope`` on ``today``."""
    rows = select(*_of_day(ScaleTotal, today), func.sum(ScaleTotal.number))
    rows = rows.where(ScaleTotal.path.in_(outermost(scope)))
    return _told(session, rows.group_by(*_BY))


def numbers_of_places(
    session: Session, paths: Sequence[str], conditions: Sequence[ColumnElement[bool]]
) -> dict[str, int]:
    """Return how many scales that fit ``conditions`` (on `ScaleTotal`) each place has, by path."""
    rows = session.execute(
        select(ScaleTotal.path, func.sum(ScaleTotal.number))
        .where(ScaleTotal.path.in_(paths), *conditions)
        .group_by(ScaleTotal.path)
    )
    return {path: number for path, number in rows}  # noqa: C416 - rows are no pairs to mypy


def tallies_of_scales(session: Session, ids: Sequence[int], today: date) -> list[Tally]:
    """Return the same of some scales, by place."""
    rows = select(*_of_day(ScaleCell, today), func.count(), ScaleCell.path)
    rows = rows.where(ScaleCell.scale_id.in_(ids))
    return _told(session, rows.group_by(*_BY, ScaleCell.path))


# By name: PostgreSQL takes an expression with parameters, written twice, for two.
_BY: Final = ("of_state", "of_legal", "of_verdict")


def _of_day(kept: Kept, today: date) -> tuple[Any, ...]:
    found = (kept.state, legal_on(kept, today), kept.verdict)
    return tuple(one.label(name) for one, name in zip(found, _BY, strict=True))


def _told(session: Session, rows: Select[Any]) -> list[Tally]:
    return [Tally(state, LegalCode(code), *rest) for state, code, *rest in session.execute(rows)]


def outermost(scope: Scope) -> list[str]:
    """Return the paths of ``scope`` without those inside others: nothing is counted twice."""
    paths = sorted(set(scope.paths))
    return [
        path
        for path in paths
        if not any(path != other and path.startswith(other) for other in paths)
    ]


def legal_on(kept: Kept, today: date) -> ColumnElement[str]:
    """Return the legal status of ``kept`` on ``today``, as ``legal_status`` would answer."""
    return case(
        (kept.until_on < today, LegalCode.OVERDUE.value),
        (_type_ended(kept, today), LegalCode.TYPE_PHASE_OUT.value),
        (kept.from_on > today, LegalCode.UNKNOWN.value),
        else_=kept.legal,
    )


def is_legally(kept: Kept, code: LegalCode, today: date) -> ColumnElement[bool]:
    """Return the same as a condition that an index can serve."""
    ended = _type_ended(kept, today)
    in_time = and_(kept.until_on >= today, ~ended)
    if code is LegalCode.OVERDUE:
        return kept.until_on < today
    if code is LegalCode.TYPE_PHASE_OUT:
        return and_(ended, kept.until_on >= today)
    if code is LegalCode.UNKNOWN:
        return and_(in_time, or_(kept.legal == code.value, kept.from_on > today))
    if code is LegalCode.VALID:
        return and_(kept.legal == code.value, in_time, kept.from_on <= today)
    return kept.legal == code.value


def _type_ended(kept: Kept, today: date) -> ColumnElement[bool]:
    """Return whether the type may serve no longer: by its own last day, or by the rules."""
    kinds = (
        (
            and_(TransitionRule.generation == generation, TransitionRule.networked == networked),
            on,
        )
        for (generation, networked), on in STANDS_IN.items()
    )
    by_rule = select(case(*kinds)).where(TransitionRule.last_day < today).correlate(None)
    return or_(kept.phase_on < today, kept.phase_on.in_(by_rule))


def totals_drift(session: Session) -> list[str]:
    """Return what the stored cells and totals say wrongly, in words; empty is as it should be."""
    wrong = [f"cell of scale {row[0]}" for row in session.execute(_differing_cells())]
    stored = {
        (row[0], *row[1:-1]): row[-1]
        for row in session.execute(select(ScaleTotal.path, *_kind(ScaleTotal), ScaleTotal.number))
    }
    for key, number in _summed(session).items():
        if stored.pop(key, 0) != number:
            wrong.append(f"total of {key[0]}")
    return wrong + [f"total of {key[0]}" for key in stored]


def rebuild_totals(session: Session) -> None:
    """Work out every cell and total anew: a repair, in one transaction."""
    fresh = select(*(LIVE.c[name] for name in CELL))
    dialect = session.get_bind().dialect.name
    put = (sqlite if dialect == "sqlite" else postgresql).insert(ScaleCell)
    # SQLite wants a WHERE here: it would take ON CONFLICT for a join otherwise.
    written = put.from_select(CELL, fresh.where(LIVE.c.scale_id.is_not(None)))
    session.execute(
        written.on_conflict_do_update(
            index_elements=["scale_id"], set_={name: written.excluded[name] for name in CELL[1:]}
        )
    )
    session.execute(delete(ScaleTotal))
    names = ("path", *KIND, "number")
    for rows in _batches(_summed(session).items()):
        session.execute(
            insert(ScaleTotal), [dict(zip(names, (*key, n), strict=True)) for key, n in rows]
        )


def _differing_cells() -> CompoundSelect[Any]:
    live = select(*(LIVE.c[name] for name in CELL))
    kept = select(*(ScaleCell.__table__.c[name] for name in CELL))
    both = live.except_(kept).subquery(), kept.except_(live).subquery()
    return select(both[0].c.scale_id).union(select(both[1].c.scale_id))


def _summed(session: Session) -> Counter[tuple[Any, ...]]:
    """Return what the totals must be, by path and kind."""
    sums: Counter[tuple[Any, ...]] = Counter()
    rows = session.execute(
        select(ScaleCell.path, *_kind(ScaleCell), func.count()).group_by(
            ScaleCell.path, *_kind(ScaleCell)
        )
    )
    for path, *kind, number in rows:
        for at, character in enumerate(path):
            if character == "/":
                sums[path[: at + 1], *kind] += number
    return sums


def _kind(kept: Kept) -> list[Any]:
    return [getattr(kept, name) for name in KIND]


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    rows: list[Any] = []
    for item in items:
        rows.append(item)
        if len(rows) == AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows
