"""One statement for many rows, past the bookkeeping that each row would cost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Insert, Update

KEPT: Final = 64
Given = tuple[Any, ...] | dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Way:
    """A statement as the driver takes it, and how its values get there."""

    text: str
    names: tuple[str, ...]
    prepare: tuple[tuple[int, Callable[[Any], Any]], ...]
    by_place: bool

    def given(self, row: Mapping[str, Any]) -> Given:
        """Return what the driver is given for ``row``."""
        values = [row[name] for name in self.names]
        for place, prepare in self.prepare:
            values[place] = prepare(values[place])
        return tuple(values) if self.by_place else dict(zip(self.names, values, strict=True))


def execute(
    connection: Connection, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute ``statement``, one that is kept, with each of ``rows``; all hold the same names.

    The driver is given what SQLAlchemy would give it: text and types are its own, but looked
    up once and not for each row. Defaults are not filled in.
    """
    if rows:
        way = _way(statement, tuple(rows[0]), connection.dialect)
        connection.exec_driver_sql(way.text, [way.given(row) for row in rows])


@lru_cache(maxsize=KEPT)
def _way(statement: Insert | Update, names: tuple[str, ...], dialect: Dialect) -> _Way:
    columns = list(names) if isinstance(statement, Insert) else None
    bare: Any = statement.inline() if isinstance(statement, Insert) else statement
    compiled = bare.compile(dialect=dialect, column_keys=columns)
    asked = tuple(compiled.positiontup if compiled.positional else compiled.binds)
    if set(asked) != set(names):
        raise ValueError("a row holds exactly what the statement asks for")
    found = [
        (place, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
        for place, name in enumerate(asked)
    ]
    prepare = tuple((place, one) for place, one in found if one is not None)
    return _Way(str(compiled), asked, prepare, compiled.positional)
