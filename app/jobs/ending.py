"""Being told to end by a signal, whatever the process does in that moment."""

import contextlib
import queue


class Ending:
    """Told from a signal handler or anywhere else; one thread waits for it.

    Not `threading.Event`: its lock is not reentrant, so a handler that sets one while the main
    thread is on its way into or out of its ``wait`` waits for itself, for ever. A
    `queue.SimpleQueue` may be put to in the middle of its own ``get``, by its documentation.
    """

    def __init__(self) -> None:
        self._is_told = False
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()

    def tell(self) -> None:
        """Say that it is time."""
        self._is_told = True
        self._bell.put(None)

    def is_told(self) -> bool:
        """Return whether it is time."""
        return self._is_told

    def wait(self, seconds: float) -> bool:
        """Wait that long at most; return whether it is time.

        It has an end because Python runs no handler for a signal that comes in the very moment
        in which the wait begins: that one is heard when the wait is over.
        """
        if not self._is_told:
            with contextlib.suppress(queue.Empty):
                self._bell.get(timeout=seconds)
        return self._is_told
