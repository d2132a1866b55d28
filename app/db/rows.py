"""Rows made by the hundred: the bookkeeping of attributes costs more than all else about them."""

from collections.abc import Callable, Mapping
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import inspect

from app.db.base import Base

Row = TypeVar("Row", bound=Base)


def unwritten(kind: type[Row], columns: Mapping[str, Any]) -> Row:
    """Return a new row with all of its ``columns``: none has a default, none is asked for later."""
    manager: Any = inspect(kind).class_manager
    row: Row = manager.new_instance()
    row.__dict__.update(columns)
    return row


def fill(row: Base, columns: Mapping[str, Any]) -> None:
    """Set some columns of a row; of one that is not written yet, past its bookkeeping."""
    if not inspect(row).persistent:
        row.__dict__.update(columns)
        return
    for name, value in columns.items():
        setattr(row, name, value)


def held(row: Base) -> dict[str, Any]:
    """Return the columns of a row that has all of them at hand."""
    names, values = _ways(type(row))
    return dict(zip(names, values(row.__dict__), strict=True))


@cache
def _ways(kind: type[Base]) -> tuple[tuple[str, ...], Callable[[dict[str, Any]], tuple[Any, ...]]]:
    names = tuple(inspect(kind).column_attrs.keys())
    return names, itemgetter(*names)
