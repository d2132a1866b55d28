"""The mask-ROM bootloader of STM32, GD32 and kin over a serial line, read-only.

Source: ST AN3155, "USART protocol used in the STM32 bootloader"; 8 data bits, even parity.
Ask: command and complement, ACK; four bytes of address and their XOR, ACK; count less one and its
complement, ACK, data. Data carry no checksum.

A device that lost a byte may take our arguments for a command: a count of 68 bytes goes out as
43 BC, which is Erase. Hence only FF 00 (256 bytes) at 256-aligned addresses, where no dangerous
pair occurs at any offset, and after anything unexpected FF until NACK, then the block anew.
"""

from collections.abc import Sequence
from functools import reduce
from operator import xor
from typing import ClassVar, Final

from scale_agent.errors import (
    AddressRefusedError,
    NotUnderstoodError,
    ReadError,
    RefusedError,
    StoppedAnsweringError,
    UnexpectedError,
    UnreadableError,
    WireError,
)
from scale_agent.firmware.base import FirmwareReader, not_understood
from scale_agent.link import Link
from scale_agent.stm32 import CHIPS, KIB, SIZES_KIB

ACK: Final = 0x79  # 2.1
NACK: Final = 0x1F
SYNC: Final = b"\x7f"  # 2: the host's first byte, from which the speed is measured
STEP: Final = b"\xff"  # never half of a pair that means anything but Get
GET: Final = 0x00  # 3.1
GET_VERSION: Final = 0x01  # 3.2
GET_ID: Final = 0x02  # 3.3
READ_MEMORY: Final = 0x11  # 3.4
BLOCK: Final = 256
WHOLE_BLOCK: Final = b"\xff\x00"
ADDRESS_FRAME: Final = 5
COMMANDS: Final = frozenset({GET, GET_VERSION, GET_ID, READ_MEMORY})

SYNC_TRIES: Final = 6
SYNC_WAIT_S: Final = 0.25
STEP_WAIT_S: Final = 0.1
# The longest that a device may still want: an Extended Erase list of 256 pages, 2 bytes each.
STEPS: Final = 700
PATIENT_STEPS: Final = 8
HURRIED_WAIT_S: Final = 0.01
SURE: Final = 3  # refusals in a row that are believed
STK500_ANSWERS: Final = b"\x14\x10\x15"


def pair(command: int) -> bytes:
    """Return a command with its complement."""
    return bytes([command, command ^ 0xFF])


def address_frame(address: int) -> bytes:
    """Return the four bytes of an address and their XOR."""
    data = address.to_bytes(4, "big")
    return data + bytes([reduce(xor, data)])


