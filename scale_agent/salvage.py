"""Read what is sound out of a damaged spool, page by page, without SQLite's help.

Source: sqlite.org/fileformat2.html, 1.6 "B-tree Pages", 2.1 "Record Format", 4 "The WAL".
Every row of the spool proves itself by a digest, so whatever is found and proves itself is
good, wherever it lay. A row that was delivered and deleted may come back from an old page:
it is sent again and the server, knowing its id, gives the same receipt.
"""

import hashlib
import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

PAGE_BYTES: Final = 4096
LEAF: Final = 0x0D
FILE_HEADER: Final = 100
LOG_HEADER: Final = 32
FRAME_HEADER: Final = 24
LOG_MAGIC: Final = (0x377F0682, 0x377F0683)
LONGEST_ROW: Final = 17 * 1024 * 1024
FIXED_WIDTHS: Final = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}

Value = int | str | bytes | None


class RecordRow(NamedTuple):
    """A row of ``record`` that proves itself."""

    seq: int
    uid: str
    digest: str
    images: str
    proof: str
    envelope: bytes


@dataclass(slots=True)
class Found:
    """What was carved out."""

    records: list[RecordRow] = field(default_factory=list)
    images: list[tuple[str, int, bytes]] = field(default_factory=list)


class _Frame(NamedTuple):
    page: int
    commit: int
    salts: bytes
    header: bytes
    body: bytes


def proof(seq: int, uid: str, digest: str, images: str, envelope: bytes) -> str:
    """Return the digest by which a row of ``record`` proves itself."""
    head = f"{seq}\n{uid}\n{digest}\n{images}\n".encode()
    return hashlib.sha256(head + envelope).hexdigest()


def carve(path: Path) -> Found:
    """Return every row in the database at ``path`` and its log that proves itself.

    Raises:
        OSError: A file cannot be read.
    """
    content = path.read_bytes() if path.exists() else b""
    newest = {
        at // PAGE_BYTES + 1: content[at : at + PAGE_BYTES]
        for at in range(0, len(content), PAGE_BYTES)
    }
    candidates = list(newest.items())
    for frame in _frames(_log(path)):
        newest[frame.page] = frame.body
        candidates.append((frame.page, frame.body))
    records: dict[int, RecordRow] = {}
    images: dict[str, tuple[str, int, bytes]] = {}
    for number, page in candidates:
        for rowid, values in _rows(number, page, newest):
            _keep(rowid, values, records, images)
    return Found(list(records.values()), list(images.values()))


def rows_lost_to_a_damaged_log(path: Path) -> Found | None:
    """Carve, if the write-ahead log holds frames that SQLite is going to ignore.

    SQLite stops at the first frame whose checksum is wrong, which is right after a power
    cut, and loses later records without a word when it was the disk that forgot.
    """
    try:
        log = _log(path)
        return carve(path) if len(log) > LOG_HEADER and _is_broken(log) else None
    except OSError:
        return None


def _log(path: Path) -> bytes:
    log = path.with_name(path.name + "-wal")
    return log.read_bytes() if log.exists() else b""


def _frames(log: bytes) -> Iterator[_Frame]:
    step = FRAME_HEADER + PAGE_BYTES
    for at in range(LOG_HEADER, len(log) - step + 1, step):
        header = log[at : at + FRAME_HEADER]
        page, commit = struct.unpack_from(">II", header)
        yield _Frame(page, commit, header[8:16], header, log[at + FRAME_HEADER : at + step])


def _is_broken(log: bytes) -> bool:
    """Whether frames of the present log lie behind its first wrong checksum."""
    magic = struct.unpack_from(">I", log)[0]
    order = ">" if magic & 1 else "<"
    sums = _checksum((0, 0), log[:24], order)
    if magic not in LOG_MAGIC or sums != struct.unpack_from(">II", log, 24):
        return True
    salts = log[16:24]
    for frame in itertools.takewhile(lambda frame: frame.salts == salts, _frames(log)):
        sums = _checksum(_checksum(sums, frame.header[:8], order), frame.body, order)
        if sums != struct.unpack_from(">II", frame.header, 16):
            return True
    return False


