"""Signing in: tries are counted before anything is hashed, then a session row stands for it.

A session is the digest of a random token. It ends after twelve idle hours, after a week in any
case, when it is revoked, and with the account.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.fernet import Fernet
from sqlalchemy import ColumnElement, Select, delete, func, select, text, update
from sqlalchemy.orm import Session

from app.accounts import passwords, totp
from app.crypto import tokens
from app.db.ids import new_uid
from app.domain.errors import DomainError
from app.models import Person, SignIn, SignInAttempt

WINDOW: Final = timedelta(minutes=15)
TRIES_PER_LOGIN: Final = 5
TRIES_PER_ADDRESS: Final = 50  # a market office sits behind one address
LIFETIME: Final = timedelta(days=7)
AGENT_LENGTH: Final = 200


class WrongPasswordError(DomainError):
    """Login and password do not go together; which of them is wrong is not said."""

    code = "wrong_password"


class WrongCodeError(DomainError):
    """The code of the second factor is wrong, too old, or was used."""

    code = "wrong_code"


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


def check_password(session: Session, login: str, password: str) -> Person:
    """Return the person that login and password belong to; takes the same time if none.

    Raises:
        WrongPasswordError: They do not go together, or the account is closed.
    """
    person = session.scalar(select(Person).where(Person.login == login.casefold()))
    kept = person.password_hash if person and person.disabled_at is None else None
    right = passwords.matches(kept, password)
    if person is None or not right:
        raise WrongPasswordError("login and password do not go together")
    return person


def open_session(session: Session, person: Person, visitor: Visitor, at: datetime) -> str:
    """Return the token of a fresh session, which no cookie held before."""
    token = tokens.new_token()
    session.add(
        SignIn(
            uid=new_uid(),
            person_id=person.id,
            token_digest=tokens.digest(token),
            created_at=at,
            last_seen_at=at,
            expires_at=at + LIFETIME,
            agent=visitor.agent[:AGENT_LENGTH],
        )
    )
    return token


def pass_second_factor(session: Session, uid: str, at: datetime) -> str:
    """Mark the session as proven and return its new token: the one before is void."""
    row = session.scalars(select(SignIn).where(SignIn.uid == uid)).one()
    token = tokens.new_token()
    row.token_digest, row.second_factor_at = tokens.digest(token), at
    return token


def close_session(session: Session, uid: str, person_id: int, at: datetime) -> bool:
    """Revoke one session of a person; return whether there was one."""
    found = session.execute(
        update(SignIn)
        .where(SignIn.uid == uid, SignIn.person_id == person_id, SignIn.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    return found.rowcount > 0  # type: ignore[attr-defined,no-any-return]  # an UPDATE has it


def close_others(session: Session, uid: str, person_id: int, at: datetime) -> None:
    """Revoke every session of a person but one."""
    session.execute(
        update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.uid != uid, SignIn.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def check_code(session: Session, key: Fernet, person_id: int, code: str, at: datetime) -> None:
    """Accept a code of the second factor, once.

    Raises:
        WrongCodeError: It is wrong, too old, was used, or there is no second factor.
    """
    covered = session.scalar(select(Person.totp_secret).where(Person.id == person_id))
    step = totp.matching_step(totp.uncover(key, covered), code, at) if covered else None
    if step is None or not use_step(session, person_id, step):
        raise WrongCodeError("the code is wrong, too old, or was used")


def use_step(session: Session, person_id: int, step: int) -> bool:
    """Use up a time step; return whether it was still unused, whoever else tries it now."""
    found = session.execute(
        update(Person)
        .where(Person.id == person_id, Person.totp_last_step < step)
        .values(totp_last_step=step)
        .execution_options(synchronize_session=False)
    )
    return found.rowcount > 0  # type: ignore[attr-defined,no-any-return]  # an UPDATE has it


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
