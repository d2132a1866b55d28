"""Tries at a secret: counted before the answer is looked at, refused when there are too many.

Passwords and second-factor codes are guessed at; both count here, per login and per address.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, delete, func, select, text
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.models import SignInAttempt

WINDOW: Final = timedelta(minutes=15)
TRIES_PER_LOGIN: Final = 5
TRIES_PER_ADDRESS: Final = 50  # a market office sits behind one address


class TooManyTriesError(DomainError):
    """Too many tries in the window: even the right answer is refused for a while."""

    code = "too_many_tries"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a try comes from."""

    address: str
    agent: str = ""


def begin_try(session: Session, key: str, who: str, visitor: Visitor, at: datetime) -> int:
    """Count a try before its answer is looked at, and return its number.

    The row is there before the hashing starts, so that fifty tries at once count as fifty.

    Args:
        key: The installation's secret; what was typed enters only as a digest under it.
        who: The login as typed, or what else is guessed at.

    Raises:
        TooManyTriesError: ``retry_after`` says in how many seconds the next one may come.
    """
    digest = hmac.new(key.encode(), who.casefold().encode(), hashlib.sha256).hexdigest()
    _queue(session, digest)
    same = _failures(at).where(SignInAttempt.login_digest == digest, _since_success(digest))
    _refuse_if_many(session, same, TRIES_PER_LOGIN, at)
    # One's own success does not clear the address: others are guessed at from there.
    near = _failures(at).where(SignInAttempt.address == visitor.address)
    _refuse_if_many(session, near, TRIES_PER_ADDRESS, at)
    row = SignInAttempt(login_digest=digest, address=visitor.address, at=at, succeeded=False)
    session.add(row)
    session.flush()
    return row.id


def succeed(session: Session, attempt: int) -> None:
    """Note that the try was right: it and those before it by the same login no longer count."""
    row = session.get_one(SignInAttempt, attempt)
    row.succeeded = True


def forget_tries(session: Session, before: datetime) -> None:
    """Drop the tries before an instant; logs are kept at least 184 days."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < before))


def _queue(session: Session, digest: str) -> None:
    """Let tries for the same login come one after the other; SQLite's writers do anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": int(digest[:15], base=16)}
        )


def _failures(at: datetime) -> Select[datetime]:
    return (
        select(SignInAttempt.at)
        .where(SignInAttempt.at > at - WINDOW, SignInAttempt.succeeded.is_(False))
        .order_by(SignInAttempt.id.desc())
    )


def _since_success(digest: str) -> ColumnElement[bool]:
    """Return the condition of tries after the last right one by the same login."""
    last = (
        select(func.max(SignInAttempt.id))
        .where(SignInAttempt.login_digest == digest, SignInAttempt.succeeded)
        .scalar_subquery()
    )
    return SignInAttempt.id > func.coalesce(last, 0)


def _refuse_if_many(session: Session, failures: Select[datetime], bound: int, at: datetime) -> None:
    tries = session.scalars(failures.limit(bound)).all()
    if len(tries) >= bound:
        wait = int((tries[-1] + WINDOW - at).total_seconds()) + 1
        raise TooManyTriesError("too many tries", retry_after=wait)
