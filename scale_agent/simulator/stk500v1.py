"""An AVR with a serial bootloader that speaks STK500 version 1, programming included.

Sources: Atmel AVR061 "STK500 Communication Protocol"; optiboot.c (newer than 4.4: a page is erased
when its data and the end mark have come; ``erases_early`` gives 4.4 and older, which erase as soon
as Program Page is heard) and ATmegaBOOT_168.c. Either lies in flash and is started by a reset, an
assertion of DTR through a capacitor; a watchdog, five mistakes or Leave start the application.
"""

from collections.abc import Callable, Generator
from typing import Final

from scale_agent.simulator.base import garble

INSYNC, OK, NOSYNC, END = 0x14, 0x10, 0x15, 0x20
LEAVE: Final = 0x51
EEPROM: Final = ord("E")
SIGNATURE: Final = bytes.fromhex("1e950f")  # ATmega328P
APPLICATION: Final = b"ST,GS,+  0.000kg\r\n"
FLASH_SIZE: Final = 32 << 10
EEPROM_SIZE: Final = 1 << 10
WATCHDOG_S: Final = 1.0
MISTAKES: Final = 5  # ATmegaBOOT: MAX_ERROR_COUNT
HEARD_AT_WRONG_SPEED: Final = 0xF8
VERSIONS: Final = {"optiboot": (8, 0), "atmegaboot": (1, 16)}

Conversation = Generator[None, int, None]
Handler = Generator[None, int, None]


