"""The file under the spool: SQLite, opened so that "captured" means durable.

Write-ahead log with synchronous=FULL: one fsync for each captured record, while a rollback
journal needs three or four. What is damaged is found at opening, moved away under a name that
says so, and whatever proves itself by its own digest is carried over (``salvage``).
"""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from scale_agent import salvage, spool_sequence
from scale_agent.durable import sync_folder
from scale_agent.faults import DiskNearlyFullError, SpoolDamagedError, StationFaultError

SPOOL_FILE: Final = "spool.db"
PRAGMAS: Final = (
    f"PRAGMA page_size={salvage.PAGE_BYTES}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=10000",
)
SCHEMA: Final = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS record (
    seq INTEGER PRIMARY KEY,
    uid TEXT NOT NULL,
    digest TEXT NOT NULL,
    images TEXT NOT NULL,
    proof TEXT NOT NULL,
    status INTEGER,
    code TEXT,
    words TEXT,
    envelope BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS image (
    number INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    wanted INTEGER NOT NULL DEFAULT 0,
    words TEXT,
    content BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS nonce (nonce TEXT PRIMARY KEY, expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS done_task (task TEXT PRIMARY KEY, done_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
COMMIT;
"""
COLUMNS: Final = {
    "record": "seq, uid, digest, images, proof, status, code, words, envelope",
    "image": "number, sha256, wanted, words, content",
    "nonce": "nonce, expires_at",
    "done_task": "task, done_at",
    "meta": "name, value",
}
SOUND: Final = [("ok",)]


T = TypeVar("T")
Arguments = Sequence[object]


@dataclass(frozen=True, slots=True)
class Rescue:
    """What happened to a damaged spool: where it lies now (if any is left), what was saved."""

    moved_to: Path | None
    records: int
    images: int


class Database:
    """One connection behind a lock; a file found damaged is rebuilt once and work goes on.

    Without ``on_rescue`` it is never rebuilt: a second program looks on while an agent runs.
    """

    def __init__(self, state: Path, on_rescue: Callable[[Rescue], None] | None) -> None:
        self.state = state
        self._on_rescue = on_rescue
        self._lock = threading.RLock()
        self._connection = self._open()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do ``work`` in one transaction; when this returns, it is durable.

        Raises:
            DiskNearlyFullError: There is no room; nothing was changed.
            SpoolDamagedError: The disk refuses; nothing was changed.
        """
        return self._guarded(lambda: self._transaction(work))

    def read(self, statement: str, arguments: Arguments = ()) -> list[tuple[Any, ...]]:
        """Return the rows of ``statement``.

        Raises:
            SpoolDamagedError: The disk refuses.
        """
        return self._guarded(lambda: self._connection.execute(statement, arguments).fetchall())

    def change(self, statement: str, arguments: Arguments = ()) -> int:
        """Run one writing statement; return how many rows it touched.

        Raises:
            DiskNearlyFullError: There is no room; nothing was changed.
            SpoolDamagedError: The disk refuses; nothing was changed.
        """
        return self.write(lambda connection: connection.execute(statement, arguments).rowcount)

    def _open(self) -> sqlite3.Connection:
        """Open the file; rebuild it if it is damaged.

        Raises:
            SpoolDamagedError: The disk refuses, or rebuilding is somebody else's business.
        """
        path = self.state / SPOOL_FILE
        ignored = None
        if self._on_rescue is not None:
            if _is_gone(path):
                self._on_rescue(Rescue(None, 0, 0))
            ignored = salvage.rows_lost_to_a_damaged_log(path)
        try:
            connection = _connect(path)
        except sqlite3.Error as error:
            if not is_damage(error, at_opening=True):
                raise _fault(error, self.state) from error
            connection = self._rebuild()
        except OSError as error:
            raise SpoolDamagedError(f"{path}: {error.strerror}") from error
        if ignored is not None:
            _carry_over(connection, ignored)
        return connection

    def _rebuild(self) -> sqlite3.Connection:
        if self._on_rescue is None:
            raise SpoolDamagedError(
                f"the spool in {self.state} is damaged; the agent rebuilds it when it starts"
            )
        connection, rescue = rebuild(self.state)
        self._on_rescue(rescue)
        return connection

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(self._connection)
            self._connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise
        return result

    def _guarded(self, act: Callable[[], T]) -> T:
        with self._lock:
            try:
                return act()
            except sqlite3.Error as error:
                if not is_damage(error):
                    raise _fault(error, self.state) from error
            except UnicodeDecodeError:
                pass
            self._connection.close()
            self._connection = self._rebuild()
            try:
                return act()
            except sqlite3.Error as error:
                raise _fault(error, self.state) from error


def _is_gone(path: Path) -> bool:
    """Whether there was a spool once, and nothing of it is left."""
    is_empty = not path.exists() or (path.is_file() and path.stat().st_size == 0)
    return is_empty and spool_sequence.reserved(path.parent) > 0


def rebuild(state: Path) -> tuple[sqlite3.Connection, Rescue]:
    """Move the damaged spool away and start one with whatever proves itself sound.

    Raises:
        SpoolDamagedError: The disk or the folder refuses.
    """
    path = state / SPOOL_FILE
    try:
        found = salvage.carve(path)
        moved_to = _move_away(path)
        connection = _connect(path)
        records, images = _carry_over(connection, found)
    except (OSError, sqlite3.Error) as error:
        raise SpoolDamagedError(f"{path} is damaged and cannot be rebuilt: {error}") from error
    return connection, Rescue(moved_to, records, images)


def is_damage(error: sqlite3.Error, *, at_opening: bool = False) -> bool:
    """Whether ``error`` says that the file itself is broken, not the disk or a lock.

    At opening SQLite also answers a spoilt header or schema with its plain error.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    damage = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
    return code in damage or (at_opening and code == sqlite3.SQLITE_ERROR)


def _fault(error: sqlite3.Error, state: Path) -> StationFaultError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return DiskNearlyFullError(f"the disk of {state} is full: nothing was written")
    return SpoolDamagedError(f"the spool in {state} cannot be used: {error}")


def _connect(path: Path) -> sqlite3.Connection:
    is_new = not path.exists()
    if is_new:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        sync_folder(path.parent)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    # A damaged text must come through as a text that does not prove itself, not as an error.
    connection.text_factory = _text
    try:
        for pragma in PRAGMAS:
            connection.execute(pragma)
        connection.executescript(SCHEMA)
        for table, columns in COLUMNS.items():
            connection.execute(f"SELECT {columns} FROM {table} LIMIT 0")  # noqa: S608 - constants
        if connection.execute("PRAGMA quick_check(1)").fetchall() != SOUND:
            raise _damaged()
        spool_sequence.mend(connection, spool_sequence.reserved(path.parent))
    except sqlite3.Error:
        connection.close()
        raise
    except UnicodeDecodeError:
        # What the driver makes of an error message that quotes a damaged schema.
        connection.close()
        raise _damaged() from None
    return connection


def _text(content: bytes) -> str:
    return content.decode(errors="replace")


def _damaged() -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError("quick_check finds the file damaged")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _move_away(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    moved_to = path.with_name(f"{path.name}.damaged-{stamp}")
    while moved_to.exists():
        moved_to = moved_to.with_name(f"{moved_to.name}x")
    for suffix in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(moved_to.with_name(moved_to.name + suffix))
    path.rename(moved_to)
    sync_folder(path.parent)
    return moved_to


def _carry_over(connection: sqlite3.Connection, found: salvage.Found) -> tuple[int, int]:
    """Insert what was carved; what is there already stays as it is."""
    connection.execute("BEGIN IMMEDIATE")
    records = connection.executemany(
        "INSERT OR IGNORE INTO record (seq, uid, digest, images, proof, envelope)"
        " VALUES (:seq, :uid, :digest, :images, :proof, :envelope)",
        [row._asdict() for row in found.records],
    ).rowcount
    images = connection.executemany(
        "INSERT OR IGNORE INTO image (sha256, wanted, content) VALUES (?, ?, ?)", found.images
    ).rowcount
    connection.execute(
        "UPDATE meta SET value = max(value, (SELECT coalesce(max(seq), 0) FROM record))"
        " WHERE name = 'last_seq'"
    )
    connection.execute("COMMIT")
    return max(records, 0), max(images, 0)
