"""Waiting for a line without being late.

Timers wake a process 0.1-0.3 ms after their time, and a block of AN3155 waits three times: that
would make every reading look slower than its line. So the last moment before the end of an answer
is waited out by looking at the clock.
"""

import ctypes
import select
import sys
import time
from typing import Final, Protocol

LAST_MOMENT_S: Final = 0.00025
IDLE_LOOK_S: Final = 0.02  # how often a silent device is asked whether it has something to say
SET_TIMER_SLACK: Final = 29  # PR_SET_TIMERSLACK of prctl(2), in nanoseconds


class Readable(Protocol):
    """A file descriptor or what has one."""

    def fileno(self) -> int:
        """Return the file descriptor."""


def sharpen() -> None:
    """Let the timers of this thread be exact, where the system knows how (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_TIMER_SLACK, 1, 0, 0, 0)


def wait(source: Readable | int, until: float | None, *, exactly: bool) -> bool:
    """Wait until ``source`` can be read or the time has come; tell whether it can be read.

    Args:
        source: What is listened to.
        until: On the monotonic clock; None waits for the next idle look.
        exactly: Spend a moment of processor time rather than be late.
    """
    if until is None:
        return _readable(source, IDLE_LOOK_S)
    left = until - time.monotonic()
    if _readable(source, max(0.0, left - LAST_MOMENT_S if exactly else left)):
        return True
    if exactly:
        while time.monotonic() < until:
            pass
    return False


def _readable(source: Readable | int, timeout: float) -> bool:
    return bool(select.select([source], [], [], timeout)[0])
