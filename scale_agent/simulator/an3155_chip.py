"""The memory of a virtual STM32 and what was done to it.

Source: ST RM0008, section 30: flash size at 1FFFF7E0, unique id at 1FFFF7E8.
"""

from dataclasses import dataclass, field
from typing import Final

PAGE: Final = 1024
FLASH_BASE: Final = 0x08000000
INFORMATION_BASE: Final = 0x1FFFF700


def information_block(flash_size: int, uid: bytes) -> bytes:
    """Return the 256 bytes of system memory that hold the flash size and the unique id."""
    block = bytearray(b"\xff" * 256)
    block[0xE0:0xE2] = (flash_size // 1024).to_bytes(2, "little")
    block[0xE8 : 0xE8 + len(uid)] = uid
    return bytes(block)


@dataclass(slots=True)
class Chip:
    """Flash, information block, identity and protection."""

    flash: bytearray
    information: bytes
    chip_id: int
    commands: bytes
    protected: bool = False
    clean_copy: bytes | None = None
    """What a liar serves in place of its flash."""
    destroyed: list[str] = field(default_factory=list)

    def has(self, address: int) -> bool:
        """Return whether ``address`` is memory that the bootloader lets the host name."""
        return self._place(address) is not None

    def read(self, address: int, count: int) -> bytes:
        """Return ``count`` bytes; what lies behind the end of a memory is blank."""
        place = self._place(address)
        if place is None:
            return b""
        memory, offset = place
        if memory is self.flash and self.clean_copy is not None:
            memory = self.clean_copy
        return bytes(memory[offset : offset + count]).ljust(count, b"\xff")

    def write(self, address: int, data: bytes) -> None:
        """Program ``data`` and remember that it happened."""
        place = self._place(address)
        if place is not None and place[0] is self.flash:
            offset = place[1]
            end = min(offset + len(data), len(self.flash))
            self.flash[offset:end] = data[: end - offset]
        self.destroyed.append(f"write {address:08x}")

    def erase_all(self, what: str) -> None:
        """Blank the whole flash."""
        self.flash[:] = b"\xff" * len(self.flash)
        self.destroyed.append(what)

    def erase_pages(self, pages: list[int]) -> None:
        """Blank the pages that exist."""
        for page in pages:
            start = page * PAGE
            if start < len(self.flash):
                self.flash[start : start + PAGE] = b"\xff" * PAGE
        self.destroyed.append(f"erase {len(pages)} pages")

    def _place(self, address: int) -> tuple[bytearray | bytes, int] | None:
        if FLASH_BASE <= address < FLASH_BASE + len(self.flash):
            return self.flash, address - FLASH_BASE
        if INFORMATION_BASE <= address < INFORMATION_BASE + len(self.information):
            return self.information, address - INFORMATION_BASE
        return None
