"""Noticing that a host opens the line, however short a time it was closed.

Linux tells of every opening (inotify). Elsewhere the master of a pseudo-terminal hangs up while
nobody has it open: a host that closes and opens within one look goes unnoticed there.
"""

import contextlib
import ctypes
import os
import struct
import sys
import time
from typing import Final, Protocol

from scale_agent.simulator import clock

CLOSED_LOOK_S: Final = 0.005
LONGEST_WAIT_S: Final = 0.2
OPEN: Final = 0x20  # <sys/inotify.h>
CLOSE: Final = 0x08 | 0x10
EVENT: Final = struct.Struct("iIII")
MANY_EVENTS: Final = 4096


class Openings(Protocol):
    """Knows whether the line was opened since it was last asked."""

    def happened(self, *, hung_up: bool) -> bool:
        """Tell whether a host has opened the line; ``hung_up``: nobody has it open now."""

    def wait(self) -> None:
        """Pass the time while nobody has the line open."""

    def close(self) -> None:
        """Stop watching."""


class Polled:
    """Compares one look with the next."""

    def __init__(self) -> None:
        self._was_open = False

    def happened(self, *, hung_up: bool) -> bool:
        """See ``Openings``."""
        opened = not hung_up and not self._was_open
        self._was_open = not hung_up
        return opened

    def wait(self) -> None:
        """See ``Openings``."""
        time.sleep(CLOSED_LOOK_S)

    def close(self) -> None:
        """See ``Openings``."""


class Watched:
    """Counts what inotify tells."""

    def __init__(self, name: str) -> None:
        """Watch ``name``, which nobody has open yet.

        Raises:
            OSError: The system cannot.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        self._events = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if (
            self._events < 0
            or libc.inotify_add_watch(self._events, name.encode(), OPEN | CLOSE) < 0
        ):
            raise OSError(ctypes.get_errno(), "no inotify")
        self._hosts = 0

    def happened(self, *, hung_up: bool) -> bool:
        """See ``Openings``."""
        del hung_up
        events = b""
        with contextlib.suppress(BlockingIOError):
            events = os.read(self._events, MANY_EVENTS)
        opened = False
        for _, mask, _, _ in EVENT.iter_unpack(events):
            if mask & OPEN:
                opened = opened or self._hosts == 0
                self._hosts += 1
            elif mask & CLOSE:
                self._hosts = max(0, self._hosts - 1)
        return opened

    def wait(self) -> None:
        """See ``Openings``."""
        clock.wait(self._events, time.monotonic() + LONGEST_WAIT_S, exactly=False)

    def close(self) -> None:
        """See ``Openings``."""
        os.close(self._events)


def openings_of(name: str) -> Openings:
    """Return the best watch that this system has over the terminal ``name``."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            return Watched(name)
    return Polled()
