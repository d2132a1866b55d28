"""The images that captured records speak of, kept until the server has them or needs none."""

import sqlite3
from collections.abc import Iterable, Sequence

from scale_agent.digests import sha256_hex
from scale_agent.spool_file import Database


class ImageShelf:
    """Read-outs by their SHA-256; one copy, however many records speak of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, sha256: str) -> bytes | None:
        """Return the bytes of an image that is still here."""
        rows = self._database.read("SELECT content FROM image WHERE sha256 = ?", (sha256,))
        return bytes(rows[0][0]) if rows else None

    def names(self) -> tuple[str, ...]:
        """Return the digests of all images here."""
        rows = self._database.read("SELECT sha256 FROM image ORDER BY number")
        return tuple(str(sha256) for (sha256,) in rows)

    def next_wanted(self, skip: Iterable[str] = ()) -> tuple[str, bytes] | None:
        """Return an image that the server asked for and has not got yet."""
        left_out = frozenset(skip)
        for (sha256,) in self._database.read(
            "SELECT sha256 FROM image WHERE wanted = 1 AND words IS NULL ORDER BY number"
        ):
            if sha256 in left_out:
                continue
            content = self.get(sha256)
            if content is not None and sha256_hex(content) == sha256:
                return sha256, content
            self.set_aside(sha256, "this disk has damaged the image")
        return None

    def delivered(self, sha256: str) -> None:
        """Forget an image that the server has, unless a waiting record still speaks of it."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE image SET wanted = 0 WHERE sha256 = ?", (sha256,))
            forget_unneeded(connection, (sha256,))

        self._database.write(work)

    def set_aside(self, sha256: str, words: str) -> None:
        """Keep an image that the server refuses for good, but do not send it again."""
        self._database.change("UPDATE image SET words = ? WHERE sha256 = ?", (words[:1000], sha256))

    def asides(self) -> tuple[tuple[str, str], ...]:
        """Return the images that were set aside, with the reason."""
        rows = self._database.read(
            "SELECT sha256, words FROM image WHERE words IS NOT NULL ORDER BY number"
        )
        return tuple((str(sha256), str(words)) for sha256, words in rows)

    def retry(self) -> int:
        """Let the images that were set aside be sent again; return how many."""
        return self._database.change("UPDATE image SET words = NULL WHERE words IS NOT NULL")


def forget_unneeded(connection: sqlite3.Connection, images: Sequence[str]) -> None:
    """Delete those of ``images`` that neither the server nor a record here needs."""
    connection.executemany(
        "DELETE FROM image WHERE sha256 = ?1 AND wanted = 0"
        " AND NOT EXISTS (SELECT 1 FROM record WHERE instr(record.images, ?1))",
        [(sha256,) for sha256 in images],
    )
