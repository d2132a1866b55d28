"""Run migrations over a connection handed in, or against our settings' database.

On SQLite foreign keys go off before the transaction begins: inside it the pragma does
nothing, and batch mode, which copies a table and drops the old one, would then delete
every row that refers to it.
"""

from typing import Any, Literal

import app.models  # noqa: F401 - fills Base.metadata
from alembic import context
from app.config import Settings
from app.db.base import Base, Big, Json, UtcDateTime
from sqlalchemy import Connection, Enum, create_engine, pool, text

PLAIN = {UtcDateTime: "sa.DateTime(timezone=True)", Json: "sa.Text()"}


def plain_types(kind: str, item: Any, _context: Any) -> str | Literal[False]:  # noqa: ANN401
    """Write plain column types: a migration must outlive the code it was made from."""
    if kind != "type":
        return False
    if isinstance(item, Enum):
        return f"sa.String({item.length})"
    if item is Big:
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    return PLAIN.get(type(item), False)


def run(connection: Connection) -> None:
    """Migrate over ``connection``."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite and not connection.in_transaction():
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        transaction_per_migration=True,
        render_as_batch=sqlite,
        render_item=plain_types,
    )
    with context.begin_transaction():
        if not sqlite:
            # A locked table must not stop the whole service behind it.
            connection.execute(text("SET lock_timeout = '5s'"))
        context.run_migrations()


if (handed_in := context.config.attributes.get("connection")) is not None:
    run(handed_in)
else:
    url = context.config.attributes.get("url") or Settings.from_env().database_url
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        run(connection)
