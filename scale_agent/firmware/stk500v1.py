"""Serial bootloaders of AVR chips that speak STK500 version 1, read-only.

Source: Atmel AVR061, "STK500 Communication Protocol"; 8N1, each command ends with 0x20 and is
answered 14 ... 10. Addresses count words, lengths bytes.

READ_PAGE (74) is one flipped bit from PROG_PAGE (64), and the device would then take what follows
as data: after anything unexpected nothing is sent until a DTR reset, or until the bootloader's own
time-out has surely fired. Blocks are of 128 bytes: with 256 the length goes out as 01 00, and a
doubled 01 leaves a device that heard PROG_PAGE and counts in one byte a length of 1, which the rest
of our own frame completes. The bootloader lies in flash: it can answer what it likes.
"""

from typing import ClassVar, Final

from scale_agent.avr import CHIPS
from scale_agent.errors import (
    NotUnderstoodError,
    SilentError,
    StoppedAnsweringError,
    UnexpectedError,
    UnreadableError,
    WireError,
)
from scale_agent.firmware.base import FirmwareReader, not_understood
from scale_agent.link import Link

INSYNC: Final = 0x14  # AVR061, Resp_STK_INSYNC
OK: Final = 0x10  # Resp_STK_OK
END: Final = 0x20  # Sync_CRC_EOP
GET_SYNC: Final = b"\x30\x20"  # Cmnd_STK_GET_SYNC
GET_PARAMETER: Final = 0x41  # Cmnd_STK_GET_PARAMETER
SOFTWARE_MAJOR: Final = 0x81  # Parm_STK_SW_MAJOR
SOFTWARE_MINOR: Final = 0x82  # Parm_STK_SW_MINOR
LEAVE: Final = b"\x51\x20"  # Cmnd_STK_LEAVE_PROGMODE
LOAD_ADDRESS: Final = 0x55  # Cmnd_STK_LOAD_ADDRESS, little-endian words
READ_PAGE: Final = 0x74  # Cmnd_STK_READ_PAGE, big-endian length, 'F' for flash
READ_SIGNATURE: Final = b"\x75\x20"  # Cmnd_STK_READ_SIGN
DONE: Final = bytes([INSYNC, OK])
FLASH: Final = ord("F")
BLOCK: Final = 128
LONGEST: Final = 128 << 10  # sixteen bits of words

SYNC_TRIES: Final = 5
SYNC_WAIT_S: Final = 0.2
RESETS: Final = 3
# AVR watchdogs end at 8 s (+ 10 %), the loop of ATmegaBOOT for Bluetooth boards at about 10 s.
WATCHDOG_SURELY_S: Final = 12.0
FRAGILE: Final = range(1, 5)  # optiboot up to 4.4 erases as soon as PROG_PAGE is heard
ATMEGABOOT_MAJOR: Final = 1
HEARING_TEST: Final = 16  # clean exchanges in a row, of
HEARING_TRIES: Final = 24
AN3155_ANSWERS: Final = b"\x79\x1f"
PERMITTED_LENGTHS: Final = {0x30: 2, 0x41: 3, 0x51: 2, 0x55: 4, 0x74: 5, 0x75: 2}


