"""A virtual scale on a pseudo-terminal.

A pseudo-terminal has no control lines and drops parity. As on boards whose DTR is wired to reset,
opening it resets the device.
"""

import contextlib
import errno
import os
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scale_agent.ending import Ending
from scale_agent.simulator import clock
from scale_agent.simulator.openings import Openings, openings_of
from scale_agent.simulator.scale import VirtualScale

if sys.platform != "win32":
    # Windows has neither; the other commands of the agent work there.
    import termios
    import tty

READ_AT_MOST: Final = 4096


def serve(scale: VirtualScale, link: Path, stop: Ending) -> None:
    """Answer on a new pseudo-terminal, named by ``link``, until stopped or unplugged.

    Raises:
        OSError: The link is taken, or there is no pseudo-terminal.
    """
    with (
        _terminal() as terminal,
        contextlib.closing(openings_of(terminal.name)) as openings,
        _link(link, terminal.name),
    ):
        clock.sharpen()
        while not stop.is_told() and scale.is_plugged:
            _turn(scale, terminal, openings)


def _turn(scale: VirtualScale, terminal: "_Terminal", openings: Openings) -> None:
    """Wait for the host or for the next byte, and pass it on."""
    if hung_up := _hung_up(terminal.master):
        terminal.restore()
        openings.wait()
    else:
        until, exactly = scale.next_due(time.monotonic()) or (None, False)
        clock.wait(terminal.master, until, exactly=exactly)
    # Read first, ask then: of the host whose bytes these are, the opening has been told.
    data = _read(terminal.master)
    if openings.happened(hung_up=hung_up):
        scale.opened()
    if data:
        scale.heard(data, time.monotonic())
    # Asked anew: a host that opened and spoke while we waited for one is there by now.
    if (due := scale.due(time.monotonic())) and not _hung_up(terminal.master):
        _write(terminal.master, due)


def _hung_up(master: int) -> bool:
    poll = select.poll()
    poll.register(master, 0)
    return bool(poll.poll(0))


def _read(master: int) -> bytes:
    try:
        return os.read(master, READ_AT_MOST)
    except OSError as error:
        if error.errno in {errno.EIO, errno.EAGAIN}:
            return b""
        raise


def _write(master: int, data: bytes) -> None:
    # A full terminal loses bytes, as a line does whose host does not listen.
    with contextlib.suppress(BlockingIOError):
        os.write(master, data)


class _Terminal:
    """A raw pseudo-terminal; its slave is closed again, so that openings show."""

    def __init__(self) -> None:
        self.master, slave = os.openpty()
        try:
            tty.setraw(slave)
            self.name = os.ttyname(slave)
            self._settings = termios.tcgetattr(slave)
        finally:
            os.close(slave)
        os.set_blocking(self.master, False)

    def restore(self) -> None:
        """Set the line as it was at first.

        The settings outlive the host that made them, and the C library fails a host that sets
        nothing new but parity, which a pseudo-terminal drops.
        """
        termios.tcsetattr(self.master, termios.TCSANOW, self._settings)


@contextlib.contextmanager
def _terminal() -> Iterator[_Terminal]:
    terminal = _Terminal()
    try:
        yield terminal
    finally:
        os.close(terminal.master)


@contextlib.contextmanager
def _link(link: Path, name: str) -> Iterator[None]:
    """Keep ``link`` pointing to the terminal; one left behind by a dead scale is replaced."""
    if link.is_symlink() and not link.exists():
        link.unlink()
    link.symlink_to(name)
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError):
            link.unlink()
