"""How many deliveries one worker works on at once: the rest of its threads serve people.

After an outage hundreds of stations come back in the same minute. One that finds no place
within a moment is told when to come again; it has lost nothing, its records are durable.
"""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final

from app.domain.errors import DomainError
from app.web.database import installation

# One writes, one checks signatures meanwhile: more would only share the same processor.
AT_WORK: Final = 2
PATIENCE_S: Final = 2.0
SOONEST_S: Final = 2
SPREAD_S: Final = 6


class IntakeFullError(DomainError):
    """So many stations report at once that this one has to come again."""

    code = "intake_full"


class Places:
    """Places to work at and places to wait for one, for the threads of one process."""

    def __init__(self, working: int, waiting: int) -> None:
        self._working = threading.BoundedSemaphore(working)
        self._queue = threading.BoundedSemaphore(working + waiting)

    @contextmanager
    def place(self, patience_s: float = PATIENCE_S) -> Iterator[None]:
        """Hold a place while the block runs.

        Raises:
            IntakeFullError: There was none in time; ``retry_after`` of its facts says when.
        """
        if not self._queue.acquire(blocking=False):
            raise _full()
        try:
            if not self._working.acquire(timeout=patience_s):
                raise _full()
            try:
                yield
            finally:
                self._working.release()
        finally:
            self._queue.release()


def _full() -> IntakeFullError:
    # Not all at the same second again.
    retry = SOONEST_S + secrets.randbelow(SPREAD_S)
    return IntakeFullError("too many stations report at once", retry_after=retry)


@lru_cache(maxsize=1)
def _places(threads: int) -> Places:
    return Places(min(AT_WORK, threads), max(threads // 4 - AT_WORK, 0))


@contextmanager
def place() -> Iterator[None]:
    """Hold one of this worker's places for deliveries.

    Raises:
        IntakeFullError: All are taken.
    """
    with _places(installation().settings.threads).place():
        yield
