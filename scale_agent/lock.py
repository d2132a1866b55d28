"""One agent for each state folder: the lock dies with its process, whatever kills it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scale_agent.durable import PRIVATE_FILE
from scale_agent.faults import MistakeError, StationFaultError

LOCK_FILE: Final = "lock"


class BusyError(StationFaultError):
    """Another agent holds the state folder."""


@contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Hold the state folder, so that two agents never share a spool or a port.

    Raises:
        BusyError: Another agent holds it.
        StationFaultError: The folder cannot be used.
        MistakeError: There is no such folder.
    """
    try:
        handle = os.open(state / LOCK_FILE, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    except FileNotFoundError:
        raise MistakeError(f"{state} does not exist: run scale-agent enrol first") from None
    except OSError as error:
        raise StationFaultError(f"{state} cannot be used: {error.strerror}") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BusyError(f"another scale-agent is running on {state}") from None
        yield
    finally:
        os.close(handle)
