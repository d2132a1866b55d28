"""What was receipted of late, so that it can be sent again after the server lost it.

A server restored from a backup has lost what it receipted since. The records stay here for a
while, in a file beside the spool. It is a help, not a promise: nothing waits for this file,
and where the disk refuses it or has damaged it, delivery goes on without.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scale_agent.records import Record
from scale_agent.spool_file import Database

SENT_FILE: Final = "sent.db"
KEPT_DAYS: Final = 14
MOST: Final = 5000
SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS sent (seq INTEGER PRIMARY KEY, uid TEXT NOT NULL,"
    " digest TEXT NOT NULL, images TEXT NOT NULL, proof TEXT NOT NULL,"
    " envelope BLOB NOT NULL, receipted_at INTEGER NOT NULL)"
)
KEEP: Final = "INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?, ?, ?, strftime('%s', 'now'))"
FORGET: Final = (
    "DELETE FROM sent WHERE receipted_at < strftime('%s', 'now') - ? OR seq <= ("
    "SELECT coalesce(max(seq), 0) FROM sent) - ?"
)
WANTED: Final = (
    "SELECT seq, uid, digest, images, proof, envelope FROM sent"
    " WHERE receipted_at >= ? AND coalesce(?, uid) = uid ORDER BY seq"
)
AGAIN: Final = (
    "INSERT OR IGNORE INTO record (seq, uid, digest, images, proof, envelope)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
DAY_S: Final = 86_400


class SentShelf:
    """Receipted records of the last two weeks."""

    def __init__(self, state: Path, spool: Database) -> None:
        self._path = state / SENT_FILE
        self._spool = spool

    def keep(self, record: Record, proof: str) -> None:
        """Keep a record whose receipt was verified, if the disk lets us."""
        images = " ".join(record.images)
        row = (record.seq, record.uid, record.digest, images, proof, record.envelope)
        try:
            with self._opened() as connection:
                connection.execute(KEEP, row)
                connection.execute(FORGET, (KEPT_DAYS * DAY_S, MOST))
        except (sqlite3.OperationalError, OSError):
            pass  # the disk is full or busy
        except sqlite3.DatabaseError:
            self._path.unlink(missing_ok=True)  # damaged: it begins anew

    def resend(self, since: int = 0, uid: str | None = None) -> int:
        """Let what was receipted ``since`` then (or one record) wait again; return how many.

        The same report twice has one effect, so too many do no harm. Images went when the
        server had them: one that it lost as well has to be read again.

        Raises:
            SpoolDamagedError: The disk refuses the spool itself.
        """
        try:
            with self._opened() as connection:
                rows = connection.execute(WANTED, (since, uid)).fetchall()
        except (sqlite3.Error, OSError):
            return 0
        return self._spool.write(lambda spool: spool.executemany(AGAIN, rows).rowcount)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self._path, timeout=1)
        try:
            # Losing the newest of these to a power cut is no loss of a reading.
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute(SCHEMA)
            with connection:
                yield connection
        finally:
            connection.close()
