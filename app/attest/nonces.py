"""Challenges that prove a reading is fresh: used once, or not at all."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.domain.verdicts import NonceState
from app.models import Nonce, NonceBook, Task

BYTES: Final = 16
BOOK_LIFETIME: Final = timedelta(hours=72)
MOST: Final = 64
# Built once: building a statement costs more than asking it.
FIND: Final = select(
    *(
        Nonce.__table__.c[name]
        for name in ("id", "value", "station_id", "book", "issued_at", "expires_at", "used_at")
    )
).where(Nonce.value.in_(bindparam("values", expanding=True)))
SPEND: Final = (
    update(Nonce.__table__)  # type: ignore[arg-type]  # a Table
    .where(Nonce.id.in_(bindparam("ids", expanding=True)))
    .values(used_at=bindparam("at"))
)


def issue(
    session: Session, station_id: int, book: NonceBook, *, at: datetime, until: datetime
) -> Nonce:
    """Give a fresh challenge to a station, good until an instant."""
    nonce = Nonce(
        value=secrets.token_hex(BYTES),
        station_id=station_id,
        book=book,
        issued_at=at,
        expires_at=until,
    )
    session.add(nonce)
    return nonce


def issue_book(session: Session, station_id: int, count: int, *, at: datetime) -> list[Nonce]:
    """Give a station ``count`` challenges to take along where there is no network."""
    until = at + BOOK_LIFETIME
    return [
        issue(session, station_id, NonceBook.BOOK, at=at, until=until)
        for _number in range(min(count, MOST))
    ]


@dataclass(slots=True)
class Challenge:
    """A nonce as it stands in a transaction: a row would cost more than all else about it."""

    id: int
    value: str
    station_id: int
    book: NonceBook
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None


def find(session: Session, values: Iterable[str]) -> dict[str, Challenge]:
    """Return those of ``values`` that were given to a station."""
    rows = session.connection().execute(FIND, {"values": list(values)})
    return {row.value: Challenge(*row) for row in rows}


def spend(session: Session, found: Iterable[Challenge], *, at: datetime) -> None:
    """Write down that challenges were used."""
    ids = [each.id for each in found]
    if ids:
        session.connection().execute(SPEND, {"ids": ids, "at": at})


def state(
    nonce: Challenge | None, value: str | None, task: Task | None, at: datetime
) -> NonceState:
    """Return what the challenge ``value`` of a report is worth at ``at``, by our clock.

    A task's challenge vouches for that task's reading alone.
    """
    if value is None:
        return NonceState.NONE
    if nonce is None or nonce.used_at is not None or nonce.expires_at < at:
        return NonceState.STALE
    if nonce.book is NonceBook.BOOK:
        return NonceState.BOOK
    own = task is not None and task.payload.get("nonce") == value
    return NonceState.FRESH if own else NonceState.STALE