class Stk500v1Device:
    """The chip; ``image`` fills its flash from the start, the bootloader section included."""

    def __init__(  # noqa: PLR0913 - a board is a list of properties
        self,
        image: bytes,
        *,
        flavour: str = "optiboot",
        signature: bytes = SIGNATURE,
        flash_size: int = FLASH_SIZE,
        baudrate: int = 115200,
        watchdog_s: float | None = WATCHDOG_S,
        erases_early: bool = False,
        application: bytes = APPLICATION,
    ) -> None:
        self.name = "stk500v1"
        self.parity = "N"
        self.flash = bytearray(image.ljust(flash_size, b"\xff"))
        self.eeprom = bytearray(b"\xff" * EEPROM_SIZE)
        self.destroyed: list[str] = []
        self._flavour = flavour
        self._version = (4, 4) if erases_early else VERSIONS[flavour]
        self._signature = signature
        self._baudrate = self._line_baud = baudrate
        self._line_parity = self.parity
        self._watchdog_s = watchdog_s
        self._erases_early = erases_early
        self._application = application
        self._dtr = False
        self._out = bytearray()
        self._address = 0
        self._mistakes = 0
        self._is_complete = False
        self._heard_at: float | None = None
        self._talk: Conversation | None = None
        self._commands: dict[int, Callable[[], Handler]] = {
            0x31: self._sign_on,
            0x40: self._set_parameter,
            0x41: self._get_parameter,
            0x42: lambda: self._ignore(20),
            0x45: lambda: self._ignore(5),
            LEAVE: self._leave,
            0x55: self._load_address,
            0x56: self._universal,
            0x64: self._program_page,
            0x74: self._read_page,
            0x75: self._read_signature,
        }
        self.reset()

    def reset(self) -> None:
        """Start the bootloader, as an assertion of DTR does."""
        self._out.clear()
        self._mistakes = 0
        self._heard_at = None
        self._talk = self._bootloader()
        next(self._talk)

    def settings(self, parity: str, baudrate: int) -> None:
        """Learn what the host's side of the line is set to."""
        self._line_parity, self._line_baud = parity, baudrate

    def lines(self, *, dtr: bool, rts: bool, at: float) -> None:  # noqa: ARG002 - RTS is not wired
        """The capacitor makes a reset of each assertion of DTR."""
        if dtr and not self._dtr:
            self.reset()
            self._heard_at = at
        self._dtr = dtr

    def receive(self, data: bytes, at: float) -> bytes:
        """Take bytes from the host and return what is answered at once."""
        self._watch(at)
        self._heard_at = at
        for byte in garble(data, self._line_parity, self.parity):
            self._feed(byte if self._line_baud == self._baudrate else HEARD_AT_WRONG_SPEED)
        answer = garble(bytes(self._out), self.parity, self._line_parity)
        self._out.clear()
        if self._line_baud != self._baudrate:
            return bytes([HEARD_AT_WRONG_SPEED]) * len(answer)
        return answer

    def poll(self, at: float) -> bytes:
        """Say nothing unasked, but let the watchdog act."""
        self._watch(at)
        return b""

    def _watch(self, at: float) -> None:
        if self._heard_at is None:
            self._heard_at = at
        if self._watchdog_s is not None and at - self._heard_at > self._watchdog_s:
            self._talk = None

    def _feed(self, byte: int) -> None:
        if self._talk is None:
            if not self._out:
                self._out += self._application
            return
        try:
            self._talk.send(byte)
        except StopIteration:
            self._talk = None

    def _bootloader(self) -> Conversation:
        while True:
            command = yield
            handler = self._commands.get(command, self._nothing)
            self._is_complete = False
            yield from handler()
            if command == LEAVE and self._is_complete:
                return
            if not self._is_complete and self._gives_up():
                return

    def _gives_up(self) -> bool:
        """Optiboot waits for its watchdog at the first mistake, ATmegaBOOT forgives four."""
        self._mistakes += 1
        return self._flavour == "optiboot" or self._mistakes >= MISTAKES

    def _take(self, count: int) -> Generator[None, int, bytes]:
        taken = bytearray()
        while len(taken) < count:
            taken.append((yield))
        return bytes(taken)

    def _end(self, answer: bytes = b"") -> Handler:
        """Answer if the command ends as it must."""
        self._is_complete = (yield) == END
        if self._is_complete:
            self._out += bytes([INSYNC, *answer, OK])

    def _nothing(self) -> Handler:
        yield from self._end()

    def _ignore(self, count: int) -> Handler:
        yield from self._take(count)
        yield from self._end()

    def _sign_on(self) -> Handler:
        yield from self._end(b"AVR ISP" if self._flavour == "atmegaboot" else b"")

    def _set_parameter(self) -> Handler:
        yield from self._take(2 if self._flavour == "atmegaboot" else 0)
        yield from self._end()

    def _get_parameter(self) -> Handler:
        which = yield
        major, minor = self._version
        yield from self._end(bytes([{0x81: major, 0x82: minor}.get(which, 3)]))

    def _leave(self) -> Handler:
        yield from self._end()

    def _load_address(self) -> Handler:
        self._address = 2 * int.from_bytes((yield from self._take(2)), "little")
        yield from self._end()

    def _universal(self) -> Handler:
        yield from self._take(4)
        yield from self._end(b"\x00")

    def _read_signature(self) -> Handler:
        yield from self._end(self._signature)

    def _length(self, sent: bytes) -> int:
        """Optiboot keeps the low byte only, and counts 256 for zero."""
        if self._flavour == "atmegaboot":
            return int.from_bytes(sent, "big")
        return sent[1] or 256

    def _read_page(self) -> Handler:
        """AVR061: length big-endian, memory type; optiboot answers flash for any type."""
        arguments = yield from self._take(3)
        length = self._length(arguments[:2])
        if arguments[2] == EEPROM and self._flavour == "atmegaboot":
            start, memory = self._address // 2 % len(self.eeprom), self.eeprom
        else:
            start, memory = self._address % len(self.flash), self.flash
        yield from self._end(bytes(memory[start : start + length]).ljust(length, b"\xff"))
        # Optiboot goes on where it stopped; ATmegaBOOT keeps bytes where it expects words.
        self._address = (start + length) * (2 if self._flavour == "atmegaboot" else 1)

    def _program_page(self) -> Handler:
        """AVR061: length, memory type, data; executed when the end mark has come."""
        arguments = yield from self._take(3)
        start = self._address % len(self.flash)
        if self._erases_early:
            self._program(start, b"\xff" * 128, "erase")
        data = yield from self._take(self._length(arguments[:2]))
        yield from self._end()
        if not self._is_complete:
            return
        if arguments[2] == EEPROM and self._flavour == "atmegaboot":
            self.destroyed.append(f"write eeprom {self._address // 2:04x}")
        else:
            self._program(start, data, "write")

    def _program(self, start: int, data: bytes, what: str) -> None:
        end = min(start + len(data), len(self.flash))
        self.flash[start:end] = data[: end - start]
        self.destroyed.append(f"{what} {start:05x}")
