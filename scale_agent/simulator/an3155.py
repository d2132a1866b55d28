"""A board with an STM32: the mask-ROM bootloader or the application, as the wires say.

NRST is low while DTR is asserted, and BOOT0 is high while RTS is released (TTL levels are the
inverse of RS-232; stm32loader and stm32flash assume the same wiring). With ``strap`` BOOT0 is
held high on the board, so that the bootloader runs after any reset and from the start.
"""

from typing import Final

from scale_agent.simulator.an3155_chip import FLASH_BASE, PAGE, Chip, information_block
from scale_agent.simulator.an3155_rom import Conversation, Rom
from scale_agent.simulator.base import garble

__all__ = ["FLASH_BASE", "An3155Device"]

COMMANDS: Final = bytes.fromhex("0001021121314363738292")  # bootloader 2.2 of the F1 series
APPLICATION: Final = b"ST,GS,+  0.000kg\r\n"
HEARD_AT_WRONG_SPEED: Final = 0xF8


class An3155Device:
    """The board; ``image`` fills its flash from the start and the rest is blank."""

    def __init__(  # noqa: PLR0913 - a board is a list of properties
        self,
        image: bytes,
        *,
        flash_size: int | None = None,
        chip_id: int = 0x0410,
        commands: bytes = COMMANDS,
        protected: bool = False,
        strap: bool = True,
        clean_copy: bytes | None = None,
        application: bytes = APPLICATION,
        uid: bytes = bytes(range(12)),
    ) -> None:
        self.name = "an3155"
        self.parity = "E"
        size = flash_size or max(PAGE, -(-len(image) // PAGE) * PAGE)
        self.chip = Chip(
            flash=bytearray(image.ljust(size, b"\xff")),
            information=information_block(size, uid),
            chip_id=chip_id,
            commands=commands,
            protected=protected,
            clean_copy=None if clean_copy is None else clean_copy.ljust(size, b"\xff"),
        )
        self.destroyed = self.chip.destroyed
        self._strap = strap
        self._application = application
        self._line_parity = self.parity
        self._line_baud = self._own_baud = 0
        self._dtr = False
        self._out = bytearray()
        self._rom: Rom | None = None
        self._talk: Conversation | None = None
        self._restart(boot0=strap)

    @property
    def flash(self) -> bytearray:
        """What the flash holds now."""
        return self.chip.flash

    def settings(self, parity: str, baudrate: int) -> None:
        """Learn what the host's side of the line is set to."""
        self._line_parity, self._line_baud = parity, baudrate

    def lines(self, *, dtr: bool, rts: bool, at: float) -> None:  # noqa: ARG002 - no clock here
        """DTR asserted holds the chip in reset; BOOT0 is sampled when it is released."""
        if self._dtr and not dtr:
            self._restart(boot0=self._strap or not rts)
        self._dtr = dtr

    def receive(self, data: bytes, at: float) -> bytes:  # noqa: ARG002 - the ROM has no time-outs
        """Take bytes from the host and return what is answered at once."""
        if self._dtr:
            return b""
        for byte in garble(data, self._line_parity, self.parity):
            self._feed(byte)
        answer = garble(bytes(self._out), self.parity, self._line_parity)
        self._out.clear()
        return answer

    def poll(self, at: float) -> bytes:  # noqa: ARG002 - it never speaks unasked
        """Return nothing: neither ROM nor application speaks unasked."""
        return b""

    def _feed(self, byte: int) -> None:
        rom, talk = self._rom, self._talk
        if rom is None or talk is None:
            if not self._out:
                self._out += self._application
            return
        if rom.synchronised and self._line_baud != self._own_baud:
            byte = HEARD_AT_WRONG_SPEED
        try:
            talk.send(byte)
        except StopIteration:
            self._rom = self._talk = None
            return
        if not rom.synchronised:
            return
        if self._own_baud == 0:
            self._own_baud = self._line_baud

    def _restart(self, *, boot0: bool) -> None:
        self._own_baud = 0
        self._out.clear()
        self._rom = Rom(self.chip, self._out) if boot0 else None
        self._talk = None if self._rom is None else self._rom.conversation()
        if self._talk is not None:
            next(self._talk)
