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


def of(connection: Connection) -> Facts:
    """Return what the database behind ``connection`` holds.

    Raises:
        UpkeepError: It has no schema of ours.
    """
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise UpkeepError("this database holds no installation; nothing to back up")
    tables = sorted(inspect(connection).get_table_names())
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


def counts(connection: Connection, tables: list[str]) -> dict[str, int]:
    """Return the number of rows of each of ``tables``."""
    quote = connection.dialect.identifier_preparer.quote
    return {
        table: connection.scalar(text(f"SELECT count(*) FROM {quote(table)}")) or 0  # noqa: S608
        for table in tables
    }
