"""A virtual scale on a pseudo-terminal.

A pseudo-terminal has no control lines and drops parity. As on boards whose DTR is wired to reset,
opening it resets the device; that is seen on the master, which hangs up while nobody has it open.
"""

import contextlib
import errno
import os
import select
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Final

from scale_agent.simulator import clock
from scale_agent.simulator.scale import VirtualScale

CLOSED_LOOK_S: Final = 0.005  # how long an opening may go unnoticed
READ_AT_MOST: Final = 4096


def serve(scale: VirtualScale, link: Path, stop: Event) -> None:
    """Answer on a new pseudo-terminal, named by ``link``, until stopped or unplugged.

    Raises:
        OSError: The link is taken, or there is no pseudo-terminal.
    """
    with _terminal() as (master, name), _link(link, name):
        clock.sharpen()
        is_open = False
        while not stop.is_set() and scale.is_plugged:
            if _hung_up(master):
                is_open = False
                time.sleep(CLOSED_LOOK_S)
                continue
            if not is_open:
                is_open = True
                scale.opened()
            _turn(scale, master)


def _turn(scale: VirtualScale, master: int) -> None:
    """Wait for the host or for the next byte, and pass it on."""
    until, exactly = scale.next_due(time.monotonic()) or (None, False)
    if clock.wait(master, until, exactly=exactly) and (data := _read(master)):
        scale.heard(data, time.monotonic())
    if due := scale.due(time.monotonic()):
        _write(master, due)


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


@contextlib.contextmanager
def _terminal() -> Iterator[tuple[int, str]]:
    """Open a raw pseudo-terminal; its slave is closed again, so that openings show."""
    import tty  # noqa: PLC0415 -- absent on Windows, where the other commands still work

    master, slave = os.openpty()
    try:
        tty.setraw(slave)
        name = os.ttyname(slave)
        os.set_blocking(master, False)
    finally:
        os.close(slave)
    try:
        yield master, name
    finally:
        os.close(master)


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
