"""Store and forward: a reading is captured when it is durable, and leaves on a receipt.

One SQLite file holds the signed records, the images they speak of, the nonce book and the
station's own sequence, so that one transaction (one fsync) makes all of a reading durable.
Records go in the order of that sequence, whatever the clock says. A record is deleted only
by ``settle``, which its caller reaches only with a verified receipt of the same digest.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from uuid6 import uuid7

from scale_agent import dsse, evidence, salvage, spool_file, spool_sequence
from scale_agent.digests import sha256_hex
from scale_agent.faults import DiskNearlyFullError
from scale_agent.image_shelf import ImageShelf, forget_unneeded
from scale_agent.nonce_book import NonceBook, take
from scale_agent.records import Record
from scale_agent.results import Reading
from scale_agent.sent_shelf import SentShelf
from scale_agent.spool_sequence import KEEP_LAST_SEQ, LAST_SEQ

MIN_FREE_BYTES: Final = 64 * 2**20
DAMAGED: Final = "damaged_on_disk"
CHUNK: Final = 100
COLUMNS: Final = "seq, uid, digest, images, proof, envelope"
COUNT: Final = (
    "SELECT (SELECT count(*) FROM record WHERE status IS NULL),"  # noqa: S608 - constant
    " (SELECT count(*) FROM record WHERE status IS NOT NULL),"
    " (SELECT count(*) FROM image), (SELECT count(*) FROM image WHERE wanted = 1),"
    f" ({LAST_SEQ})"
)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs what is captured."""

    station: str
    key: Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Aside:
    """A record that the server refused for good, with the server's words."""

    seq: int
    uid: str
    status: int
    code: str
    words: str
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Counts:
    """How much lies in the spool."""

    waiting: int
    aside: int
    images: int
    images_wanted: int
    last_seq: int


def free_bytes(folder: Path) -> int:
    """Return the room left on the disk of ``folder``."""
    return shutil.disk_usage(folder).free


def _ignore(_: spool_file.Rescue) -> None:
    """Nobody wants to know of a rescue."""


