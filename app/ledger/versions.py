"""Which version of its projection a row was last told in; it is told anew in the newest."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.base import Base
from app.ledger.projections import (
    ADDED,
    FIRST,
    Around,
    added_after,
    around,
    digest_with,
    newest_version,
)
from app.models import LedgerEntry


def standing(session: Session, row: Base) -> str:
    """Return the digest of ``row`` in the version under which its last entry tells it."""
    key: int = row.id  # type: ignore[attr-defined]  # every subject has one
    beside = around(session, type(row), [key])[key]
    return standing_with(row, beside, last_told(session, [row]).get(key))


def standing_with(row: Base, beside: Around, told: str | None) -> str:
    """Return the same, where what belongs to ``row`` and what its last entry said are known."""
    newest = digest_with(row, beside)
    if told is None or told == newest:
        return newest
    return told if told in _older_with(row, beside) else newest


def last_told(session: Session, rows: Sequence[Base]) -> dict[int, str]:
    """Return what the last entry of each of ``rows`` said, by id; nothing of kinds of one version.

    All are of one kind.
    """
    if not rows or type(rows[0]) not in ADDED:
        return {}
    names = {f"{row.__tablename__}:{row.uid}": row.id for row in rows}  # type: ignore[attr-defined]  # every subject has them
    last = select(func.max(LedgerEntry.seq)).where(LedgerEntry.subject.in_(names))
    entries = session.execute(
        select(LedgerEntry.subject, LedgerEntry.data).where(
            LedgerEntry.seq.in_(last.group_by(LedgerEntry.subject))
        )
    )
    return {names[name]: json.loads(data)["after"] for name, data in entries}


def older(session: Session, row: Base) -> Iterator[str]:
    """Yield the digest of ``row`` in each older version that can still tell all of it."""
    key: int = row.id  # type: ignore[attr-defined]  # every subject has one
    return _older_with(row, around(session, type(row), [key])[key])


def _older_with(row: Base, beside: Around) -> Iterator[str]:
    for version in range(FIRST, newest_version(type(row))):
        later = added_after(type(row), version)
        if all(_says(row, beside, key) == value for key, value in later.items()):
            yield digest_with(row, beside, version)


def _says(row: Base, beside: Around, key: str) -> Any:  # noqa: ANN401 - any column or part
    return beside.parts[key] if key in beside.parts else getattr(row, key)
