"""A virtual scale: a device model, the line to it, and what is wrong with either.

Hosts (a pseudo-terminal, RFC 2217) pass bytes and lines in and take out what has become due.
Times are seconds on the monotonic clock.
"""

import logging
from collections.abc import Callable

from scale_agent.simulator.base import Device
from scale_agent.simulator.faults import BYTES_BETWEEN_STALLS, Faults, Flipper
from scale_agent.simulator.pacing import Incoming, Outgoing, byte_time_s

log = logging.getLogger(__name__)


class VirtualScale:
    """One device behind one line."""

    def __init__(self, build: Callable[[], Device], baudrate: int, faults: Faults) -> None:
        """Switch on.

        Args:
            build: Makes the device as it is after a reset, its image read anew.
            baudrate: Speed of the line until a host sets another.
            faults: What is wrong.
        """
        self._build = build
        self._faults = faults
        self._device = build()
        self._talks = self._device.parity
        self._baudrate = baudrate
        self._host_parity: str | None = None
        self._dtr = self._rts = False
        self._flipper = Flipper(faults.flip_rate, faults.seed)
        self._left_before_unplugging = faults.unplug_after or 0
        self._sent = self._noted = 0
        self.is_plugged = True
        self.destroyed: list[str] = []
        self._to_device, self._to_host = self._line()

    def _line(self) -> tuple[Incoming, Outgoing]:
        byte_s = byte_time_s(self._baudrate, self._talks)
        return Incoming(byte_s), Outgoing(byte_s)

    def opened(self) -> None:
        """A host opens the line, which resets the device."""
        self._dtr = self._rts = False
        self._host_parity = None
        self._to_device, self._to_host = self._line()
        self._reset()

    def _reset(self) -> None:
        self._device = self._build()
        self._noted = 0
        if self._faults.has_wrong_parity:
            self._device.settings("N" if self._talks == "E" else "E", self._baudrate)
        elif self._host_parity is not None:
            self._device.settings(self._host_parity, self._baudrate)

    def settings(self, parity: str, baudrate: int) -> None:
        """The host sets its end of the line."""
        if baudrate != self._baudrate:
            self._baudrate = baudrate
            self._to_device, self._to_host = self._line()
        self._host_parity = parity
        if not self._faults.has_wrong_parity:
            self._device.settings(parity, baudrate)

    def lines(self, *, dtr: bool, rts: bool, at: float) -> None:
        """The host drives DTR and RTS; DTR is wired to reset."""
        if dtr != self._dtr:
            self._reset()
            self._to_host.forget()
            self._device.lines(dtr=self._dtr, rts=rts, at=at)
        self._dtr, self._rts = dtr, rts
        self._device.lines(dtr=dtr, rts=rts, at=at)

    def heard(self, data: bytes, at: float) -> None:
        """The host sends ``data``; the device hears each byte when it has wholly arrived."""
        for byte in self._flipper.passed(data):
            arrived_at = self._to_device.arrival(at)
            self._say(self._device.receive(bytes([byte]), arrived_at), arrived_at)
        self._note_destruction()

    def _say(self, answer: bytes, at: float) -> None:
        if not answer or self._faults.is_silent:
            return
        if self._faults.is_half_dead:
            answer = answer[: (len(answer) + 1) // 2]
        before = self._sent // BYTES_BETWEEN_STALLS
        self._sent += len(answer)
        if self._faults.stall_s and self._sent // BYTES_BETWEEN_STALLS > before:
            self._to_host.pause(self._faults.stall_s, at)
        self._to_host.say(self._flipper.passed(answer), at)

    def due(self, at: float) -> bytes:
        """Take what the host hears by ``at``."""
        self._say(self._device.poll(at), at)
        data = self._to_host.due(at)
        return data if self._faults.unplug_after is None else self._until_unplugged(data)

    def _until_unplugged(self, data: bytes) -> bytes:
        heard = data[: self._left_before_unplugging]
        self._left_before_unplugging -= len(heard)
        self.is_plugged = self._left_before_unplugging > 0
        return heard

    def next_due(self, at: float) -> tuple[float, bool] | None:
        """Return when something becomes due if the host stays silent; see ``Outgoing``."""
        return self._to_host.next_due(at)

    def _note_destruction(self) -> None:
        for operation in self._device.destroyed[self._noted :]:
            log.warning("the device executed a destructive command: %s", operation)
            self.destroyed.append(operation)
        self._noted = len(self._device.destroyed)
