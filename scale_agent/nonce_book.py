"""Numbers from the server that show a reading to be fresh while the server is away.

Each is used once: taking it and capturing the record that carries it are one transaction.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

from scale_agent.spool_file import Database

TASKS_REMEMBERED_S: Final = 30 * 86400


class NonceBook:
    """What is left of the server's nonces, each good until its own expiry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, nonces: Sequence[tuple[str, int]], *, at: float) -> None:
        """Write new pages into the book; tear out what has expired or is long done."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM nonce WHERE expires_at <= ?", (int(at),))
            connection.execute(
                "DELETE FROM done_task WHERE done_at < ?", (int(at) - TASKS_REMEMBERED_S,)
            )
            connection.executemany("INSERT OR IGNORE INTO nonce VALUES (?, ?)", nonces)

        self._database.write(work)

    def left(self, *, at: float) -> int:
        """Return how many can still be used."""
        rows = self._database.read("SELECT count(*) FROM nonce WHERE expires_at > ?", (int(at),))
        return int(rows[0][0])


def take(connection: sqlite3.Connection, at: float) -> str | None:
    """Tear out the newest nonce inside the caller's transaction; None when there is none.

    The newest, because the time it was issued bounds the age of the reading most tightly.
    """
    row = connection.execute(
        "SELECT nonce FROM nonce WHERE expires_at > ? ORDER BY expires_at DESC, nonce LIMIT 1",
        (int(at),),
    ).fetchone()
    if row is None:
        return None
    connection.execute("DELETE FROM nonce WHERE nonce = ?", row)
    return str(row[0])
