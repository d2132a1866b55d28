"""What a piece of work is given: its order, a way to say how far it is, and its transactions.

A kind of work is a function ``(work: Installation, progress: Progress) -> result``, entered in
the table of `app.jobs.kinds`. Any jobs process may do it, any of them may die in the middle,
and another one begins anew or goes on where the last step ended. Two shapes keep the effect
single, whatever happens:

*Stage, then apply*, for what counts only as a whole (an import). Read and check everything
first, with ``step`` on the way; nothing is written to the business tables. Then one short
transaction, in which the task ends too::

    def import_register(work, progress):
        rows = []
        for number, row in enumerate(read(work.blobs, progress.payload["sha256"])):
            rows.append(check(row))
            progress.step(number, total, "reading_rows")
        result = {"rows": len(rows)}
        with progress.applying(result) as session:
            write(session, rows, by=progress.by, at=progress.now())
        return result

What is staged in tables of its own (rows to be looked at by a person) is written with
``work.database.transaction()`` and thrown away first when a second attempt begins.

*Step by step*, for what counts piece by piece (judging the scales of a model). Each piece has
its transaction, and ``keep`` in it says where the next attempt goes on::

    for scale_id in todo(after=progress.stage.get("after", 0)):
        with work.database.transaction() as session:
            judge(session, scale_id)
            progress.keep(session, {"after": scale_id})
        progress.step(done, total, "judging_scales")

``work.database`` is fenced: its transactions are refused to a worker that was stopped, lost
its claim and goes on. ``step`` writes in a transaction of its own, so it stands outside of
every other; it raises where the task was called off or this process is told to end. Messages
are codes with words in `app.web.words.tasks`, as are the keys of the result.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from app.db.session import Database
from app.domain.tasks import TaskState
from app.models import Task
from app.work import claims
from app.work.claims import Claim
from app.work.fence import Fenced, StopWorkError

EVERY_S: Final = 0.5  # the page asks each second


class PausedError(StopWorkError):
    """This process is told to end; another one goes on."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for, by whom, and where an earlier attempt ended."""

    uid: str
    kind: str
    payload: Mapping[str, Any]
    by: str
    stage: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """The clock, for how long a claim lives, and whether the process is to end."""

    clock: Callable[[], datetime]
    lease: timedelta = claims.LEASE
    is_ending: Callable[[], bool] = field(default=lambda: False)


class Progress:
    """One attempt at one task. Steps, stages and the end all ask whether it is still ours."""

    def __init__(self, database: Database, claim: Claim, order: Order, terms: Terms) -> None:
        self.claim = claim
        self.uid = order.uid
        self.kind = order.kind
        self.payload = order.payload
        self.by = order.by
        self.attempt = claim.attempt
        self.stage = order.stage
        self.now = terms.clock
        self._terms = terms
        self._plain = database
        self.database = Fenced(database, self._hold, self._renew)
        self._written = 0.0
        self._phase: tuple[str, datetime, int] | None = None

    def step(self, done: int = 0, total: int | None = None, message: str = "") -> None:
        """Say how far the work is; written at most twice a second, and at each new message.

        Raises:
            StopWorkError: It was called off, taken over, or this process is to end.
        """
        if self.database.is_writing:
            raise RuntimeError("a step stands outside of every transaction")
        if self._terms.is_ending():
            raise PausedError
        begins = self._phase is None or self._phase[0] != message
        if not begins and time.monotonic() - self._written < EVERY_S:
            return
        at = self.now()
        if self._phase is None or begins:
            self._phase = (message, at, done)
        with self._plain.transaction() as session:
            task = claims.hold(session, self.claim)
            task.progress = self._said(done, total, at)
            task.lease_until = at + self._terms.lease
        self._written = time.monotonic()

    def checkpoint(self) -> None:
        """Ask only whether to go on: for work that does not know how far it is.

        Raises:
            StopWorkError: It is not to go on.
        """
        message, _since, done = self._phase or ("", None, 0)
        self.step(done, None, message)

    def keep(self, session: Session, stage: dict[str, Any]) -> None:
        """Write down, in the transaction of a piece, where the next attempt goes on."""
        task = session.get_one(Task, self.claim.task_id)
        task.stage = self.stage = stage

    @contextmanager
    def applying(self, result: dict[str, Any]) -> Iterator[Session]:
        """Open the one transaction in which all takes effect and the task ends with ``result``."""
        with self.database.transaction() as session:
            yield session
            claims.finish(session, self.claim, TaskState.DONE, result, self.now())

    def _said(self, done: int, total: int | None, at: datetime) -> dict[str, Any]:
        assert self._phase is not None  # noqa: S101 - set by the step before it is written
        message, since, first = self._phase
        return {
            "message": message,
            "done": done,
            "total": total,
            "at": at.isoformat(),
            "since": since.isoformat(),
            "first": first,
        }

    def _hold(self, session: Session) -> None:
        claims.hold(session, self.claim)

    def _renew(self, session: Session) -> None:
        claims.renew(session, self.claim, self.now() + self._terms.lease)
