"""Deliveries that wait for each other's transaction share one: the first in line takes all.

Reading, writing and waiting for the disk then happen once for several stations.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy.exc import OperationalError

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Ticket:
    """What one thread wants done, and what came of it."""

    items: Sequence[Any]
    answers: list[Any] | None = None
    error: Exception | None = None

    @property
    def is_done(self) -> bool:
        """Whether somebody did it."""
        return self.answers is not None or self.error is not None


class Combiner(Generic[Item, Answer]):
    """Lets the threads of one process work one after the other, each for all who wait."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._turn = threading.Lock()
        self._waiting: list[_Ticket] = []
        self._door = threading.Lock()

    def do(
        self, items: Sequence[Item], work: Callable[[Sequence[Item]], list[Answer]]
    ) -> list[Answer]:
        """Return what ``work`` answers to each of ``items``; others' may be among its own.

        Raises:
            Exception: What ``work`` raised for these items.
        """
        ticket = _Ticket(items)
        with self._door:
            self._waiting.append(ticket)
        with self._turn:
            while not ticket.is_done:
                self._serve(work)
        if ticket.error is not None:
            raise ticket.error
        return ticket.answers or []

    def _serve(self, work: Callable[[Sequence[Any]], list[Any]]) -> None:
        tickets = self._next()
        try:
            answers = iter(work([item for ticket in tickets for item in ticket.items]))
        except OperationalError as error:  # the database: no fault of anybody's items
            for ticket in tickets:
                ticket.error = error
        except Exception as error:  # noqa: BLE001 - raised again in the thread whose it is
            if len(tickets) == 1:
                tickets[0].error = error
                return
            for ticket in tickets:
                _serve_alone(ticket, work)
        else:
            for ticket in tickets:
                ticket.answers = [next(answers) for _item in ticket.items]

    def _next(self) -> list[_Ticket]:
        """Take those who came first, as many as are done together."""
        with self._door:
            count = size = 0
            for ticket in self._waiting:
                size += len(ticket.items)
                if count and size > self._most:
                    break
                count += 1
            taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken


def _serve_alone(ticket: _Ticket, work: Callable[[Sequence[Any]], list[Any]]) -> None:
    try:
        ticket.answers = work(ticket.items)
    except Exception as error:  # noqa: BLE001 - raised again in the thread whose it is
        ticket.error = error
