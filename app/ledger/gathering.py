"""What an act reads and writes: alone, or many in one transaction, read once, written together.

Gathered or not, each act leaves exactly one entry with the digests before and after it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import bindparam, event, inspect, select, update
from sqlalchemy.orm import Session

from app.db import bulk
from app.db.base import Base
from app.domain.lifecycle import State
from app.ledger import entries
from app.ledger.projections import (
    SUBJECTS,
    Around,
    around,
    digest_with,
    project,
)
from app.ledger.versions import last_told, standing, standing_with
from app.models import LedgerEntry, LedgerHead, Scale, ScaleEvent

GROW: Final = update(LedgerHead.__table__).values(size=bindparam("reached"))  # type: ignore[arg-type]  # a Table
END: Final = update(LedgerHead.__table__).values(  # type: ignore[arg-type]  # a Table
    {name: bindparam(name) for name in ("size", "leaf", "peaks")}
)
STEPS: Final = ScaleEvent.__table__.insert()  # type: ignore[attr-defined]  # a Table
ENTRIES: Final = LedgerEntry.__table__.insert()  # type: ignore[attr-defined]  # a Table
GATHERED: Final = "wutong_gathered"
PARTS: Final[tuple[Any, ...]] = tuple(part.class_ for _name, part in SUBJECTS[Scale])


@dataclass(slots=True)
class Step:
    """One step of a scale's story, before it is a row."""

    uid: str
    scale_id: int
    ledger_seq: int
    action: str
    actor: str
    at: datetime
    from_state: State
    to_state: State
    details: dict[str, Any]
    chain: str = ""

    def columns(self) -> dict[str, Any]:
        """Return the row it makes."""
        return dict(zip(self.__slots__, STEP(self), strict=True))


STEP: Final[Callable[[Step], tuple[Any, ...]]] = attrgetter(*Step.__slots__)


class Alone:
    """Reads and writes for one act, at once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._head = entries.lock(session)

    @property
    def seq(self) -> int:
        """The number of the next entry."""
        return self._head.size + 1

    def before(self, row: Base) -> str | None:
        """Return the digest of ``row``; None where it is new."""
        return standing(self._session, row) if inspect(row).persistent else None

    def flush(self, row: Base) -> None:
        """Write what the act changed."""
        if not inspect(row).persistent:
            self._session.add(row)
        self._session.flush()

    def story(self, scale: Scale) -> str | None:
        """Return the end of the scale's story."""
        return self._session.scalar(
            select(ScaleEvent.chain)
            .where(ScaleEvent.scale_id == scale.id)
            .order_by(ScaleEvent.id.desc())
            .limit(1)
        )

    def tell(self, _scale: Scale, step: Step) -> None:
        """Add a step to the scale's story."""
        self._session.add(ScaleEvent(**step.columns()))

    def append(self, row: Base, fields: dict[str, Any], at: datetime) -> None:
        """Add an entry with the digest of ``row`` as it is now."""
        self._session.flush()
        said = {**fields, "after": project(self._session, row)}
        entries.append(self._session, self._head, said, at)


class Gathering:
    """What the acts of one transaction know of their scales, and what they have to write."""

    def __init__(self, session: Session, head: LedgerHead) -> None:
        self._session = session
        self._head = head
        self._end = entries.End.of(self._head)
        self._around: dict[int, Around] = {}
        self._told: dict[int, str] = {}
        self._last: dict[int, str] = {}
        self._steps: list[Step] = []
        self._entries: list[dict[str, Any]] = []
        self._has_new_parts = False

    @property
    def seq(self) -> int:
        """The number of the next entry."""
        return self._end.size + 1

    def learn(self, scales: Sequence[Scale]) -> None:
        """Read what belongs to ``scales`` in a few queries for all of them."""
        self._around |= around(self._session, Scale, [scale.id for scale in scales])
        self._told |= last_told(self._session, scales)

    def before(self, scale: Base) -> str:
        """Return the digest with which the last act left ``scale``."""
        if not isinstance(scale, Scale):
            raise TypeError("only acts on scales are gathered")
        if scale.id in self._last:
            return self._last[scale.id]
        return standing_with(scale, self._of(scale), self._told.get(scale.id))

    def flush(self, _scale: Base) -> None:
        """Leave what the act changed to be written with the rest."""

    def story(self, scale: Scale) -> str | None:
        """Return the end of the scale's story."""
        return self._of(scale).story

    def tell(self, scale: Scale, step: Step) -> None:
        """Add a step to the scale's story."""
        self._steps.append(step)
        self._of(scale).story = step.chain

    def append(self, scale: Base, fields: dict[str, Any], at: datetime) -> None:
        """Add an entry with the digest of ``scale`` as it is now."""
        assert isinstance(scale, Scale)  # noqa: S101 - seen by `before`
        if self._has_new_parts:
            self._session.flush()
            for scale_id, found in around(self._session, Scale, list(self._around)).items():
                found.story = self._around[scale_id].story  # its last steps are not rows yet
                self._around[scale_id] = found
            self._has_new_parts = False
        self._last[scale.id] = digest_with(scale, self._of(scale))
        self._entries.append(self._end.append({**fields, "after": self._last[scale.id]}, at))

    def write(self) -> None:
        """Write the rows that were changed, the steps, the entries and the ledger's head."""
        if not self._entries:
            return
        self._session.flush()
        connection = self._session.connection()
        bulk.execute(connection, STEPS, [step.columns() for step in self._steps])
        bulk.execute(connection, ENTRIES, self._entries)
        # The database lets the head grow by one alone: so it does, entry by entry.
        bulk.execute(connection, GROW, [{"reached": one["seq"]} for one in self._entries[:-1]])
        connection.execute(END, self._end.columns())
        self._session.expire(self._head)

    def note_new(self, _session: Session, row: object) -> None:
        """Notice that something new may belong to a scale."""
        self._has_new_parts = self._has_new_parts or isinstance(row, PARTS)

    def refuse_changed(self, session: Session, *_more: object) -> None:
        """Refuse to write a changed part: its digest was taken before it changed."""
        if any(isinstance(row, PARTS) for row in (*session.dirty, *session.deleted)):
            raise RuntimeError("gathered acts add parts of a scale and change none")

    def _of(self, scale: Scale) -> Around:
        if scale.id not in self._around:
            self.learn([scale])
        return self._around[scale.id]


def gathering(session: Session) -> Gathering | None:
    """Return the gathering that is open in ``session``."""
    found: Gathering | None = session.info.get(GATHERED)
    return found


@contextmanager
def gathered(session: Session, head: LedgerHead) -> Iterator[Gathering]:
    """Let the acts inside, all on scales that have rows, be read and written together.

    ``head`` is what `entries.lock` gave this transaction.

    What belongs to a scale may be added inside, but not changed; statements that pass the
    session by are not seen.
    """
    found = Gathering(session, head)
    session.info[GATHERED] = found
    event.listen(session, "transient_to_pending", found.note_new)
    event.listen(session, "before_flush", found.refuse_changed)
    try:
        yield found
        found.write()
    finally:
        session.info[GATHERED] = None
        event.remove(session, "transient_to_pending", found.note_new)
        event.remove(session, "before_flush", found.refuse_changed)
