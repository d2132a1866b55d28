"""The database: one transaction per request or job, opened and closed at the edge."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

READING: Final = "wutong_reading"
CONNECT_S: Final = 10
POLL_S: Final = 0.002
PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
)


class Database:
    """An engine and the two ways of using it: to read, or to write."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = make_engine(url)
        reading: dict[str, Any] = {READING: True, "postgresql_readonly": True}
        if self.url.get_backend_name() == "postgresql":
            reading["isolation_level"] = "REPEATABLE READ"  # what SQLite's readers have anyway
        # SQLite lets one write at a time, and those that wait ask again and again: the threads
        # of one process queue here instead.
        sqlite = self.url.get_backend_name() == "sqlite"
        self._turn = threading.RLock() if sqlite else nullcontext()
        self._reader = self.engine.execution_options(**reading)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session; commit if the block ends well, roll back if it raises."""
        with self._turn, Session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that never waits for writers, never writes and sees one instant."""
        with Session(self._reader, autoflush=False) as session:
            yield session

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """Yield a bare connection that only reads: for one question, without a session."""
        with self._reader.connect() as connection:
            yield connection

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def make_engine(url: str) -> Engine:
    """Return an engine with our rules of isolation.

    SQLite: write-ahead log, foreign keys, and BEGIN IMMEDIATE for writers, so that
    two of them queue instead of failing when the second one upgrades its lock.
    """
    if make_url(url).get_backend_name() != "sqlite":
        patience = make_url(url).query.get("connect_timeout", CONNECT_S)
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=20,
            max_overflow=20,
            connect_args={"connect_timeout": patience},
        )
    engine = create_engine(url, pool_size=20, max_overflow=20)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401
    connection.isolation_level = None  # the driver's own BEGIN comes too late: ours, below
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get(READING):
        connection.exec_driver_sql("BEGIN")
        return
    raw: Any = connection.connection.driver_connection
    with _impatient(raw) as patience_s:
        _wait_for_turn(raw, time.monotonic() + patience_s)
        if not raw.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # once more, to say why it cannot


@contextmanager
def _impatient(raw: sqlite3.Connection) -> Iterator[float]:
    """Yield the patience of a connection in seconds, which has none meanwhile."""
    (patience_ms,) = raw.execute("PRAGMA busy_timeout").fetchone()
    raw.execute("PRAGMA busy_timeout=0")
    try:
        yield patience_ms / 1000
    finally:
        raw.execute(f"PRAGMA busy_timeout={patience_ms}")


def _wait_for_turn(raw: sqlite3.Connection, end: float) -> None:
    """Begin to write once the others have ended, or let it be at ``end``.

    SQLite itself sleeps ever longer, up to 100 ms: where many processes write, a newcomer
    then overtakes those that wait, until one of them gives up.
    """
    while not _has_begun(raw) and time.monotonic() < end:
        time.sleep(POLL_S)


def _has_begun(raw: sqlite3.Connection) -> bool:
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
    return raw.in_transaction


def utcnow() -> datetime:
    """Return the present instant. Only views, jobs and commands may call this."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that may
