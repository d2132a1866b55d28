"""One jobs process leads: a lease in the database, renewed while it lives.

The same on SQLite and PostgreSQL; a killed leader's lease runs out by itself.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Leader
from app.work.fence import limit_idle

NAME: Final = "jobs"
LEASE: Final = timedelta(seconds=30)
# A lease that ends later than any could was given by a clock that has been set back since.
SKEW: Final = timedelta(minutes=5)


def lead(session: Session, holder: str, *, at: datetime, lease: timedelta = LEASE) -> bool:
    """Take or renew the lease; return whether ``holder`` leads now.

    Raises:
        IntegrityError: Another one took the very first lease in this moment.
    """
    limit_idle(session)
    row = _locked(session)
    if row is None:
        session.add(Leader(name=NAME, holder=holder, until=at + lease))
        session.flush()
        return True
    if row.holder != holder and at < row.until <= at + lease + SKEW:
        return False
    row.holder, row.until = holder, at + lease
    return True


def holds(session: Session, holder: str, *, at: datetime) -> bool:
    """Return whether ``holder`` leads, and keep it so until the transaction ends.

    A process that was stopped for longer than its lease believes that it still leads: what
    must be done once is therefore claimed in the same transaction as this is asked.
    """
    row = _locked(session)
    return row is not None and row.holder == holder and row.until > at


def resign(session: Session, holder: str) -> None:
    """Give the lease up, so that another process need not wait for its end."""
    row = _locked(session)
    if row is not None and row.holder == holder:
        session.delete(row)


def _locked(session: Session) -> Leader | None:
    return session.scalar(select(Leader).where(Leader.name == NAME).with_for_update())