class An3155(FirmwareReader):
    """One session with the boot ROM."""

    name: ClassVar[str] = "an3155"
    about: ClassVar[str] = "STM32, GD32 and kin, mask-ROM bootloader (ST AN3155)"
    parity: ClassVar[str] = "E"
    entry: ClassVar[str] = "dtr-rts"
    bits: ClassVar[int] = 11
    block_size: ClassVar[int] = BLOCK
    wire_bytes: ClassVar[int] = 2 + 1 + ADDRESS_FRAME + 1 + 2 + 1 + BLOCK
    address: ClassVar[int] = 0x08000000
    patience: ClassVar[int] = 1000  # a failure costs time and nothing else
    commands: ClassVar[frozenset[int]] = frozenset({SYNC[0], STEP[0]}) | COMMANDS

    def __init__(self) -> None:
        super().__init__()
        self._chip_id = 0

    @staticmethod
    def permits(frame: bytes) -> bool:
        """Allow the two lone bytes, four commands, aligned addresses and the one count."""
        if len(frame) == ADDRESS_FRAME:
            return frame[3] == 0 and frame[4] == reduce(xor, frame[:4])
        return frame in {SYNC, STEP, WHOLE_BLOCK} or (
            len(frame) == 2  # noqa: PLR2004 - a pair
            and frame[0] in COMMANDS
            and frame == pair(frame[0])
        )

    def connect(self, link: Link) -> None:
        """Send 0x7F; ACK is in step now, NACK was in step already (2, 3)."""
        heard = b""
        for _ in range(SYNC_TRIES):
            link.send(SYNC)
            answer = link.some(SYNC_WAIT_S, at_most=1)
            if answer and answer[0] in {ACK, NACK}:
                return
            heard += answer + link.drain() if answer else b""
        raise not_understood(heard, bytes([ACK, NACK]), STK500_ANSWERS)

    def identify(self, link: Link) -> None:
        """Ask Get and Get ID until two answers agree."""
        try:
            version, commands = self.agreed(link, self._get)
            self._chip_id = self.agreed(link, self._get_id)
        except StoppedAnsweringError as error:
            # 0x7F and ACK have an odd number of ones and pass with parity off as well.
            raise NotUnderstoodError(f"after synchronising: {error}") from error
        chip = CHIPS.get(self._chip_id)
        self.device |= {
            "chip_id": f"{self._chip_id:04x}",
            "chip": chip.name if chip else "unknown",
            "bootloader": f"{version:02x}",
            "commands": commands.hex(),
        }

    def length(self, link: Link) -> int:
        """Find the end of flash: the size the chip states, else the first address refused."""
        chip = CHIPS.get(self._chip_id)
        largest = chip.flash_kib if chip else 2 * SIZES_KIB[0]
        stated = self._stated_size(link, chip.size_at) if chip else 0
        if stated in SIZES_KIB and stated <= largest:
            self.device["length_source"] = "flash_size_register"
            return stated * KIB
        self.device["length_source"] = "address_refused"
        return self._searched_size(link, largest, is_known=chip is not None)

    def block(self, link: Link, offset: int) -> bytes:
        """Read 256 bytes with Read Memory (3.4)."""
        return self._read_at(link, self.address + offset)

    def probe(self, link: Link) -> None:
        """Ask Get Version, which has nothing to do with memory."""
        self._command(link, GET_VERSION)
        answer = link.receive(4)
        if answer[3] != ACK or (rest := link.some(0.0)):
            raise UnexpectedError(answer + rest if answer[3] == ACK else answer)

    def recover(self, link: Link) -> None:
        """Send FF until NACK; where that does not help, reset and synchronise anew."""
        link.drain()
        for step in range(STEPS):
            link.send(STEP)
            answer = link.some(STEP_WAIT_S if step < PATIENT_STEPS else HURRIED_WAIT_S)
            if answer and set(answer) == {NACK}:
                return
        if not link.reset():
            raise StoppedAnsweringError(f"no NACK to {STEPS} bytes FF")
        self.connect(link)

    def give_up(self, link: Link, failures: Sequence[WireError]) -> ReadError:
        """Tell protection and the end of flash from a bad line."""
        last = failures[-SURE:]
        if all(isinstance(failure, AddressRefusedError) for failure in last):
            return UnreadableError("no memory at this address", reason="address_refused")
        if not all(isinstance(failure, RefusedError) for failure in last):
            return super().give_up(link, failures)
        if self._get_is_answered(link):
            return UnreadableError("Read Memory is refused, Get is answered")
        return NotUnderstoodError("every command is refused")

    def _get_is_answered(self, link: Link) -> bool:
        for _ in range(SURE):
            self.recover(link)
            try:
                self._get(link)
            except WireError:
                continue
            return True
        return False

    def _command(self, link: Link, command: int) -> None:
        link.send(pair(command))
        answer = link.receive(1)[0]
        if answer == NACK:
            raise RefusedError(bytes([answer]))
        if answer != ACK:
            raise UnexpectedError(bytes([answer]), is_first=True)

    def _get(self, link: Link) -> tuple[int, bytes]:
        self._command(link, GET)
        count = link.receive(1)[0]
        answer = link.receive(count + 2)
        if answer[-1] != ACK:
            raise UnexpectedError(answer)
        return answer[0], answer[1:-1]

    def _get_id(self, link: Link) -> int:
        self._command(link, GET_ID)
        answer = link.receive(4)
        if answer[0] != 1 or answer[3] != ACK:
            raise UnexpectedError(answer)
        return int.from_bytes(answer[1:3], "big")

    def _read_at(self, link: Link, address: int) -> bytes:
        self._command(link, READ_MEMORY)
        link.send(address_frame(address))
        answer = link.receive(1)[0]
        if answer == NACK:
            raise AddressRefusedError(bytes([answer]))
        if answer != ACK:
            raise UnexpectedError(bytes([answer]))
        link.send(WHOLE_BLOCK)
        data = link.receive(1 + BLOCK)
        if data[0] != ACK:
            raise UnexpectedError(data)
        return data[1:]

    def _exists(self, link: Link, offset: int) -> bool:
        """Return whether there is flash; a refusal may be a lost byte and counts when repeated."""
        return self._try_block(link, self.address + offset) is not None

    def _try_block(self, link: Link, address: int) -> bytes | None:
        def ask(link: Link) -> bytes | None:
            # A refusal leaves the device in step, so it is only asked once more to be sure.
            for _ in range(SURE):
                try:
                    return self._read_at(link, address)
                except AddressRefusedError:
                    continue
            return None

        return self.persistently(link, ask)

    def _stated_size(self, link: Link, register: int) -> int:
        """Return the flash size in KiB from the device's electronic signature; 0 if refused."""

        def ask(link: Link) -> bytes:
            block = self._try_block(link, register & ~(BLOCK - 1))
            at = register % BLOCK
            return block[at : at + 2] if block else bytes(2)

        return int.from_bytes(self.agreed(link, ask), "little")

    def _searched_size(self, link: Link, largest: int, *, is_known: bool) -> int:
        """Go down the sizes that exist; between two of them divide."""
        too_large = 0
        for size in (size for size in SIZES_KIB if size <= largest):
            if self._exists(link, size * KIB - BLOCK):
                break
            too_large = size
        else:
            return self._divided(link, 0, too_large)
        if not too_large and not is_known:
            raise UnreadableError("no end of flash found", reason="length_unknown")
        if too_large and self._exists(link, size * KIB):
            return self._divided(link, size, too_large)
        return size * KIB

    def _divided(self, link: Link, lower: int, upper: int) -> int:
        """Return the end of flash between two sizes in KiB, of which only the lower exists."""
        while upper - lower > 1:
            middle = (lower + upper) // 2
            if self._exists(link, middle * KIB - BLOCK):
                lower = middle
            else:
                upper = middle
        return lower * KIB
