"""Counters of requests that all workers of one machine share, in a small mapped file.

A sliding window of two halves, as good as a list of instants for limits, in 24 bytes. No
server beside ours, no write to the database for a request that is only counted.
"""

import fcntl
import hashlib
import mmap
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Final

SLOT: Final = struct.Struct("<QQII")  # key, window, in it, in the one before
WAYS: Final = 8
SETS: Final = 4096
SET_SIZE: Final = SLOT.size * WAYS
SIZE: Final = SET_SIZE * SETS


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds."""

    count: int
    seconds: int = 60

    def __mul__(self, percent: int) -> "Rate":
        """Return ``percent`` of this rate, at least one."""
        return Rate(max(1, self.count * percent // 100), self.seconds)


class Counters:
    """The counters in the file ``path``; in memory of this process alone without one."""

    def __init__(self, path: Path | None) -> None:
        self._file: int | None = None
        if path is None:
            self._map = mmap.mmap(-1, SIZE)
        else:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.ftruncate(self._file, SIZE)
            self._map = mmap.mmap(self._file, SIZE)
        # A file lock is the process's: the threads of one queue here first.
        self._turn = threading.Lock()

    def hit(self, key: str, rate: Rate, at: float) -> int:
        """Count one request, unless it is too many; return in how many seconds one may come.

        0 when this one may; one that is refused is not counted.
        """
        name = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "little") or 1
        window, into = divmod(at, rate.seconds)
        here = name % SETS
        with self._held(here):
            offset, now, before = self._find(here, name, int(window))
            wait = _wait(rate, now, before, into)
            if not wait:
                SLOT.pack_into(self._map, offset, name, int(window), now + 1, before)
        return ceil(wait)

    def close(self) -> None:
        """Let the file go."""
        self._map.close()
        if self._file is not None:
            os.close(self._file)

    @contextmanager
    def _held(self, here: int) -> Iterator[None]:
        with self._turn:
            if self._file is not None:
                fcntl.lockf(self._file, fcntl.LOCK_EX, 1, here)
            try:
                yield
            finally:
                if self._file is not None:
                    fcntl.lockf(self._file, fcntl.LOCK_UN, 1, here)

    def _find(self, here: int, name: int, window: int) -> tuple[int, int, int]:
        """Return where the counter of ``name`` is, or may be, and what it says now."""
        oldest = (2**64, 0)
        for way in range(WAYS):
            offset = here * SET_SIZE + way * SLOT.size
            key, last, now, before = SLOT.unpack_from(self._map, offset)
            if key == name:
                if last == window:
                    return offset, now, before
                return offset, 0, now if last == window - 1 else 0
            # Windows of different lengths do not compare; the emptiest goes first.
            oldest = min(oldest, (now + before, offset))
        return oldest[1], 0, 0


def _wait(rate: Rate, now: int, before: int, into: float) -> float:
    """Return how long until one more fits, when ``into`` seconds of the window have passed."""
    room = rate.count - 1 - now
    if before * (1 - into / rate.seconds) <= room:
        return 0.0
    if room >= 0:
        return rate.seconds * (1 - room / before) - into
    return rate.seconds - into + rate.seconds * (1 - (rate.count - 1) / now)
