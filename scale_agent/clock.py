"""This machine's clock, and how far the server's differs from it.

A wrong clock is noted in the evidence and never refuses a reading. Intervals use the
monotonic clock; only dates that the server gave are compared with the server's time.
"""

import time
from collections.abc import Callable


class Clock:
    """Local time, with what the server's answers told of its own."""

    def __init__(
        self,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.now = wall
        self.steady = steady
        self._offset_s: int | None = None

    @property
    def offset_s(self) -> int | None:
        """Server time minus ours, whole seconds; None before the first answer."""
        return self._offset_s

    def learn(self, server_time: float) -> None:
        """Take note of the server's time, from an answer that has just come."""
        self._offset_s = round(server_time - self.now())

    def server_now(self) -> float:
        """Return the server's time as far as we know it."""
        return self.now() + (self._offset_s or 0)
