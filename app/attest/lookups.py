"""What one transaction has looked up: asked once for a whole delivery, then kept in memory.

Only for as long as the ledger's lock is held, or for reading: nothing here hears of what
others write.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import BindParameter, bindparam, inspect, select
from sqlalchemy.orm import Session

from app.attest.profiles import Profile
from app.db import bulk
from app.db.rows import held
from app.domain.tasks import Executor, TaskState
from app.models import Evidence, Scale, Task

Found = TypeVar("Found")
UNFINISHED: Final = (TaskState.QUEUED, TaskState.RUNNING)
IDS: Final[BindParameter[Sequence[int]]] = bindparam("ids", expanding=True)
# Built once: building a statement costs more than asking it.
EVIDENCE: Final = Evidence.__table__.insert()  # type: ignore[attr-defined]  # a Table
STANDING: Final = select(Evidence).where(Evidence.id.in_(IDS))
TO_DOS: Final = select(Task).where(
    Task.scale_id.in_(IDS), Task.executor == Executor.PERSON, Task.state.in_(UNFINISHED)
)


class Lookups:
    """A transaction's session, and what was read through it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._kept: dict[Hashable, Any] = {}
        self._evidence: dict[int, Evidence] = {}
        self._new: list[Evidence] = []
        self._to_dos: dict[int, list[Task]] = {}

    def once(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """Return what ``make`` made the first time it was asked under ``key``."""
        if key not in self._kept:
            self._kept[key] = make()
        found: Found = self._kept[key]
        return found

    def profile(self, scale: Scale) -> Profile:
        """Return the profile of the scale's model.

        Raises:
            BadProfileError: It cannot be used.
            RegionError: Its regions contradict each other.
        """
        return self.once(("profile", scale.model_id), lambda: Profile.of(scale.model.profile))

    def learn(self, scales: Sequence[Scale]) -> None:
        """Read what stands of ``scales`` and what people are to do about them."""
        stand = [row.standing_evidence_id for row in scales if row.standing_evidence_id is not None]
        if stand:
            rows = self.session.scalars(STANDING, {"ids": stand})
            self._evidence |= {row.id: row for row in rows}
        self._to_dos |= {row.id: [] for row in scales}
        for task in self.session.scalars(TO_DOS, {"ids": [row.id for row in scales]}):
            self._to_dos[task.scale_id or 0].append(task)

    def standing(self, scale: Scale) -> Evidence | None:
        """Return the evidence that stands, however old."""
        if scale.standing_evidence_id is None:
            return None
        found = self._evidence.get(scale.standing_evidence_id)
        return found or self.session.get(Evidence, scale.standing_evidence_id)

    def to_dos(self, scale: Scale) -> list[Task]:
        """Return what people are to do about the scale; a new one is to be added to it."""
        if scale.id not in self._to_dos:
            self.learn([scale])
        return self._to_dos[scale.id]

    def take(self, evidence: Evidence) -> None:
        """Take in a new row, which has its id already, to be written with the others."""
        self._evidence[evidence.id] = evidence
        self._new.append(evidence)

    def write(self) -> None:
        """Write the new rows that nothing has written yet, in one statement."""
        rows = [row for row in self._new if inspect(row).transient]
        self._new.clear()
        bulk.execute(self.session.connection(), EVIDENCE, [held(row) for row in rows])