class Spool:
    """The station's memory; safe to use from several threads."""

    def __init__(
        self,
        state: Path,
        *,
        min_free_bytes: int = MIN_FREE_BYTES,
        free: Callable[[Path], int] = free_bytes,
        on_rescue: Callable[[spool_file.Rescue], None] | None = _ignore,
    ) -> None:
        self.state = state
        self._min_free_bytes = min_free_bytes
        self._free = free
        self._database = spool_file.Database(state, on_rescue)
        self.images = ImageShelf(self._database)
        self.nonces = NonceBook(self._database)
        self.sent = SentShelf(state, self._database)
        self._reserved = spool_sequence.reserved(state)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def ensure_room(self) -> None:
        """Refuse a new reading while the disk is nearly full.

        Raises:
            DiskNearlyFullError: There is less room than the configured reserve.
        """
        left = self._free(self.state)
        if left < self._min_free_bytes:
            raise DiskNearlyFullError(
                f"the disk of {self.state} is nearly full ({left // 2**20} MiB left,"
                f" {self._min_free_bytes // 2**20} MiB are kept free): no new reading is begun,"
                " the captured ones stay and will be sent"
            )

    def capture(
        self, reading: Reading, errand: evidence.Errand, *, by: Signer, at: float
    ) -> Record:
        """Sign ``reading`` and return when it is durable, not before.

        Raises:
            DiskNearlyFullError: There is no room; nothing was captured.
            SpoolDamagedError: The disk refuses; nothing was captured.
        """
        return self.keep(evidence.measure(reading), errand, by=by, at=at)

    def keep(
        self, measured: evidence.Measured, errand: evidence.Errand, *, by: Signer, at: float
    ) -> Record:
        """Sign and write down what is measured already: see ``capture``."""
        uid = str(uuid7())

        def work(connection: sqlite3.Connection) -> Record:
            (last,) = connection.execute(LAST_SEQ).fetchone()
            seq = last + 1
            stamp = evidence.Stamp(
                uid=uid,
                station=by.station,
                seq=seq,
                iat=max(int(at), 0),
                nonce=errand.nonce or take(connection, at),
            )
            document = evidence.payload(measured, errand, stamp)
            envelope = dsse.seal(dsse.EVIDENCE, document, by.key)
            record = Record(seq, uid, sha256_hex(document), tuple(measured.images), envelope)
            _insert(connection, record, measured.images)
            if errand.task is not None:
                connection.execute(
                    "INSERT OR IGNORE INTO done_task VALUES (?, ?)", (errand.task, int(at))
                )
            return record

        record = self._database.write(work)
        self._reserve(record.seq)
        return record

    def waiting(
        self, *, limit: int, most_bytes: int, skip: Iterable[int] = ()
    ) -> tuple[Record, ...]:
        """Return the next records to send, oldest first: at least one if any is left."""
        left_out = frozenset(skip)
        found: list[Record] = []
        size = 0
        for record in self._sound_records():
            if record.seq in left_out:
                continue
            size += len(record.envelope)
            if found and size > most_bytes:
                break
            found.append(record)
            if len(found) == limit:
                break
        return tuple(found)

    def settle(self, record: Record, wanted: Sequence[str]) -> None:
        """Forget ``record``, whose receipt was verified; keep the images the server wants."""
        self.sent.keep(record, _proof(record))

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(KEEP_LAST_SEQ)
            connection.execute("DELETE FROM record WHERE seq = ?", (record.seq,))
            connection.executemany(
                "UPDATE image SET wanted = 1, words = NULL WHERE sha256 = ?",
                [(sha256,) for sha256 in wanted],
            )
            forget_unneeded(connection, record.images)

        self._database.write(work)

    def set_aside(self, seq: int, *, status: int, code: str, words: str) -> None:
        """Take one refused record out of the way, with the server's words."""
        self._database.change(
            "UPDATE record SET status = ?, code = ?, words = ? WHERE seq = ?",
            (status, code[:80], words[:1000], seq),
        )

    def retry(self, uid: str | None = None) -> int:
        """Let set-aside records (one, or all) wait again; return how many.

        One that the disk has damaged stays where it is: it cannot be sent.
        """
        return self._database.change(
            "UPDATE record SET status = NULL, code = NULL, words = NULL"
            " WHERE status IS NOT NULL AND code <> ? AND coalesce(?, uid) = uid",
            (DAMAGED, uid),
        )

    def asides(self) -> tuple[Aside, ...]:
        """Return what was set aside, oldest first."""
        rows = self._database.read(
            "SELECT seq, uid, status, code, words, envelope FROM record"
            " WHERE status IS NOT NULL ORDER BY seq"
        )
        return tuple(
            Aside(seq, str(uid), int(status), str(code), str(words), bytes(envelope or b""))
            for seq, uid, status, code, words, envelope in rows
        )

    def has_done(self, task: str) -> bool:
        """Whether a reading for ``task`` was captured already."""
        return bool(self._database.read("SELECT 1 FROM done_task WHERE task = ?", (task,)))

    def counts(self) -> Counts:
        """Count what lies here."""
        return Counts(*self._database.read(COUNT)[0])

    def _sound_records(self) -> Iterator[Record]:
        """Yield what waits, in order; set aside on the way what the disk has damaged."""
        after = 0
        while rows := self._database.read(
            f"SELECT {COLUMNS} FROM record"  # noqa: S608 - a constant list of columns
            " WHERE status IS NULL AND seq > ? ORDER BY seq LIMIT ?",
            (after, CHUNK),
        ):
            for row in rows:
                after = row[0]
                record = _sound(row)
                if record is not None:
                    yield record
                else:
                    self.set_aside(
                        after, status=0, code=DAMAGED, words="this disk has damaged the record"
                    )

    def _reserve(self, seq: int) -> None:
        """Keep the bound outside the database ahead of the sequence; a loss shows as a gap."""
        if seq > self._reserved:
            self._reserved = spool_sequence.reserve(self.state, seq)


def _proof(record: Record) -> str:
    images = " ".join(record.images)
    return salvage.proof(record.seq, record.uid, record.digest, images, record.envelope)


def _insert(connection: sqlite3.Connection, record: Record, contents: Mapping[str, bytes]) -> None:
    images, proof = " ".join(record.images), _proof(record)
    connection.execute(
        f"INSERT INTO record ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - constant
        (record.seq, record.uid, record.digest, images, proof, record.envelope),
    )
    for sha256, content in contents.items():
        if not connection.execute("SELECT 1 FROM image WHERE sha256 = ?", (sha256,)).fetchone():
            connection.execute(
                "INSERT INTO image (sha256, content) VALUES (?, ?)", (sha256, content)
            )


def _sound(row: tuple[object, ...]) -> Record | None:
    """Return the record of a row that still proves itself."""
    match row:
        case (int(seq), str(uid), str(digest), str(images), str(proof), bytes(envelope)):
            if proof == salvage.proof(seq, uid, digest, images, envelope):
                return Record(seq, uid, digest, tuple(images.split()), envelope)
        case _:
            pass
    return None
