"""Ways into a bootloader, driven after the port is open.

The kernel pulses DTR and RTS when a port is opened, which cannot be prevented: the wiring must bear
it, and the sequence starts from known levels. ``True`` is asserted, which is low at a TTL pin:
DTR is wired to the reset pin (directly, or through a capacitor that makes a pulse of the edge), RTS
to BOOT0, high when RTS is released. That is the wiring of stm32loader, stm32flash and Arduino.
"""

from dataclasses import dataclass, field
from typing import Final

from scale_agent.link import Clock, Port

ENTRIES: Final = ("none", "dtr", "dtr-rts", "manual")
LOW_S: Final = 0.02  # levels settle; the capacitor of an Arduino discharges
RESET_S: Final = 0.02
START_S: Final = 0.05  # from the end of reset until a bootloader listens
WITHOUT_LINES: Final = frozenset({"pty", "socket"})


@dataclass(slots=True)
class Entry:
    """The control lines of one reading, and what was done with them."""

    port: Port
    clock: Clock
    kind: str
    boot0_by_rts: bool = False
    """The level of RTS (asserted or not) that makes BOOT0 high."""
    lines: str = field(init=False)
    """driven, absent or not_driven."""

    def __post_init__(self) -> None:
        self.lines = "absent" if self.port.transport in WITHOUT_LINES else "not_driven"

    def enter(self) -> bool:
        """Reset the device into its bootloader; False when that is not to be or cannot be."""
        if self.kind not in {"dtr", "dtr-rts"} or self.lines == "absent":
            return False
        rts = self.boot0_by_rts if self.kind == "dtr-rts" else False
        return self._pulse(rts=rts, settle_s=START_S)

    def leave(self) -> None:
        """Start the application again where the lines can do it."""
        if self.lines == "driven":
            self._pulse(rts=not self.boot0_by_rts if self.kind == "dtr-rts" else False, settle_s=0)

    def _pulse(self, *, rts: bool, settle_s: float) -> bool:
        for dtr, seconds in ((False, LOW_S), (True, RESET_S), (False, settle_s)):
            if not self.port.drive(dtr=dtr, rts=rts):
                self.lines = "absent"
                return False
            self.clock.sleep(seconds)
        self.lines = "driven"
        return True

    def facts(self) -> dict[str, str | int]:
        """Return what the server needs to know about how the bootloader was entered."""
        driven = self.lines == "driven"
        automatic = self.kind in {"dtr", "dtr-rts"}
        facts: dict[str, str | int] = {
            "control_lines": self.lines,
            "entry": self.kind if driven or not automatic else "none",
            "strap": "driven" if driven and self.kind == "dtr-rts" else "none",
            "reset": "driven" if driven else "none",
        }
        if facts["entry"] != self.kind:
            facts["entry_asked"] = self.kind
        return facts
