"""One jobs process leads: a lease in the database, renewed while it lives.

The same on SQLite and PostgreSQL; a killed leader's lease runs out by itself.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Leader

NAME: Final = "jobs"
LEASE: Final = timedelta(seconds=30)


def lead(session: Session, holder: str, *, at: datetime) -> bool:
    """Take or renew the lease; return whether ``holder`` leads now."""
    row = session.scalar(select(Leader).where(Leader.name == NAME).with_for_update())
    if row is None:
        # Two processes that both find none: the name is unique, the second one's insert fails.
        session.add(Leader(name=NAME, holder=holder, until=at + LEASE))
        session.flush()
        return True
    if row.holder != holder and row.until > at:
        return False
    row.holder, row.until = holder, at + LEASE
    return True


def resign(session: Session, holder: str) -> None:
    """Give the lease up, so that another process need not wait for its end."""
    row = session.scalar(select(Leader).where(Leader.name == NAME).with_for_update())
    if row is not None and row.holder == holder:
        session.delete(row)
