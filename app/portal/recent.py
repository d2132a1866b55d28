"""Public pages kept ready: many people look at a tag, and little of what it tells changes.

What a page tells comes from subjects of the ledger. It is shown again as long as the ledger has
no newer entry about any of them, and the day is the same: one indexed question instead of a
dozen, and never an answer that is out of date.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.db.session import Database
from app.ledger.door import subject
from app.models import LedgerEntry, LedgerHead, Scale

MOST: Final = 2000
NEWER: Final = (
    select(LedgerEntry.seq)
    .where(
        LedgerEntry.subject.in_(bindparam("subjects", expanding=True)),
        LedgerEntry.seq > bindparam("size"),
    )
    .limit(1)
)
SIZE: Final = select(LedgerHead.size)


@dataclass(frozen=True, slots=True)
class Kept:
    """A page, and what it was made of.

    Attributes:
        size: How long the ledger was before the facts were read.
    """

    body: str
    on: date
    size: int
    subjects: tuple[str, ...]


class Recent:
    """The pages shown last, in this process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._pages: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, database: Database, key: Hashable, today: date) -> str | None:
        """Return the page kept under ``key`` if it still tells the truth."""
        with self._lock:
            kept = self._pages.get(key)
        if kept is None or kept.on != today:
            return None
        asked = {"subjects": kept.subjects, "size": kept.size}
        with database.asking() as connection:
            changed = connection.execute(NEWER, asked).first() is not None
        return None if changed else kept.body

    def put(self, key: Hashable, kept: Kept) -> None:
        """Keep a page, and forget the one that was kept longest."""
        with self._lock:
            self._pages[key] = kept
            self._pages.move_to_end(key)
            while len(self._pages) > self._most:
                self._pages.popitem(last=False)


def size(session: Session) -> int:
    """Return how long the ledger is: ask before the facts are read."""
    return session.scalars(SIZE).one()


def subjects(scale: Scale) -> tuple[str, ...]:
    """Return the subjects whose facts the public page of ``scale`` tells."""
    rows = (scale, scale.place, scale.stall, scale.model, scale.model.maker)
    return tuple(subject(row) for row in rows if row is not None)
