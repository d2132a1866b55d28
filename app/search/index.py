"""The index of pairs of characters: which rows hold some words, as each database asks it.

PostgreSQL: GIN over ``search_tokens(words, path)``. SQLite: the FTS5 table ``search_index``,
fed by triggers, its words in hex behind the letter of their kind. Letters of ASCII are folded,
nothing else; ``%`` and ``_`` are characters like others. Certificates are cut into threes:
among a million of them pairs of digits say little.
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
from app.models import Place, Scale, Stall, Trader, Verification

PAIR: Final = 2
THREE: Final = 3
SHORTEST: Final = PAIR
HEAD: Final = 1
TAIL: Final = 4
Searched = type[Place] | type[Stall] | type[Trader] | type[Scale] | type[Verification]


class Kind(StrEnum):
    """What is found."""

    PLACE = "place"
    STALL = "stall"
    TRADER = "trader"
    SCALE = "scale"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a kind is kept: its table, what is searched of it, its letter and row numbers.

    Attributes:
        step: Of FTS5: a row's number is ``id * step + remainder``.
        size: Characters of a piece; shorter words find nothing.
    """

    model: Searched
    words: tuple[SQLColumnExpression[str], ...]
    letter: str
    remainder: int = 0
    step: int = 4
    size: int = PAIR


SOURCES: Final = MappingProxyType(
    {
        Kind.PLACE: Source(Place, (Place.name,), "m", 0),
        Kind.STALL: Source(Stall, (Stall.number,), "s", 1),
        Kind.TRADER: Source(Trader, (Trader.name,), "t", 2),
        Kind.SCALE: Source(Scale, (Scale.serial_no, Scale.market_no), "w", 3),
        # Came later: the numbers below zero were free.
        Kind.CERTIFICATE: Source(
            *(Verification, (Verification.certificate_no, Verification.label_no), "c"),
            step=-1,
            size=THREE,
        ),
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
        words: At least as many characters as a piece of the kind has.
    """
    source, words = SOURCES[kind], folded(words)
    pieces = _pieces(words, source)
    model = source.model
    rows: Select[Any] = select(model.id)
    if dialect == "sqlite":
        match = INDEX.c.search_index.op("MATCH")(_expression(source.letter, pieces, scope))
        row = (INDEX.c.rowid - source.remainder) / literal_column(str(source.step))
        rows = rows.select_from(INDEX).join(model, model.id == row).where(match)
    else:
        rows = rows.where(_overlaps(source, pieces, scope))
    exact = () if len(words) == source.size else (_contains(dialect, source.words, words),)
    return rows.where(within(model.path, scope), *exact)


def _pieces(words: str, source: Source) -> list[str]:
    """Return the pieces of ``words`` that are asked for: all pairs, of threes the two ends.

    Numbers of one office begin or end alike; a word is compared whole in any case, so pieces
    that a million others hold as well would only be walked through.
    """
    found = [words[at : at + source.size] for at in range(len(words) - source.size + 1)]
    if source.size == THREE:
        found = [*found[:HEAD], *found[-TAIL:]]
    return sorted(set(found))


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


def _expression(letter: str, pieces: list[str], scope: Scope) -> str:
    needed = [f"{letter}{piece.encode().hex()}" for piece in pieces]
    regions = [f"{letter}p{path.encode().hex()}" for path in scope.paths]
    if EVERYWHERE not in scope.paths:
        needed.append(f"({' OR '.join(regions)})")
    return " AND ".join(needed)


def _overlaps(source: Source, pieces: list[str], scope: Scope) -> ColumnElement[bool]:
    words = source.words[0]
    for more in source.words[1:]:
        words = words.op("||")(literal_column("chr(10)")).op("||")(more)
    size: tuple[Any, ...] = () if source.size == PAIR else (literal_column(str(source.size)),)
    tokens: ColumnElement[Any] = func.search_tokens(
        words, source.model.path, *size, type_=ARRAY(Text())
    )
    found = tokens.op("@>")(cast(array(pieces), ARRAY(Text())))
    if EVERYWHERE in scope.paths:
        return found
    return and_(found, tokens.op("&&")(cast(array(scope.paths), ARRAY(Text()))))
