"""A list of the API: a query, its order and the shape of a row."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, SQLColumnExpression
from sqlalchemy.orm import Session

from app.web.api_operation import Listed, ListQuery
from app.web.paging import fetch

Item = TypeVar("Item")


def listed(
    session: Session,
    query: ListQuery,
    statement: Select[Any],
    order: Sequence[SQLColumnExpression[Any]],
    shape: Callable[[Any], Item],
    *,
    newest_first: bool = False,
) -> Listed[Item]:
    """Return the page of ``statement`` that a request asks for, each row in its ``shape``.

    Raises:
        BadCursorError: The cursor was not made by a list in this order.
    """
    page = fetch(session, statement, order, query.after, query.limit, newest_first=newest_first)
    return Listed(items=[shape(row) for row in page.items], next=page.next)