def _checksum(sums: tuple[int, int], content: bytes, order: str) -> tuple[int, int]:
    """Go on with SQLite's log checksum: fileformat2, 4.2 "Checksum Algorithm"."""
    first, second = sums
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second


def _rows(number: int, page: bytes, pages: dict[int, bytes]) -> Iterator[tuple[int, list[Value]]]:
    """Yield the rows of a leaf page that can be decoded; skip the others."""
    start = FILE_HEADER if number == 1 else 0
    if len(page) != PAGE_BYTES or page[start] != LEAF:
        return
    cells = min(struct.unpack_from(">H", page, start + 3)[0], (PAGE_BYTES - start - 8) // 2)
    for place in struct.unpack_from(f">{cells}H", page, start + 8):
        try:
            yield _row(page, place, pages)
        except (IndexError, KeyError, ValueError, struct.error):
            continue


def _row(page: bytes, place: int, pages: dict[int, bytes]) -> tuple[int, list[Value]]:
    size, place = _varint(page, place)
    rowid, place = _varint(page, place)
    if size > LONGEST_ROW:
        raise ValueError("longer than any row of ours")
    local = _local_bytes(size)
    content = page[place : place + local]
    if local < size:
        content = _with_overflow(content, size, page[place + local : place + local + 4], pages)
    if len(content) != size:
        raise ValueError("cut short")
    return rowid, _values(content)


def _local_bytes(size: int) -> int:
    """Return how much of a row lies on its leaf page: fileformat2, 1.6, "X" and "M"."""
    most = PAGE_BYTES - 35
    if size <= most:
        return size
    least = (PAGE_BYTES - 12) * 32 // 255 - 23
    local = least + (size - least) % (PAGE_BYTES - 4)
    return local if local <= most else least


def _with_overflow(content: bytes, size: int, link: bytes, pages: dict[int, bytes]) -> bytes:
    pieces = [content]
    missing = size - len(content)
    while missing > 0:
        page = pages[struct.unpack(">I", link)[0]]
        pieces.append(page[4 : 4 + missing])
        missing -= PAGE_BYTES - 4
        link = page[:4]
    return b"".join(pieces)


def _values(content: bytes) -> list[Value]:
    header_size, place = _varint(content, 0)
    kinds = []
    while place < header_size:
        kind, place = _varint(content, place)
        kinds.append(kind)
    values = []
    for kind in kinds:
        value, place = _value(content, place, kind)
        values.append(value)
    return values


def _value(content: bytes, place: int, kind: int) -> tuple[Value, int]:
    if kind >= 12:  # noqa: PLR2004 - the format's own number: text and blobs from here on
        end = place + (kind - 12) // 2
        raw = content[place:end]
        return (raw.decode() if kind % 2 else raw), end
    end = place + FIXED_WIDTHS[kind]
    if kind == 0:
        return None, end
    if kind in {8, 9}:
        return kind - 8, end
    return int.from_bytes(content[place:end], signed=True), end


def _varint(content: bytes, place: int) -> tuple[int, int]:
    value = 0
    for used in range(8):
        byte = content[place + used]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:  # noqa: PLR2004 - the top bit says that another byte follows
            return value, place + used + 1
    return value << 8 | content[place + 8], place + 9


def _keep(
    rowid: int,
    values: list[Value],
    records: dict[int, RecordRow],
    images: dict[str, tuple[str, int, bytes]],
) -> None:
    """Sort a decoded row into its table if it proves itself."""
    match values:
        case [None, str(uid), str(digest), str(listed), str(told), _, _, _, bytes(envelope)]:
            if told == proof(rowid, uid, digest, listed, envelope):
                records[rowid] = RecordRow(rowid, uid, digest, listed, told, envelope)
        case [None, str(sha256), int(wanted), _, bytes(content)]:
            if hashlib.sha256(content).hexdigest() == sha256:
                images[sha256] = (sha256, int(wanted == 1), content)
        case _:
            return
