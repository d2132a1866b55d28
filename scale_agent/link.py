"""The wire: the one place through which bytes go to a device, allow-listed and with deadlines.

A reader is given a ``Link``, never a port. Whatever it sends is held against its protocol's list of
harmless frames first; the list is short, and writing, erasing, unlocking and jumping are not on it.
"""

import time
from collections.abc import Callable
from typing import Final, Protocol

from scale_agent.errors import (
    CancelledError,
    ForbiddenFrameError,
    SilenceError,
    TooSlowError,
)

# Longer than the hiccups of USB hubs and networks: where there is no reset line, a bootloader in
# flash does not survive what follows a time-out.
FIRST_BYTE_S: Final = 1.5
NEXT_BYTE_S: Final = 1.5
QUIET_S: Final = 0.04  # longer than an FTDI latency timer of 16 ms


class Port(Protocol):
    """An open line. Tests give the link one that ends in a device model."""

    transport: str
    """tty, pty, rfc2217 or socket."""

    def write(self, data: bytes) -> None:
        """Send ``data``."""

    def read(self, size: int, timeout_s: float) -> bytes:
        """Return what has come, at most ``size`` bytes; nothing when the time is over."""

    def drive(self, *, dtr: bool, rts: bool) -> bool:
        """Set the control lines; False when this port has none."""

    def close(self) -> None:
        """Give the port back."""


class Clock(Protocol):
    """Time that passes; tests have their own."""

    def now(self) -> float:
        """Return seconds on a clock that never jumps."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""


class SystemClock:
    """This machine's monotonic clock."""

    def now(self) -> float:
        """Return the monotonic time."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


def never() -> bool:
    """Nobody wants to stop, nothing can be reset."""
    return False


class Link:
    """A port as one protocol may use it."""

    def __init__(
        self,
        port: Port,
        clock: Clock,
        *,
        permits: Callable[[bytes], bool],
        byte_s: float = 0.0,
        reset: Callable[[], bool] = never,
        stop: Callable[[], bool] = never,
    ) -> None:
        """Bind the port to one protocol.

        Args:
            permits: The protocol's allow-list.
            byte_s: How long one byte takes, added to the time an answer may take.
            reset: Resets the device over the control lines; False when it cannot.
            stop: Asked before each frame whether to give up.
        """
        self._port = port
        self._clock = clock
        self._permits = permits
        self._byte_s = byte_s
        self._stop = stop
        self.reset = reset
        self.deadline: float | None = None
        self.last_byte_at = clock.now()

    def now(self) -> float:
        """Return the time."""
        return self._clock.now()

    def check(self) -> None:
        """Go on only while somebody wants the reading and there is time.

        Raises:
            CancelledError: Nobody wants it any more.
            TooSlowError: The deadline has passed.
        """
        if self._stop():
            raise CancelledError
        if self.deadline is not None and self._clock.now() > self.deadline:
            raise TooSlowError

    def send(self, frame: bytes) -> None:
        """Send one frame of the allow-list.

        Raises:
            ForbiddenFrameError: It is not on the list; nothing was sent.
            UnpluggedError: The port went away.
        """
        if not self._permits(frame):
            raise ForbiddenFrameError(f"{frame[:16].hex()} is not on the allow-list")
        self.check()
        self._port.write(frame)

    def receive(self, count: int, first_s: float = FIRST_BYTE_S) -> bytes:
        """Return exactly ``count`` bytes.

        Raises:
            SilenceError: Fewer came, each within its time.
            UnpluggedError: The port went away.
        """
        got = self._port.read(count, first_s + 8 * self._byte_s)
        while 0 < len(got) < count:
            more = self._port.read(count - len(got), NEXT_BYTE_S + self._byte_s)
            if not more:
                break
            got += more
        if len(got) < count:
            raise SilenceError(got)
        self.last_byte_at = self._clock.now()
        return got

    def some(self, wait_s: float, at_most: int = 4096) -> bytes:
        """Return whatever comes within ``wait_s`` and then without a pause; perhaps nothing."""
        got = self._port.read(at_most, wait_s + 2 * self._byte_s)
        while got and len(got) < at_most:
            more = self._port.read(at_most - len(got), QUIET_S + self._byte_s)
            if not more:
                break
            got += more
        return got

    def drain(self) -> bytes:
        """Take what is still coming until the line is quiet."""
        return self.some(QUIET_S)

    def wait(self, seconds: float) -> None:
        """Say nothing for ``seconds``.

        Raises:
            CancelledError: Nobody wants the reading any more.
        """
        until = self._clock.now() + seconds
        while (left := until - self._clock.now()) > 0:
            self.check()
            self._clock.sleep(min(left, 0.25))
