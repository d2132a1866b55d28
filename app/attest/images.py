"""Program images out of the files people have: Intel HEX, S-record, ELF, raw bytes.

The name's ending decides where it is known, else the content. A file that is text of one of
the two line formats is never taken for raw bytes, however damaged.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

from app.attest.elf import MAGIC, elf
from app.attest.hex_files import intel_hex, s_record
from app.attest.image_errors import (
    BadRecordError,
    DoesNotFitError,
    EmptyImageError,
    ImageError,
    OverlapError,
    TooLargeError,
    TruncatedError,
    WrongChecksumError,
)
from app.attest.segments import ERASED, LARGEST_IMAGE, Segments

__all__ = [
    "LARGEST_FILE",
    "LARGEST_IMAGE",
    "BadRecordError",
    "DoesNotFitError",
    "EmptyImageError",
    "Image",
    "ImageError",
    "ImageFormat",
    "OverlapError",
    "TooLargeError",
    "TruncatedError",
    "WrongChecksumError",
    "as_part",
    "check_size",
    "parse",
]

# 16 MiB of program are 43 MiB of Intel HEX.
LARGEST_FILE: Final = 48 << 20
SNIFFED: Final = 4096
NOT_TEXT: Final = 20


class ImageFormat(StrEnum):
    """What a file is written in."""

    INTEL_HEX = "intel_hex"
    S_RECORD = "s_record"
    ELF = "elf"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class Image:
    """The bytes of a program from ``base`` on; raw bytes know no address and say 0."""

    base: int
    data: bytes
    format: ImageFormat

    @property
    def is_read_out(self) -> bool:
        """Whether the file is raw bytes, which say nothing of the memory behind their end."""
        return self.format is ImageFormat.BINARY


_ENDINGS: Final[Mapping[str, ImageFormat]] = MappingProxyType(
    {
        **dict.fromkeys((".hex", ".ihex", ".ihx"), ImageFormat.INTEL_HEX),
        **dict.fromkeys((".srec", ".s19", ".s28", ".s37", ".mot"), ImageFormat.S_RECORD),
        **dict.fromkeys((".elf", ".axf"), ImageFormat.ELF),
    }
)
_READERS: Final[Mapping[ImageFormat, Callable[[bytes], Segments]]] = MappingProxyType(
    {
        ImageFormat.INTEL_HEX: intel_hex,
        ImageFormat.S_RECORD: s_record,
        ImageFormat.ELF: elf,
    }
)
_PRINTABLE: Final = bytes(range(0x20, 0x7F)) + b"\t\r\n"
_HEX_LINE: Final = re.compile(rb"^\s*:[0-9A-Fa-f]{8}", re.MULTILINE)
_S_LINE: Final = re.compile(rb"^\s*[Ss][0-9][0-9A-Fa-f]{6}", re.MULTILINE)


def check_size(length: int) -> None:
    """Refuse a file by its length, before it is read.

    Raises:
        TooLargeError: It is larger than the largest program's longest form.
    """
    if length > LARGEST_FILE:
        raise TooLargeError(f"the file has {length} bytes, at most {LARGEST_FILE} are taken")


def parse(content: bytes, name: str = "") -> Image:
    """Return the image that a file holds.

    Args:
        name: The file's name; its ending settles the format where it is a known one.

    Raises:
        ImageError: The file is empty, too large, damaged, incomplete or contradicts itself.
    """
    check_size(len(content))
    if not content:
        raise EmptyImageError("the file is empty")
    found = _ENDINGS.get(PurePath(name).suffix.lower()) or _sniff(content)
    if found is ImageFormat.BINARY:
        if len(content) > LARGEST_IMAGE:
            raise TooLargeError(
                f"the program has {len(content)} bytes, at most {LARGEST_IMAGE} are taken"
            )
        return Image(0, content, found)
    if found is ImageFormat.ELF and not content.startswith(MAGIC):
        raise BadRecordError("the file does not begin like an ELF file")
    return Image(*_READERS[found](content).image(), found)


def _sniff(content: bytes) -> ImageFormat:
    if content.startswith(MAGIC):
        return ImageFormat.ELF
    head = content[:SNIFFED]
    # A flipped bit makes no binary file of a text: one odd byte in twenty is still damage.
    if NOT_TEXT * len(head.translate(None, _PRINTABLE)) <= len(head):
        if _HEX_LINE.search(head):
            return ImageFormat.INTEL_HEX
        if _S_LINE.search(head):
            return ImageFormat.S_RECORD
    return ImageFormat.BINARY


def as_part(image: Image, address: int, length: int) -> bytes:
    """Return what a blank memory of ``length`` bytes at ``address`` holds with ``image`` in it.

    For references: what follows a program in a freshly written chip reads 0xFF. Never for a
    reading, whose missing end is unread and not blank. Addresses counted from zero pass.

    Raises:
        DoesNotFitError: The image lies outside that memory.
    """
    offset = image.base - address if image.base >= address else image.base
    if offset + len(image.data) > length:
        raise DoesNotFitError(
            f"{len(image.data)} bytes at {image.base:#x} do not lie in the {length} bytes"
            f" at {address:#x}"
        )
    return (ERASED * offset + image.data).ljust(length, ERASED)
