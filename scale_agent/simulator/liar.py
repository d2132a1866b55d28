"""A program that answers in place of the boot ROM, with a clean copy of what it should be.

The ROM itself cannot be made to lie: a reset with the BOOT0 strap leads past the program. Where
the host drives neither, the program is all that it ever hears.
"""

from scale_agent.simulator.base import Device


class LyingDevice:
    """The lie and, behind it, the truth; RTS released is BOOT0 high, as on the true device."""

    def __init__(self, lie: Device, truth: Device) -> None:
        self.name = truth.name
        self.parity = truth.parity
        self._lie, self._truth = lie, truth
        self._answering = lie
        self.destroyed = truth.destroyed
        self._dtr = False

    def settings(self, parity: str, baudrate: int) -> None:
        """Both hear the same line."""
        self._lie.settings(parity, baudrate)
        self._truth.settings(parity, baudrate)

    def lines(self, *, dtr: bool, rts: bool, at: float) -> None:
        """On release of the reset the strap decides who starts."""
        self._lie.lines(dtr=dtr, rts=rts, at=at)
        self._truth.lines(dtr=dtr, rts=rts, at=at)
        if self._dtr and not dtr:
            self._answering = self._lie if rts else self._truth
        self._dtr = dtr

    def receive(self, data: bytes, at: float) -> bytes:
        """Let the one that runs answer."""
        return self._answering.receive(data, at)

    def poll(self, at: float) -> bytes:
        """Let the one that runs speak."""
        return self._answering.poll(at)
