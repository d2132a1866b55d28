"""Tell the server how far a task is: the newest figure, at most once a second for each task.

Readings never wait for the network: a port leaves its figure here, one thread posts it.
A task that the server has cancelled, or let expire, is gone; its reading then stops.
"""

import json
import threading
from dataclasses import dataclass
from typing import Any, Final

from scale_agent.log import say
from scale_agent.results import Progress
from scale_agent.server_link import ServerAwayError, ServerLink

PACE_S: Final = 1.0
TIMEOUT_S: Final = 5.0
GONE: Final = 410
LAST_WORD_TRIES: Final = 30
LONGEST_MESSAGE: Final = 300


@dataclass(slots=True)
class _Standing:
    """What is known of one task."""

    body: dict[str, Any] | None = None
    is_gone: bool = False
    is_last: bool = False
    tries: int = 0


class Reporter:
    """Holds the newest progress of each task until ``step`` has posted it."""

    def __init__(self, link: ServerLink) -> None:
        self._link = link
        self._lock = threading.Lock()
        self._tasks: dict[str, _Standing] = {}

    def update(self, task: str, progress: Progress) -> None:
        """Leave the newest figures of a running task."""
        self._leave(
            task,
            {
                "state": "running",
                "pass": progress.pass_,
                "passes": progress.passes,
                "bytes": progress.bytes,
                "total": progress.total,
                "remaining_s": max(progress.remaining_s, 0),
            },
        )

    def fail(self, task: str, message: str) -> None:
        """Leave the reason why a task cannot be done; it is tried for half a minute."""
        self._leave(task, {"state": "failed", "message": message[:LONGEST_MESSAGE]}, is_last=True)

    def forget(self, task: str) -> None:
        """Stop talking about a task whose evidence is captured."""
        with self._lock:
            self._tasks.pop(task, None)

    def is_gone(self, task: str) -> bool:
        """Whether the server no longer wants this task."""
        standing = self._tasks.get(task)
        return standing is not None and standing.is_gone

    def step(self) -> None:
        """Post what is new, once for each task."""
        with self._lock:
            fresh = [(task, s, s.body) for task, s in self._tasks.items() if s.body is not None]
        for task, standing, body in fresh:
            self._post(task, standing, body)

    def _leave(self, task: str, body: dict[str, Any], *, is_last: bool = False) -> None:
        with self._lock:
            standing = self._tasks.setdefault(task, _Standing())
            if not standing.is_gone:
                standing.body, standing.is_last = body, is_last

    def _post(self, task: str, standing: _Standing, body: dict[str, Any] | None) -> None:
        standing.tries += 1
        answered = True
        try:
            answer = self._link.ask(
                "POST",
                f"/api/v1/stations/me/tasks/{task}/progress",
                content=json.dumps(body, ensure_ascii=False).encode(errors="replace"),
                timeout_s=TIMEOUT_S,
            )
            answered = not answer.is_busy
            standing.is_gone = answer.status == GONE
        except ServerAwayError as error:
            answered = False
            say("progress_not_told", task=task, why=error)
        with self._lock:
            # A running figure is soon replaced by a newer one; the last word is repeated.
            if standing.body is body and (answered or not standing.is_last):
                standing.body = None
            is_over = standing.is_last and (answered or standing.tries >= LAST_WORD_TRIES)
            if is_over:
                self._tasks.pop(task, None)
