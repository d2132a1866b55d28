"""ELF programs: what a linker says goes into flash, at its load address.

Source: System V ABI, chapters 4 and 5. As objcopy does it, the sections that are loaded
count; a file without section headers is taken by its segments. Of AVR programs only flash is
taken: the linker places EEPROM, fuses and lock bits at 0x810000 and above.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.attest.image_errors import BadRecordError, TruncatedError
from app.attest.segments import Segments

MAGIC: Final = b"\x7fELF"
WIDE: Final = 2
BIG_ENDIAN: Final = 2
PT_LOAD: Final = 1
SHT_NULL: Final = 0
SHT_NOBITS: Final = 8
SHF_ALLOC: Final = 2
EM_AVR: Final = 83
AVR_FLASH_END: Final = 0x800000
MOST_HEADERS: Final = 4096


@dataclass(frozen=True, slots=True)
class _Segment:
    offset: int
    address: int
    size: int


class _File:
    """The headers of one file, every read checked against its end."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        head = self.cut(0, 20)
        self._wide = head[4] == WIDE
        self._order = ">" if head[5] == BIG_ENDIAN else "<"
        if head[4] not in {1, 2} or head[5] not in {1, 2}:
            raise BadRecordError("the ELF header names no known class or byte order")
        self.machine = self._unpack("HH", 16)[1]
        word = "Q" if self._wide else "I"
        fields = self._unpack(word * 3 + "I" + "H" * 6, 24)
        self._program_at, self._section_at = fields[1], fields[2]
        self._program_size, self._programs, self._section_size, self._sections = fields[5:9]

    def cut(self, offset: int, size: int) -> bytes:
        if offset + size > len(self.content):
            raise TruncatedError("the ELF file ends before what its headers announce")
        return self.content[offset : offset + size]

    def _unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        whole = self._order + layout
        return struct.unpack(whole, self.cut(offset, struct.calcsize(whole)))

    def _rows(self, at: int, size: int, count: int, layout: str) -> Iterator[tuple[int, ...]]:
        if count > MOST_HEADERS:
            raise BadRecordError(f"{count} ELF headers are more than any program has")
        for number in range(count):
            yield self._unpack(layout, at + number * size)

    def segments(self) -> tuple[_Segment, ...]:
        """Return what is loaded and takes room in the file."""
        layout = "IIQQQQQQ" if self._wide else "IIIIIIII"
        rows = self._rows(self._program_at, self._program_size, self._programs, layout)
        offset, address, size = (2, 4, 5) if self._wide else (1, 3, 4)
        return tuple(
            _Segment(row[offset], row[address], row[size])
            for row in rows
            if row[0] == PT_LOAD and row[size]
        )

    def sections(self) -> tuple[tuple[int, int], ...]:
        """Return offset and size of each section that is loaded from the file."""
        layout = "IIQQQQIIQQ" if self._wide else "IIIIIIIIII"
        rows = self._rows(self._section_at, self._section_size, self._sections, layout)
        return tuple(
            (row[4], row[5])
            for row in rows
            if row[1] not in {SHT_NULL, SHT_NOBITS} and row[2] & SHF_ALLOC and row[5]
        )


def elf(content: bytes) -> Segments:
    """Return the pieces of an ELF file that go into flash.

    Raises:
        ImageError: The file is damaged or incomplete.
    """
    file = _File(content)
    found = Segments()
    sections = file.sections()
    for segment in file.segments():
        inside = [
            (offset, size)
            for offset, size in sections
            if segment.offset <= offset and offset + size <= segment.offset + segment.size
        ]
        for offset, size in inside or [(segment.offset, segment.size)]:
            address = segment.address + offset - segment.offset
            if file.machine != EM_AVR or address < AVR_FLASH_END:
                found.add(address, file.cut(offset, size))
    return found
