"""Run migrations over a connection handed in, or against our settings' database.

All of them are one transaction, on SQLite too: whatever fails leaves the schema as it was. A
table that somebody holds is waited for shortly and then given up, because what queues behind
a waiting migration is the whole service.

On SQLite foreign keys go off before the transaction begins: inside it the pragma does
nothing, and batch mode, which copies a table and drops the old one, would then delete
every row that refers to it.
"""

from typing import Any, Literal

import app.models  # noqa: F401 - fills Base.metadata
from alembic import context
from app.config import Settings
from app.db.base import Base, Big, Json, UtcDateTime
from app.db.session import make_engine
from sqlalchemy import Connection, Enum, text

# Of the five seconds promised; programs that start and connections take the rest.
PATIENCE_MS = 3000
# Two migrations at once: the second waits for the first, then sees that nothing is left to do.
TURN = 5_883_601
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
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        # A rename would check every trigger and view, and those of a copied table's neighbours
        # speak of a table that is gone for that moment.
        raw.execute("PRAGMA legacy_alter_table=ON")
        raw.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        transactional_ddl=True,
        render_as_batch=sqlite,
        render_item=plain_types,
    )
    with context.begin_transaction():
        if not sqlite:
            connection.execute(text(f"SET LOCAL lock_timeout = {PATIENCE_MS}"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({TURN})"))
        context.run_migrations()
        if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
            raise RuntimeError(f"a row of {broken[0]} would refer to a {broken[2]} that is gone")


if (handed_in := context.config.attributes.get("connection")) is not None:
    run(handed_in)
else:
    engine = make_engine(context.config.attributes.get("url") or Settings.from_env().database_url)
    try:
        with engine.connect() as connection:
            run(connection)
    finally:
        engine.dispose()
