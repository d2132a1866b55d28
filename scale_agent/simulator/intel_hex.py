"""Intel HEX: the text form of firmware images.

Source: Intel, Hexadecimal Object File Format Specification, revision A, 1988.
Addresses are bytes, as the file counts them.
"""

from collections.abc import Iterator
from typing import Final

DATA: Final = 0x00
END: Final = 0x01
SEGMENT: Final = 0x02  # paragraph address: 16 bytes a step
LINEAR: Final = 0x04  # upper half of a 32-bit address
IGNORED: Final = frozenset({0x03, 0x05})  # where execution starts: no memory
SHORTEST_RECORD: Final = 5


class ImageError(Exception):
    """A firmware image is broken; the text says where and how."""


def parse(text: str) -> dict[int, int]:
    """Return the bytes of ``text`` by address.

    Raises:
        ImageError: A record is broken, says a byte twice, or the end record is missing.
    """
    memory: dict[int, int] = {}
    base = 0
    for number, record in _records(text):
        address, kind, data = int.from_bytes(record[1:3]), record[3], record[4:-1]
        if kind == END:
            return memory
        if kind == DATA:
            _place(memory, base + address, data, number)
        elif kind in {SEGMENT, LINEAR} and len(data) == 2:  # noqa: PLR2004 -- both carry 16 bits
            base = int.from_bytes(data) << (4 if kind == SEGMENT else 16)
        elif kind not in IGNORED:
            raise ImageError(f"line {number}: record type {kind:02X} is not understood")
    raise ImageError("the end record is missing: the file is cut short")


def _records(text: str) -> Iterator[tuple[int, bytes]]:
    """Yield each record with its line number, length and checksum proven."""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = bytes.fromhex(line.strip().removeprefix(":"))
        except ValueError:
            record = b""
        if not line.startswith(":") or len(record) < SHORTEST_RECORD:
            raise ImageError(f"line {number}: not an Intel HEX record")
        if len(record) != record[0] + SHORTEST_RECORD:
            raise ImageError(f"line {number}: the record is not as long as it says")
        if sum(record) & 0xFF:
            raise ImageError(f"line {number}: wrong checksum")
        yield number, record


def _place(memory: dict[int, int], address: int, data: bytes, number: int) -> None:
    for offset, byte in enumerate(data, start=address):
        if offset in memory:
            raise ImageError(f"line {number}: overlaps an earlier record at {offset:#06x}")
        memory[offset] = byte
