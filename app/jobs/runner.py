"""Doing server tasks: any process takes the next one, and holds it by a lease while it lives."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.tasks import TaskState
from app.ledger.door import SYSTEM
from app.models import Task
from app.web.database import Installation
from app.work import claims
from app.work.claims import CancelledError, Claim
from app.work.fence import LostError
from app.work.progress import Order, PausedError, Progress, Terms

Work = Callable[[Installation, Progress], dict[str, Any]]
End = tuple[TaskState, dict[str, Any]]
LOG: Final = logging.getLogger("wutong.jobs")


class TaskRunner:
    """One process's share of the server tasks."""

    def __init__(
        self, work: Installation, kinds: Mapping[str, Work], worker: str, terms: Terms
    ) -> None:
        self.work = work
        self.kinds = kinds
        self.worker = worker
        self.terms = terms
        self._current: Claim | None = None

    def run_next(self) -> bool:
        """Do the next task; return whether there was one and another may follow at once."""
        found = self._take()
        if found is None:
            return False
        claim, order = found
        self._current = claim
        try:
            return self._do(Progress(self.work.database, claim, order, self.terms))
        finally:
            self._current = None

    def beat(self) -> None:
        """Say that this process lives. In a thread of its own, beside the work."""
        claim = self._current
        if claim is not None:
            with self.work.database.transaction() as session:
                claims.beat(session, claim, self.terms.clock() + self.terms.lease)

    def _take(self) -> tuple[Claim, Order] | None:
        at = self.terms.clock()
        with self.work.database.reading() as session:
            if not claims.any_waits(session, at, self.terms.lease):
                return None  # asked without a lock: most of the time there is nothing
        with self.work.database.transaction() as session:
            claim = claims.take(session, self.worker, at, self.terms.lease)
            return (claim, _order(session, claim)) if claim else None

    def _do(self, progress: Progress) -> bool:
        try:
            end = self._end_of(progress)
        except LostError:
            LOG.warning("task %s was taken over by another process", progress.uid)
            return True
        except (PausedError, DBAPIError) as why:
            counted = isinstance(why, DBAPIError)
            LOG.warning("task %s is given back: %s", progress.uid, type(why).__name__)
            with self.work.database.transaction() as session:
                claims.give_back(session, progress.claim, counted=counted)
            return False
        with self.work.database.transaction() as session:
            claims.finish(session, progress.claim, *end, self.terms.clock())
        return True

    def _end_of(self, progress: Progress) -> End:
        """Return how the work ended.

        Raises:
            LostError: It is another one's now.
            PausedError: This process is told to end.
            DBAPIError: The database failed; the next attempt may succeed.
        """
        do = self.kinds.get(progress.kind)
        if do is None:
            return TaskState.FAILED, {"error": "unknown_kind"}
        try:
            return TaskState.DONE, do(replace(self.work, database=progress.database), progress)
        except CancelledError:
            return TaskState.CANCELLED, {}
        except DBAPIError:
            LOG.exception("the database failed in task %s", progress.uid)
            raise
        except DomainError as error:
            return TaskState.FAILED, {"error": error.code}
        except Exception as error:
            LOG.exception("task %s (%s) failed", progress.uid, progress.kind)
            return TaskState.FAILED, {"error": "program_error", "type": type(error).__name__}


def _order(session: Session, claim: Claim) -> Order:
    task = session.get_one(Task, claim.task_id)
    by = task.created_by.uid if task.created_by else SYSTEM
    return Order(task.uid, task.kind, dict(task.payload), by, dict(task.stage))
