"""`wutong db move`: every row of an SQLite installation into an empty PostgreSQL, or none.

One transaction: the rows in the order of their foreign keys, the numbers behind them, and
the comparison of both sides; then the ledger is verified before it is committed.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Table, func, insert, inspect, make_url, select, text, tuple_
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from app.db import schema
from app.db.base import Base
from app.db.session import Database
from app.ledger.canonical import plain
from app.ledger.verify import problems
from app.models import LedgerHead
from app.upkeep import postgresql
from app.upkeep.errors import UpkeepError

Say = Callable[[str], None]
BATCH: Final = 1000
UNFIT: Final = (DBAPIError, StatementError, ValueError, LookupError, TypeError)
SEEDED: Final = LedgerHead.__tablename__  # a migration puts its one row there


@dataclass(frozen=True, slots=True)
class Moved:
    """What lies in the other database now."""

    tables: int
    rows: int
    entries: int


def move(source: str, target: str, key: Ed25519PublicKey, say: Say) -> Moved:
    """Copy the database at ``source`` into the empty one at ``target``, and compare them.

    Raises:
        UpkeepError: Why not; neither has changed, but for an empty schema in the target.
    """
    _refuse(source, target)
    schema.upgrade(target)
    old, new = Database(source), Database(target)
    try:
        # A writer's lock on the source: nothing may come after what we have read.
        with old.transaction() as reading, new.transaction() as writing:
            _refuse_rows(writing.connection())
            moved = _copy(reading.connection(), writing.connection(), say)
            say("verifying the ledger there ...")
            _verify(writing, key)
            return moved
    except UNFIT as error:
        words = getattr(error, "orig", None) or error
        raise UpkeepError(f"a row of the old database does not fit: {words}") from error
    finally:
        old.dispose()
        new.dispose()


def retire(source: str) -> Path:
    """Rename the old file, so that nobody goes on writing into it unnoticed; return its name."""
    file = Path(str(make_url(source).database))
    return file.rename(file.with_name(f"{file.name}.moved"))


def _refuse(source: str, target: str) -> None:
    there = make_url(target)
    if make_url(source).get_backend_name() != "sqlite":
        raise UpkeepError("this installation is not on SQLite; nothing to move")
    if there.get_backend_name() != "postgresql":
        raise UpkeepError(
            "the new database is not PostgreSQL: postgresql://user:password@host/name"
        )
    if not postgresql.exists(there):
        raise UpkeepError(
            f"there is no database {there.database}; make it: createdb {there.database}"
        )
    newest = schema.newest(source)
    (revision, _tables), (other, tables) = _looked_at(source), _looked_at(target)
    if revision != newest:
        raise UpkeepError(f"the schema is at {revision}, not {newest}; run: wutong db upgrade")
    if tables and other != newest:
        raise UpkeepError("the new database is not empty; make a fresh one")


def _looked_at(url: str) -> tuple[str | None, list[str]]:
    """Return the revision of a database, and its tables."""
    database = Database(url)
    try:
        return schema.current(database), inspect(database.engine).get_table_names()
    finally:
        database.dispose()


def _refuse_rows(connection: Connection) -> None:
    """Refuse a target with rows in it: they would be mixed."""
    for table in Base.metadata.sorted_tables:
        if table.name == SEEDED:
            filled = connection.scalar(select(func.max(LedgerHead.size)))
        else:
            filled = connection.scalar(select(func.count()).select_from(table))
        if filled:
            raise UpkeepError(f"the new database is not empty: {table.name} has rows")


def _copy(old: Connection, new: Connection, say: Say) -> Moved:
    guards = _guards(new)
    # What triggers keep (totals, the ledger's guards) comes as it is, with the rows.
    _switch_triggers(new, "DISABLE")
    new.execute(text(f"DELETE FROM {SEEDED}"))  # noqa: S608 - a constant
    total = 0
    for table in Base.metadata.sorted_tables:
        count = 0
        for rows in _batches(old, table):
            new.execute(insert(table), [row._asdict() for row in rows])
            count += len(rows)
        _number_on(new, table)
        if count:
            say(f"{table.name}: {count} rows")
        total += count
    _switch_triggers(new, "ENABLE")
    if _guards(new) != guards:
        raise UpkeepError("the ledger's guards would not stand in the new database")
    say("comparing every row ...")
    for table in Base.metadata.sorted_tables:
        if _digest(old, table) != _digest(new, table):
            raise UpkeepError(f"{table.name} differs in the new database")
    entries = new.scalar(select(LedgerHead.size)) or 0
    return Moved(tables=len(Base.metadata.sorted_tables), rows=total, entries=entries)


def _switch_triggers(connection: Connection, how: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    for table in Base.metadata.sorted_tables:
        connection.execute(text(f"ALTER TABLE {quote(table.name)} {how} TRIGGER USER"))


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    """Yield the rows of ``table`` in the order of its key, whatever the database."""
    key = table.primary_key.columns.values()
    after: tuple[Any, ...] | None = None
    while True:
        wanted = select(table).order_by(*key).limit(BATCH)
        if after is not None:
            wanted = wanted.where(tuple_(*key) > tuple_(*after))
        rows = connection.execute(wanted).all()
        if not rows:
            return
        yield rows
        after = tuple(getattr(rows[-1], column.name) for column in key)


def _number_on(connection: Connection, table: Table) -> None:
    """Let new rows be numbered behind those that came."""
    key = table.primary_key.columns.values()[0]
    asked = text("SELECT pg_get_serial_sequence(:table, :name)")
    sequence = connection.scalar(asked, {"table": table.name, "name": key.name})
    last = connection.scalar(select(func.max(key))) if sequence else None
    if last is not None:
        connection.execute(text("SELECT setval(:name, :last)"), {"name": sequence, "last": last})


def _digest(connection: Connection, table: Table) -> int:
    """Return a digest of all rows as the program reads them, in whatever order they come.

    The sum of the SHA-256 of each: two databases may sort text by different rules.
    """
    total = 0
    for rows in _batches(connection, table):
        for row in rows:
            said = repr([plain(value) for value in row]).encode()
            total += int.from_bytes(hashlib.sha256(said).digest())
    return total


def _guards(connection: Connection) -> list[tuple[str, str, str]]:
    """Return every trigger of ours, and whether it fires."""
    asked = text(
        "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger"
        " WHERE NOT tgisinternal ORDER BY 1, 2"
    )
    return [(table, name, fires) for table, name, fires in connection.execute(asked)]


def _verify(session: Session, key: Ed25519PublicKey) -> None:
    found = next(problems(session, key), None)
    if found is not None:
        raise UpkeepError(
            f"the ledger is damaged: entry {found.seq}: {found.code} {found.subject}; see"
            " wutong ledger verify"
        )
