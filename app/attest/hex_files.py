"""Intel HEX and Motorola S-records, read strictly: a damaged file is refused, never mended.

Sources: Intel Hexadecimal Object File Format Specification rev. A (1988); Motorola M68000
Family Programmer's Reference Manual, appendix C. Written here, not taken from a library,
because overlaps and a missing end record have to be noticed.
"""

from collections.abc import Iterator
from typing import Final

from app.attest.image_errors import BadRecordError, TruncatedError, WrongChecksumError
from app.attest.segments import Segments

SHORTEST_HEX: Final = 5
DATA, END, SEGMENT, START_SEGMENT, LINEAR, START_LINEAR = range(6)
LENGTHS: Final = {END: 0, SEGMENT: 2, START_SEGMENT: 4, LINEAR: 2, START_LINEAR: 4}
ADDRESS_BYTES: Final = {0: 2, 1: 2, 2: 3, 3: 4, 5: 2, 6: 3, 7: 4, 8: 3, 9: 2}
SREC_DATA: Final = frozenset({1, 2, 3})
SREC_COUNT: Final = frozenset({5, 6})
SREC_END: Final = frozenset({7, 8, 9})


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Return the lines that hold something, with their numbers."""
    for number, line in enumerate(content.splitlines(), 1):
        text = line.strip()
        if text:
            yield number, text


def _bytes(text: bytes, number: int) -> bytes:
    if len(text) % 2:
        raise TruncatedError(f"line {number} stops in the middle of a byte", line=number)
    try:
        return bytes.fromhex(text.decode("ascii"))
    except ValueError:
        raise BadRecordError(f"line {number} is not hexadecimal", line=number) from None


def _hex_record(text: bytes, number: int) -> tuple[int, int, bytes]:
    """Return type, address and data of one line of Intel HEX."""
    if not text.startswith(b":"):
        raise BadRecordError(f"line {number} does not begin with a colon", line=number)
    record = _bytes(text[1:], number)
    if len(record) < SHORTEST_HEX or len(record) != record[0] + SHORTEST_HEX:
        raise TruncatedError(f"line {number} is shorter or longer than it says", line=number)
    if sum(record) & 0xFF:
        raise WrongChecksumError(f"line {number} has a wrong checksum", line=number)
    kind, data = record[3], record[4:-1]
    if kind > START_LINEAR or LENGTHS.get(kind, len(data)) != len(data):
        raise BadRecordError(f"line {number} is no known kind of record", line=number)
    return kind, int.from_bytes(record[1:3], "big"), data


def intel_hex(content: bytes) -> Segments:
    """Return the pieces of an Intel HEX file.

    Raises:
        ImageError: The file is damaged, incomplete or no Intel HEX.
    """
    segments = Segments()
    upper, ended = 0, False
    for number, text in _lines(content):
        if ended:
            raise BadRecordError(f"line {number} stands behind the end record", line=number)
        kind, address, data = _hex_record(text, number)
        if kind == DATA:
            segments.add(upper + address, data)
        elif kind == SEGMENT:
            upper = int.from_bytes(data, "big") << 4
        elif kind == LINEAR:
            upper = int.from_bytes(data, "big") << 16
        ended = kind == END
    if not ended:
        raise TruncatedError("the end record is missing: the file is incomplete")
    return segments


def _s_record(text: bytes, number: int) -> tuple[int, int, bytes]:
    """Return type, address and data of one S-record."""
    kind = text[1] - ord("0") if len(text) > 1 and text[:1] in b"Ss" else -1
    if kind not in ADDRESS_BYTES:
        raise BadRecordError(f"line {number} is no S-record", line=number)
    record = _bytes(text[2:], number)
    width = ADDRESS_BYTES[kind]
    if len(record) < width + 2 or len(record) != record[0] + 1:
        raise TruncatedError(f"line {number} is shorter or longer than it says", line=number)
    if sum(record) & 0xFF != 0xFF:  # noqa: PLR2004 - ones' complement of the sum
        raise WrongChecksumError(f"line {number} has a wrong checksum", line=number)
    return kind, int.from_bytes(record[1 : 1 + width], "big"), record[1 + width : -1]


def s_record(content: bytes) -> Segments:
    """Return the pieces of an S-record file.

    The end is an end record, or a count of the data records that is right.

    Raises:
        ImageError: The file is damaged, incomplete or no S-record file.
    """
    segments = Segments()
    records, counted, ended = 0, False, False
    for number, text in _lines(content):
        if ended:
            raise BadRecordError(f"line {number} stands behind the end record", line=number)
        kind, address, data = _s_record(text, number)
        if kind in SREC_DATA:
            segments.add(address, data)
            records += 1
        elif kind in SREC_COUNT and address != records:
            raise TruncatedError(f"the file counts {address} data records, {records} are there")
        counted = kind in SREC_COUNT
        ended = kind in SREC_END
    if not (ended or counted):
        raise TruncatedError("the end record is missing: the file is incomplete")
    return segments
