"""Keyset paging: the last page costs what the first one costs.

A cursor says after (or before) which row to go on, in the order of the list. It is validated,
not signed: it grants nothing, the query's own region filter holds whatever it says.
"""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Self, TypeVar

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, tuple_
from sqlalchemy.orm import Session

from app.domain.errors import DomainError

LONGEST: Final = 1000
PAGE: Final = 50
MOST: Final = 200

Row = TypeVar("Row")
Key = str | int


class BadCursorError(DomainError):
    """The cursor was not made by this list."""

    code = "bad_cursor"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: go on after ``keys``, or before them."""

    keys: tuple[Key, ...]
    back: bool = False

    def __str__(self) -> str:
        """Return the cursor as text for a URL."""
        raw = json.dumps([int(self.back), *self.keys], ensure_ascii=False, separators=(",", ":"))
        return urlsafe_b64encode(raw.encode()).rstrip(b"=").decode()

    @classmethod
    def parse(cls, text: str | None, *kinds: type[Key]) -> Self | None:
        """Return the cursor that ``text`` holds, or None for the start of the list.

        Args:
            kinds: The type of each key, in order.

        Raises:
            BadCursorError: ``text`` is no cursor of this list.
        """
        if not text:
            return None
        try:
            found = _decode(text)
            back, keys = found[0], tuple(found[1:])
        except (ValueError, IndexError, RecursionError, binascii.Error):
            raise BadCursorError("the cursor is not one of this list") from None
        if back not in (0, 1) or not _fits(keys, kinds):
            raise BadCursorError("the cursor is not one of this list")
        return cls(keys, bool(back))


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list and the cursors beside them; None at either end."""

    items: list[Row]
    next: str | None
    previous: str | None


def fetch(
    session: Session,
    statement: Select[Any],
    order: Sequence[SQLColumnExpression[Any]],
    after: str | None,
    limit: int = PAGE,
    *,
    newest_first: bool = False,
) -> Page[Any]:
    """Return the page of ``statement`` at a cursor, ordered by ``order``.

    The statement selects one entity; ``order`` ends in a unique column of it.

    Args:
        after: The text of the cursor, as a URL carries it; nothing for the start.
        newest_first: Descending in every column of ``order``.

    Raises:
        BadCursorError: ``after`` is no cursor of a list in this order.
    """
    cursor = Cursor.parse(after, *_kinds(order))
    back = cursor is not None and cursor.back
    falling = newest_first != back
    if cursor is not None:
        place, here = tuple_(*order), tuple_(*cursor.keys)
        statement = _first(statement, place < here if falling else place > here)
    ordered = statement.order_by(*(c.desc() if falling else c.asc() for c in order))
    rows = session.execute(ordered.add_columns(*order).limit(limit + 1)).all()
    more, rows = len(rows) > limit, rows[:limit]
    if back:
        rows = rows[::-1]
    keys = [tuple(row[-len(order) :]) for row in rows]
    return Page(
        items=[row[0] for row in rows],
        next=str(Cursor(keys[-1])) if keys and (more or back) else None,
        previous=str(Cursor(keys[0], back=True)) if keys and _before(cursor, more=more) else None,
    )


def _kinds(order: Sequence[SQLColumnExpression[Any]]) -> Iterator[type[Key]]:
    for column in tuple_(*order).clauses:
        yield int if column.type.python_type is int else str


def _first(statement: Select[Any], condition: ColumnElement[bool]) -> Select[Any]:
    """Return ``statement`` with ``condition`` before all others.

    SQLite starts in the index at the first bound it finds: at the cursor, not at the beginning
    of the region, or the last page would cost what the whole list costs.
    """
    copy = statement.where()
    copy._where_criteria = (condition, *statement._where_criteria)  # noqa: SLF001 - no public way
    return copy


def _before(cursor: Cursor | None, *, more: bool) -> bool:
    return cursor is not None and (more or not cursor.back)


def _decode(text: str) -> list[Any]:
    if len(text) > LONGEST:
        raise ValueError("too long")
    raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    found = json.loads(raw.decode("utf-8"))
    if not isinstance(found, list):
        raise ValueError("not a list")  # noqa: TRY004 - one refusal for all of them
    return found


def _fits(keys: tuple[Any, ...], kinds: tuple[type[Key], ...]) -> bool:
    return len(keys) == len(kinds) and all(
        type(key) is kind and _clean(key) for key, kind in zip(keys, kinds, strict=True)
    )


def _clean(key: Key) -> bool:
    """Return whether a database takes ``key``."""
    if isinstance(key, int):
        return abs(key) < 2**63
    return "\0" not in key and not any("\ud800" <= c <= "\udfff" for c in key)
