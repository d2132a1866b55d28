"""What pages and the API show of people, regions and the ledger."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.db.scope import within
from app.domain.people import IDLE
from app.domain.scope import Scope
from app.ledger import visible
from app.models import ApiToken, LedgerEntry, Place, Region, SignIn


@dataclass(frozen=True, slots=True)
class Seen:
    """A stretch of the ledger: what may be shown of it, and where to go on."""

    entries: list[LedgerEntry]
    next: int | None


def regions(scope: Scope) -> Any:  # noqa: ANN401 - a select of one entity
    """Return the query of the regions inside ``scope``; list it by path."""
    return select(Region).where(within(Region.path, scope))


def ledger(session: Session, scope: Scope, after: int, limit: int) -> Seen:
    """Return the entries behind number ``after`` whose subjects lie inside ``scope``.

    At most ``limit`` entries are looked at, so a page may be short, or even empty, and yet
    not be the last one.
    """
    rows = session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.seq > after)
        .order_by(LedgerEntry.seq)
        .limit(limit + 1)
    ).all()
    page = list(rows[:limit])
    return Seen(visible.inside(session, scope, page), page[-1].seq if len(rows) > limit else None)


def content(entry: LedgerEntry) -> dict[str, Any]:
    """Return the fields of an entry, read from the bytes that were hashed."""
    found: dict[str, Any] = json.loads(entry.data)
    return found


def open_sessions(session: Session, person_id: int, at: datetime) -> list[SignIn]:
    """Return the sessions of a person that are still good, newest first."""
    return list(
        session.scalars(
            select(SignIn)
            .where(
                SignIn.person_id == person_id,
                SignIn.revoked_at.is_(None),
                SignIn.expires_at > at,
                SignIn.last_seen_at > at - IDLE,
            )
            .order_by(SignIn.id.desc())
        )
    )


def open_tokens(session: Session, person_id: int, at: datetime) -> list[ApiToken]:
    """Return the API tokens of a person that are still good, newest first."""
    return list(
        session.scalars(
            select(ApiToken)
            .where(
                ApiToken.person_id == person_id,
                ApiToken.revoked_at.is_(None),
                or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > at),
            )
            .order_by(ApiToken.id.desc())
        )
    )


def names_of(session: Session, paths: Iterable[str]) -> dict[str, str]:
    """Return the name of each region or place in ``paths``."""
    wanted = set(paths)
    return {
        path: name
        for table in (Region, Place)
        for path, name in session.execute(
            select(table.path, table.name).where(table.path.in_(wanted))
        )
    }
