"""When bytes pass on a serial line of a given speed.

Every byte has an absolute deadline reckoned from the one before it, so that a late wake-up of the
host delays one byte and not all that follow. Times are seconds on a monotonic clock.
"""

from collections import deque
from typing import Final

BITS_WITHOUT_PARITY: Final = 10  # start, eight data, stop
BITS_WITH_PARITY: Final = 11

# A burst is handed over in pieces, as an adapter does, but its last byte always on time.
PIECE_S: Final = 0.004


def byte_time_s(baudrate: int, parity: str) -> float:
    """Return how long one byte occupies the line."""
    return (BITS_WITHOUT_PARITY if parity == "N" else BITS_WITH_PARITY) / baudrate


class Incoming:
    """The direction towards the device."""

    def __init__(self, byte_s: float) -> None:
        self.byte_s = byte_s
        self._free_at = 0.0

    def arrival(self, at: float) -> float:
        """Return when a byte handed over at ``at`` has wholly arrived."""
        self._free_at = max(self._free_at, at) + self.byte_s
        return self._free_at


class Outgoing:
    """The direction from the device: what it says becomes due byte by byte."""

    def __init__(self, byte_s: float) -> None:
        self.byte_s = byte_s
        self._bursts: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0

    def say(self, data: bytes, at: float) -> None:
        """Begin sending ``data`` at ``at``, or when the line is free."""
        if not data:
            return
        begin = max(self._free_at, at)
        self._free_at = begin + len(data) * self.byte_s
        self._bursts.append((begin, data))

    def pause(self, seconds: float, at: float) -> None:
        """Say nothing new for ``seconds``."""
        self._free_at = max(self._free_at, at) + seconds

    def due(self, at: float) -> bytes:
        """Take the bytes that have wholly left by ``at``."""
        taken = bytearray()
        while self._bursts:
            begin, data = self._bursts[0]
            count = min(len(data), int((at - begin) / self.byte_s + 1e-6))
            if count <= 0:
                break
            taken += data[:count]
            self._bursts.popleft()
            if count < len(data):
                self._bursts.appendleft((begin + count * self.byte_s, data[count:]))
                break
        return bytes(taken)

    def next_due(self, at: float) -> tuple[float, bool] | None:
        """Return when to ask for due bytes again, and whether that ends a burst.

        None while nothing is on its way.
        """
        if not self._bursts:
            return None
        begin, data = self._bursts[0]
        end = begin + len(data) * self.byte_s
        piece = max(begin, at) + max(PIECE_S, self.byte_s)
        return (end, True) if end <= piece else (piece, False)

    def forget(self) -> None:
        """Drop what has not left: the device lost its power or was reset."""
        self._bursts.clear()
        self._free_at = 0.0
