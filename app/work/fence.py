"""Writes that are refused to one who no longer holds the work.

A process may be stopped for longer than its claim lives, and go on when another has taken
the work over. It cannot know; so each of its transactions asks the claim's row first, and
keeps that row locked to its end: who takes over waits for it, or comes first and is seen.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.session import Database

# One that is stopped inside a transaction holds its locks no longer than this.
IDLE_S: Final = 60


class StopWorkError(BaseException):
    """The work is not to go on. No ``except Exception`` around one step may hide it."""


class LostError(StopWorkError):
    """Another process has the work now."""


class Fenced(Database):
    """A database of which every write transaction begins with ``check`` and ends with ``renew``.

    Args:
        check: Raises `LostError` unless the work is still ours, and locks what says so.
    """

    def __init__(
        self,
        database: Database,
        check: Callable[[Session], None],
        renew: Callable[[Session], None] = lambda _session: None,
    ) -> None:
        vars(self).update(vars(database))  # the same engine, the same turn
        self._check = check
        self._renew = renew
        self._here = threading.local()

    @property
    def is_writing(self) -> bool:
        """Whether this thread is inside one of its transactions."""
        return getattr(self._here, "depth", 0) > 0

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session of one who still holds the work; commit if the block ends well."""
        with super().transaction() as session:
            limit_idle(session)
            self._check(session)
            self._here.depth = getattr(self._here, "depth", 0) + 1
            try:
                yield session
            finally:
                self._here.depth -= 1
            self._renew(session)


def limit_idle(session: Session) -> None:
    """Have PostgreSQL end this transaction when its process says nothing for long."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_S}s'"))
