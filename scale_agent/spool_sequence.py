"""The station's own sequence: no number is given out twice, whatever becomes of the spool.

The last number stands in the spool; a bound above it stands in a file of its own, so that a
spool that was lost goes on above every number it may have given.
"""

import sqlite3
from pathlib import Path
from typing import Final

from scale_agent.durable import write_private

SEQUENCE_FILE: Final = "sequence"
RESERVE: Final = 256
# The number last given out is that of the last record, or what deleting records left behind:
# a capture then writes no second page for it.
LAST_SEQ: Final = (
    "SELECT max(value, (SELECT coalesce(max(seq), 0) FROM record)) FROM meta"
    " WHERE name = 'last_seq'"
)
KEEP_LAST_SEQ: Final = f"UPDATE meta SET value = ({LAST_SEQ}) WHERE name = 'last_seq'"  # noqa: S608 - constant


def reserved(state: Path) -> int:
    """Return the highest number that may already have been given out, 0 at the start."""
    try:
        return int((state / SEQUENCE_FILE).read_text())
    except (OSError, ValueError):
        return 0


def reserve(state: Path, seq: int) -> int:
    """Keep a bound above ``seq`` outside the database, so that its loss never repeats a number.

    Return the bound; a disk that refuses leaves the old one, the reading itself is safe.
    """
    try:
        write_private(state / SEQUENCE_FILE, str(seq + RESERVE).encode())
    except OSError:
        return reserved(state)
    return seq + RESERVE


def mend(connection: sqlite3.Connection, bound: int) -> None:
    """Start the sequence; where it was lost or fell behind, go on above every number given."""
    connection.execute(
        "INSERT INTO meta VALUES ('last_seq', ?1) ON CONFLICT (name) DO"
        " UPDATE SET value = ?1 WHERE typeof(value) <> 'integer' OR"
        " max(value, (SELECT coalesce(max(seq), 0) FROM record)) < ?1 - ?2",
        (bound, RESERVE),
    )
