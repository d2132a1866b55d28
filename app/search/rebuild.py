"""Making the index of the search anew: what its triggers would have fed it, for all rows."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, text

TRIGGERS: Final = text(
    "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_is\\_found'"
    " ESCAPE '\\' ORDER BY tbl_name"
)
INDEXES: Final = text(
    "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
    " AND indexname LIKE 'search\\_%' ORDER BY indexname"
)


def rebuild(connection: Connection) -> list[str]:
    """Make the index anew inside the caller's transaction; return the names of its parts.

    On SQLite the text of each table's own trigger says what belongs into it, so that this and
    the daily work cannot come to differ.
    """
    names = []
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('delete-all')")
        for table, statement in feeds(connection):
            connection.exec_driver_sql(statement)
            names.append(table)
    else:
        for name in connection.scalars(INDEXES).all():
            connection.exec_driver_sql(f'REINDEX INDEX "{name}"')
            names.append(name)
    return names


def feeds(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield each table that is searched, and the statement that feeds all its rows to FTS5."""
    for table, trigger in connection.execute(TRIGGERS).all():
        statement = trigger.split("BEGIN ")[1].removesuffix("; END")
        rows = statement.replace("VALUES (", "SELECT ", 1).removesuffix(")")
        yield table, f"{rows.replace('NEW.', f'{table}.')} FROM {table}"
