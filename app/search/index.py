"""The index of pairs of characters: which rows hold some words, as each database asks it.

PostgreSQL: GIN over ``search_tokens(words, path)``. SQLite: the FTS5 table ``search_index``,
fed by triggers, its words in hex behind the letter of their kind. Letters of ASCII are folded,
nothing else; ``%`` and ``_`` are characters like others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    cast,
    collate,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from app.db.scope import within
from app.domain.scope import EVERYWHERE, Scope
from app.models import Place, Scale, Stall, Trader

SHORTEST: Final = 2  # one pair
Searched = type[Place] | type[Stall] | type[Trader] | type[Scale]


class Kind(StrEnum):
    """What is found."""

    PLACE = "place"
    STALL = "stall"
    TRADER = "trader"
    SCALE = "scale"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a kind is kept: its table, what is searched of it, its letter and remainder."""

    model: Searched
    words: tuple[SQLColumnExpression[str], ...]
    letter: str
    remainder: int


SOURCES: Final = MappingProxyType(
    {
        Kind.PLACE: Source(Place, (Place.name,), "m", 0),
        Kind.STALL: Source(Stall, (Stall.number,), "s", 1),
        Kind.TRADER: Source(Trader, (Trader.name,), "t", 2),
        Kind.SCALE: Source(Scale, (Scale.serial_no, Scale.market_no), "w", 3),
    }
)
INDEX: Final = table("search_index", column("rowid", Integer()), column("search_index"))
_FOLD: Final = {number: number + 32 for number in range(ord("A"), ord("Z") + 1)}


def folded(words: str) -> str:
    """Return ``words`` as they are compared."""
    return words.translate(_FOLD)


def holding(dialect: str, kind: Kind, words: str, scope: Scope) -> Select[Any]:
    """Return the query of the ids of the rows of ``kind`` that hold ``words``.

    Args:
        words: At least `SHORTEST` characters.
    """
    source, words = SOURCES[kind], folded(words)
    pairs = sorted({words[at : at + 2] for at in range(len(words) - 1)})
    model = source.model
    rows: Select[Any] = select(model.id)
    if dialect == "sqlite":
        match = INDEX.c.search_index.op("MATCH")(_expression(source.letter, pairs, scope))
        row = (INDEX.c.rowid - source.remainder) // len(SOURCES)
        rows = rows.select_from(INDEX).join(model, model.id == row).where(match)
    else:
        rows = rows.where(_overlaps(source, pairs, scope))
    exact = () if len(words) == SHORTEST else (_contains(dialect, source.words, words),)
    return rows.where(within(model.path, scope), *exact)


def hold(
    session: Session, columns: Sequence[SQLColumnExpression[Any]], words: str
) -> ColumnElement[bool]:
    """Return the condition that one of ``columns`` holds ``words``, without the index."""
    return _contains(session.get_bind().dialect.name, columns, folded(words))


def _contains(
    dialect: str, columns: Sequence[SQLColumnExpression[Any]], words: str
) -> ColumnElement[bool]:
    at = func.instr if dialect == "sqlite" else func.strpos
    return or_(*(at(_lower(dialect, part), words) > 0 for part in columns))


def _lower(dialect: str, words: SQLColumnExpression[str]) -> ColumnElement[str]:
    return func.lower(words if dialect == "sqlite" else collate(words, "C"))


def _expression(letter: str, pairs: list[str], scope: Scope) -> str:
    needed = [f"{letter}{pair.encode().hex()}" for pair in pairs]
    regions = [f"{letter}p{path.encode().hex()}" for path in scope.paths]
    if EVERYWHERE not in scope.paths:
        needed.append(f"({' OR '.join(regions)})")
    return " AND ".join(needed)


def _overlaps(source: Source, pairs: list[str], scope: Scope) -> ColumnElement[bool]:
    words = source.words[0]
    for more in source.words[1:]:
        words = words.op("||")(literal_column("chr(10)")).op("||")(more)
    tokens: ColumnElement[Any] = func.search_tokens(words, source.model.path, type_=ARRAY(Text()))
    found = tokens.op("@>")(cast(array(pairs), ARRAY(Text())))
    if EVERYWHERE in scope.paths:
        return found
    return and_(found, tokens.op("&&")(cast(array(scope.paths), ARRAY(Text()))))
