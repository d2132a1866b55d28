"""The image a virtual scale runs: an Intel HEX or raw file, read anew at every reset.

Replacing the file re-flashes the running scale. A file caught half-written leaves the old image.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scale_agent.simulator.intel_hex import ImageError, parse

ERASED: Final = 0xFF
BLOCK: Final = 1024
LARGEST_FILE: Final = 16 << 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Memory:
    """Program memory of a kind of device: its address, and the sizes in which it is made."""

    base: int
    smallest: int
    usual: int
    largest: int

    def size_for(self, count: int, *, is_raw: bool) -> int:
        """Return the flash that an image of ``count`` bytes implies.

        A raw file says how large its flash is; of Intel HEX nobody knows what follows.

        Raises:
            ImageError: There is none as large.
        """
        if count > self.largest:
            raise ImageError(f"does not fit into {self.largest} bytes of program memory")
        return max(-(-count // BLOCK) * BLOCK, self.smallest if is_raw else self.usual)


def load(path: Path, memory: Memory) -> bytes:
    """Return the flash that holds the image of ``path``, erased where the file is silent.

    Args:
        path: Intel HEX, or raw bytes from the start of program memory.
        memory: Where it goes; HEX files may count from its address or from zero.

    Raises:
        ImageError: The file cannot be read, is broken or does not fit.
    """
    try:
        content = _content(path)
        if not content.startswith(b":"):
            return content.ljust(memory.size_for(len(content), is_raw=True), bytes([ERASED]))
        return _flash(_hex(content), memory)
    except OSError as error:
        raise ImageError(f"{path}: {error.strerror}") from None
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from None


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_FILE:
        raise ImageError("larger than any program memory")
    content = path.read_bytes()
    if not content:
        raise ImageError("the file is empty")
    return content


def _hex(content: bytes) -> dict[int, int]:
    try:
        found = parse(content.decode("ascii"))
    except UnicodeDecodeError:
        raise ImageError("begins like Intel HEX but is not text") from None
    if not found:
        raise ImageError("holds no data")
    return found


def _flash(found: Mapping[int, int], memory: Memory) -> bytes:
    start = memory.base if min(found) >= memory.base else 0
    flash = bytearray([ERASED]) * memory.size_for(max(found) - start + 1, is_raw=False)
    for address, byte in found.items():
        flash[address - start] = byte
    return bytes(flash)


class ImageFile:
    """A file that is watched by reading it again."""

    def __init__(self, path: Path, memory: Memory) -> None:
        """Read ``path`` for the first time.

        Raises:
            ImageError: There is nothing to start from.
        """
        self._path, self._memory = path, memory
        self._latest = load(path, memory)

    def latest(self) -> bytes:
        """Return the flash as the file has it now, or as it was if the file is broken now."""
        try:
            self._latest = load(self._path, self._memory)
        except ImageError as error:
            log.warning("keeping the image as it was: %s", error)
        return self._latest
