"""What a database holds, read in plain SQL: it may be of another revision than the program."""

import json
from typing import Final

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from app.ledger import merkle
from app.ledger.epochs import FIRST
from app.upkeep.errors import UpkeepError
from app.upkeep.manifest import Facts

EPOCHS: Final = "epoch"
VIRTUAL: Final = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"


def of(connection: Connection) -> Facts:
    """Return what the database behind ``connection`` holds.

    Raises:
        UpkeepError: It has no schema of ours.
    """
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise UpkeepError("this database holds no installation; nothing to back up")
    tables = counted(connection)
    size, peaks = connection.execute(text("SELECT size, peaks FROM ledger_head")).one()
    newest = text("SELECT envelope FROM checkpoint ORDER BY size DESC LIMIT 1")
    begun = text("SELECT max(number) FROM epoch")
    return Facts(
        kind=connection.dialect.name,
        revision=revision,
        size=size,
        root=merkle.root([bytes.fromhex(peak) for peak in json.loads(peaks)]).hex(),
        epoch=(connection.scalar(begun) if EPOCHS in tables else None) or FIRST,
        checkpoint=connection.scalar(newest),
        counts=counts(connection, tables),
    )


def counted(connection: Connection) -> list[str]:
    """Return the tables; those of SQLite's search indexes are no tables of rows."""
    found = sorted(inspect(connection).get_table_names())
    if connection.dialect.name != "sqlite":
        return found
    virtual = tuple(connection.scalars(text(VIRTUAL)))
    return [name for name in found if not name.startswith(virtual)]


def counts(connection: Connection, tables: list[str]) -> dict[str, int]:
    """Return the number of rows of each of ``tables``."""
    quote = connection.dialect.identifier_preparer.quote
    return {
        table: connection.scalar(text(f"SELECT count(*) FROM {quote(table)}")) or 0  # noqa: S608
        for table in tables
    }
