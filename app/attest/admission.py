"""How many deliveries one worker works on at once: the rest of its threads serve people.

After an outage hundreds of stations come back in the same minute. One that finds no place
within a moment is told when to come again; it has lost nothing, its records are durable.
"""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from flask import current_app
from flask.sansio.app import App

from app.attest.aside import Aside
from app.attest.cases import Sender
from app.attest.combining import Combiner
from app.attest.inbox import Item
from app.attest.intake import Taken
from app.attest.opening import Delivery, open_delivery
from app.domain.errors import DomainError

# As many as hold other writers up for a tenth of a second.
MOST_TOGETHER: Final = 300
PLACES: Final = "wutong_intake_places"
COMBINER: Final = "wutong_intake_combiner"
OPENER: Final = "wutong_intake_opener"
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


def init_app(app: App) -> None:
    """Give ``app`` its places: a quarter of its threads work, as many may wait."""
    quarter = max(app.extensions["wutong"].settings.threads // 4, 1)
    app.extensions[PLACES] = Places(quarter, quarter)
    app.extensions[COMBINER] = Combiner(MOST_TOGETHER)
    app.extensions[OPENER] = open_delivery


def open_aside(app: App) -> None:
    """Let a process beside this one open long deliveries, from the first of them on."""
    app.extensions[OPENER] = Aside().open


def opened(who: Sender, body: bytes) -> Delivery:
    """Return what is in the body of a delivery.

    Raises:
        DomainError: It is refused as a whole.
    """
    opener: Callable[[bytes, str, bytes], Delivery] = current_app.extensions[OPENER]
    return opener(body, who.keyid, who.public_key)


def deliveries() -> Combiner[Item, Taken | DomainError]:
    """Return where deliveries that wait for each other are taken in together."""
    found: Combiner[Item, Taken | DomainError] = current_app.extensions[COMBINER]
    return found


@contextmanager
def place() -> Iterator[None]:
    """Hold one of this worker's places for deliveries.

    Raises:
        IntakeFullError: All are taken.
    """
    places: Places = current_app.extensions[PLACES]
    with places.place():
        yield
