"""Region scope as SQL: rows outside it do not exist for the one who asks."""

from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.scope import Scope


def within(column: InstrumentedAttribute[str], scope: Scope) -> ColumnElement[bool]:
    """Return the condition that ``column`` lies inside ``scope``.

    A range instead of LIKE, so that the index serves on both databases whatever the locale.
    """
    if not scope:
        return false()
    # "0" is the character behind "/": every path below "/a/" sorts before "/a0".
    # Two comparisons: SQLite would prefer a BETWEEN to the cursor of a page further on.
    return or_(*(and_(column >= path, column <= path[:-1] + "0") for path in scope.paths))