def load_address(offset: int) -> bytes:
    """Return the frame that sets the address, which the bootloader counts in words."""
    return bytes([LOAD_ADDRESS, *(offset // 2).to_bytes(2, "little"), END])


READ_BLOCK: Final = bytes([READ_PAGE, *BLOCK.to_bytes(2, "big"), FLASH, END])


class Stk500v1(FirmwareReader):
    """One session with optiboot, ATmegaBOOT or kin."""

    name: ClassVar[str] = "stk500v1"
    about: ClassVar[str] = "AVR with a serial bootloader: optiboot, ATmegaBOOT (Atmel AVR061)"
    parity: ClassVar[str] = "N"
    entry: ClassVar[str] = "dtr"
    bits: ClassVar[int] = 10
    block_size: ClassVar[int] = BLOCK
    wire_bytes: ClassVar[int] = 4 + 2 + 5 + 1 + BLOCK + 1
    address: ClassVar[int] = 0
    patience: ClassVar[int] = 8
    commands: ClassVar[frozenset[int]] = frozenset(PERMITTED_LENGTHS)

    def __init__(self) -> None:
        super().__init__()
        self._signature = ""
        self._is_fragile = False
        self._hears_while_talking = False

    @staticmethod
    def permits(frame: bytes) -> bool:
        """Allow six whole commands; of READ_PAGE the one frame that is used."""
        if not frame or len(frame) != PERMITTED_LENGTHS.get(frame[0]) or frame[-1] != END:
            return False
        return frame[0] != READ_PAGE or frame == READ_BLOCK

    def connect(self, link: Link) -> None:
        """Ask for synchronism, several times after each of a few resets."""
        heard = b""
        for _ in range(RESETS):
            for _ in range(SYNC_TRIES):
                link.send(GET_SYNC)
                # Until it is quiet: the answer to an earlier question may still come.
                answer = link.some(SYNC_WAIT_S)
                if answer.endswith(DONE):
                    return
                heard += answer
            if not link.reset():
                break
            link.drain()
        raise not_understood(heard, DONE, AN3155_ANSWERS)

    def identify(self, link: Link) -> None:
        """Ask version and signature until two answers agree; test the line where it matters."""
        major = self.agreed(link, lambda link: self._parameter(link, SOFTWARE_MAJOR))
        minor = self.agreed(link, lambda link: self._parameter(link, SOFTWARE_MINOR))
        self._signature = self.agreed(link, self._read_signature).hex()
        name, _ = CHIPS.get(self._signature, ("unknown", 0))
        # These have a UART in hardware and take the next request while they answer; a bootloader
        # that bangs bits (ATtiny) is deaf meanwhile.
        self._hears_while_talking = self._signature in CHIPS
        self.device |= {
            "signature": self._signature,
            "signature_source": "bootloader",
            "chip": name,
            "bootloader": f"{major}.{minor}",
            "fuses": "not_available",
            "lock": "not_available",
            "eeprom": "not_available",
        }
        if major in FRAGILE and major != ATMEGABOOT_MAJOR:
            self.device["erases_early"] = 1
            self._is_fragile = True
        self._test_hearing(link)

    def _test_hearing(self, link: Link) -> None:
        """Find out, with requests that can do no harm, whether this line garbles any."""
        in_a_row = 0
        for _ in range(HEARING_TRIES):
            try:
                self.probe(link)
                in_a_row += 1
            except WireError as failure:
                in_a_row = 0
                self.after(link, [failure])
            if in_a_row == HEARING_TEST:
                return
        raise NotUnderstoodError("requests do not arrive whole", reason="noisy")

    def length(self, link: Link) -> int:  # noqa: ARG002 - a table knows
        """Return the flash size of the chip that the signature names."""
        _, size = CHIPS.get(self._signature, ("", 0))
        if not size:
            detail = f"signature {self._signature} is not in the table; give --length"
            raise UnreadableError(detail, reason="length_unknown")
        self.device["length_source"] = "signature"
        return size

    def block(self, link: Link, offset: int) -> bytes:
        """Load the address, read 128 bytes."""
        if offset >= LONGEST:
            raise UnreadableError("beyond what 16 bits of words reach", reason="address_refused")
        if not self._hears_while_talking:
            self._exchange(link, load_address(offset))
            return self._exchange(link, READ_BLOCK, BLOCK)
        link.send(load_address(offset))
        link.send(READ_BLOCK)
        answer = link.receive(len(DONE) + BLOCK + 2)
        if not answer.startswith(DONE + DONE[:1]) or answer[-1] != OK:
            raise UnexpectedError(answer, is_first=answer[0] != INSYNC)
        return answer[3:-1]

    def probe(self, link: Link) -> None:
        """Ask for synchronism."""
        self._exchange(link, GET_SYNC)

    def recover(self, link: Link) -> None:
        """Reset over DTR, else say nothing until the bootloader has surely given up."""
        if self._is_fragile:
            detail = "this bootloader erases a page if one bit of a read request flips"
            raise NotUnderstoodError(detail, reason="line_errors_dangerous")
        if link.reset():
            link.drain()
        else:
            link.wait(WATCHDOG_SURELY_S)
            link.drain()
        try:
            self.connect(link)
        except (SilentError, NotUnderstoodError) as error:
            raise StoppedAnsweringError(f"no bootloader after an error: {error}") from error

    def leave(self, link: Link) -> None:
        """Start the application; what it then says is not ours."""
        link.send(LEAVE)
        link.drain()

    def _exchange(self, link: Link, frame: bytes, count: int = 0) -> bytes:
        link.send(frame)
        answer = link.receive(count + 2)
        if answer[0] != INSYNC or answer[-1] != OK:
            raise UnexpectedError(answer, is_first=answer[0] != INSYNC)
        return answer[1:-1]

    def _parameter(self, link: Link, which: int) -> int:
        return self._exchange(link, bytes([GET_PARAMETER, which, END]), 1)[0]

    def _read_signature(self, link: Link) -> bytes:
        return self._exchange(link, READ_SIGNATURE, 3)
