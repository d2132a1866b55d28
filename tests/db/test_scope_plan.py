"""A page further on starts at its cursor, not at the beginning of the region."""

from sqlalchemy import event, select
from sqlalchemy.engine import Connection

from app.db.scope import within
from app.db.session import Database
from app.domain.scope import Scope
from app.models import IN_ORDER, Scale
from app.web.paging import Cursor, fetch


def test_the_index_is_entered_at_the_cursor(database: Database) -> None:
    """In both directions; the first page enters it at the region."""
    assert "(path>? AND path<?)" in plan(database, None)
    keys = ("/32/", "a-011", "x")
    order = "(path,market_key,uid)"
    assert f"({order}>(?,?,?) AND path<?)" in plan(database, str(Cursor(keys)))
    assert f"(path>? AND {order}<(?,?,?))" in plan(database, str(Cursor(keys, back=True)))


def plan(database: Database, after: str | None) -> str:
    """Return how SQLite goes about a page."""
    found: list[str] = []

    def explain(
        connection: Connection, _cursor: object, sql: str, given: object, *_: object
    ) -> None:
        if sql.startswith("SELECT"):
            rows = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {sql}", given)
            found.extend(row[3] for row in rows)

    event.listen(database.engine, "before_cursor_execute", explain)
    with database.reading() as session:
        statement = select(Scale).where(within(Scale.path, Scope(("/32/",))))
        fetch(session, statement, IN_ORDER, after)
    return " ".join(found)
