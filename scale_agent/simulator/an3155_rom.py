"""The mask-ROM bootloader of an STM32 as a conversation, one byte at a time.

Source: ST AN3155, "USART protocol used in the STM32 bootloader"; sections at each command.
"""

from collections.abc import Callable, Generator, Mapping
from functools import reduce
from operator import xor
from typing import Final

from scale_agent.simulator.an3155_chip import PAGE, Chip

ACK: Final = 0x79
NACK: Final = 0x1F
AUTOBAUD: Final = 0x7F
VERSION: Final = 0x22
EVERYTHING: Final = 0xFF
COMPLEMENT: Final = 0xFF
BANK_CODES: Final = 0xFFF0  # from here on a count of Extended Erase names a bank
LOWEST_VALID_BANK_CODE: Final = 0xFFFD
_REFUSED_WHEN_PROTECTED: Final = frozenset({0x11, 0x21, 0x31, 0x43, 0x44, 0x63, 0x73, 0xA1})

Conversation = Generator[None, int, None]
Handler = Generator[None, int, bool]
"""A command's tail; true when the chip restarts afterwards."""


def xor_of(data: bytes) -> int:
    """Return the XOR of all bytes, the checksum of this protocol."""
    return reduce(xor, data, 0)


def crc32_of_words(data: bytes, polynomial: int, start: int) -> int:
    """Return the CRC of the STM32 unit: words most significant bit first, not reflected."""
    crc = start
    for offset in range(0, len(data) - 3, 4):
        crc ^= int.from_bytes(data[offset : offset + 4], "little")
        for _ in range(32):
            crc = (crc << 1) ^ (polynomial if crc & 0x80000000 else 0)
            crc &= 0xFFFFFFFF
    return crc


class Rom:
    """The bootloader of ``chip``; answers are appended to ``out``."""

    def __init__(self, chip: Chip, out: bytearray) -> None:
        self._chip = chip
        self._out = out
        self.synchronised = False
        self.left = False
        """True after Go: the application runs."""
        self._handlers: Mapping[int, Callable[[], Handler]] = {
            0x00: self._get,
            0x01: self._get_version,
            0x02: self._get_id,
            0x11: self._read_memory,
            0x21: self._go,
            0x31: self._write_memory,
            0x43: self._erase,
            0x44: self._extended_erase,
            0x63: self._write_protect,
            0x73: self._write_unprotect,
            0x82: self._readout_protect,
            0x92: self._readout_unprotect,
            0xA1: self._get_checksum,
        }

    def conversation(self) -> Conversation:
        """AN3155 section 2: 0x7F sets the speed, then pairs of command and complement."""
        while not self.left:
            self.synchronised = False
            while (yield) != AUTOBAUD:
                pass
            self.synchronised = True
            self._out.append(ACK)
            restarted = False
            while not restarted:
                restarted = yield from self._command()

    def _command(self) -> Handler:
        command = yield
        check = yield
        handler = self._handlers.get(command)
        known = handler is not None and command in self._chip.commands
        refused = self._chip.protected and command in _REFUSED_WHEN_PROTECTED
        if not self._answer(good=command ^ check == COMPLEMENT and known and not refused):
            return False
        return (yield from handler()) if handler is not None else False

    def _answer(self, *, good: bool) -> bool:
        self._out.append(ACK if good else NACK)
        return good

    def _take(self, count: int) -> Generator[None, int, bytes]:
        taken = bytearray()
        while len(taken) < count:
            taken.append((yield))
        return bytes(taken)

    def _address(self) -> Generator[None, int, int | None]:
        data = yield from self._take(5)
        address = int.from_bytes(data[:4], "big")
        good = self._answer(good=xor_of(data) == 0 and self._chip.has(address))
        return address if good else None

    def _get(self) -> Handler:
        commands = self._chip.commands
        self._out += bytes([len(commands), VERSION, *commands, ACK])
        yield from ()
        return False

    def _get_version(self) -> Handler:
        self._out += bytes([VERSION, 0, 0, ACK])
        yield from ()
        return False

    def _get_id(self) -> Handler:
        self._out += bytes([1, *self._chip.chip_id.to_bytes(2, "big"), ACK])
        yield from ()
        return False

    def _read_memory(self) -> Handler:
        """3.4: address, then the count less one with its complement."""
        address = yield from self._address()
        if address is None:
            return False
        count = yield
        check = yield
        if self._answer(good=count ^ check == COMPLEMENT):
            self._out += self._chip.read(address, count + 1)
        return False

    def _go(self) -> Handler:
        """3.5: jump to the application."""
        self.left = (yield from self._address()) is not None
        return self.left

    def _write_memory(self) -> Handler:
        """3.6: address, count less one, data, XOR of count and data."""
        address = yield from self._address()
        if address is None:
            return False
        count = yield
        data = yield from self._take(count + 2)
        if self._answer(good=xor_of(data) == count):
            self._chip.write(address, data[:-1])
        return False

    def _erase(self) -> Handler:
        """3.7: FF 00 is everything, else N + 1 page numbers and the XOR."""
        count = yield
        if count == EVERYTHING:
            if self._answer(good=(yield) == 0):
                self._chip.erase_all("global erase")
            return False
        data = yield from self._take(count + 2)
        if self._answer(good=xor_of(data) == count):
            self._chip.erase_pages(list(data[:-1]))
        return False

    def _extended_erase(self) -> Handler:
        """3.8: FFFF, FFFE and FFFD are whole banks, else 16-bit page numbers."""
        head = yield from self._take(2)
        count = int.from_bytes(head, "big")
        if count >= BANK_CODES:
            check = yield
            if self._answer(good=check == xor_of(head) and count >= LOWEST_VALID_BANK_CODE):
                self._chip.erase_all("mass erase")
            return False
        data = yield from self._take(2 * (count + 1) + 1)
        pages = [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data) - 1, 2)]
        exist = all(page * PAGE < len(self._chip.flash) for page in pages)
        if self._answer(good=xor_of(head + data) == 0 and exist):
            self._chip.erase_pages(pages)
        return False

    def _write_protect(self) -> Handler:
        """3.9: N + 1 sectors and the XOR, then the chip restarts."""
        count = yield
        data = yield from self._take(count + 2)
        if not self._answer(good=xor_of(data) == count):
            return False
        self._chip.destroyed.append("write protect")
        return True

    def _write_unprotect(self) -> Handler:
        """3.10: no argument; the chip restarts."""
        self._chip.destroyed.append("write unprotect")
        yield from ()
        return self._answer(good=True)

    def _readout_protect(self) -> Handler:
        """3.11: no argument; the chip restarts."""
        self._chip.protected = True
        self._chip.destroyed.append("readout protect")
        yield from ()
        return self._answer(good=True)

    def _readout_unprotect(self) -> Handler:
        """3.12: no argument; taking the protection off erases the whole flash."""
        self._chip.erase_all("readout unprotect")
        self._chip.protected = False
        yield from ()
        return self._answer(good=True)

    def _get_checksum(self) -> Handler:
        """3.13: address, number of words, polynomial, start value; answers the CRC."""
        address = yield from self._address()
        if address is None:
            return False
        arguments = []
        for _ in range(3):
            data = yield from self._take(5)
            if not self._answer(good=xor_of(data) == 0):
                return False
            arguments.append(int.from_bytes(data[:4], "big"))
        count, polynomial, start = arguments
        crc = crc32_of_words(self._chip.read(address, 4 * count), polynomial, start)
        answer = crc.to_bytes(4, "big")
        self._out += answer + bytes([xor_of(answer)])
        return False
