"""Signing in: a password is checked, then a session row stands for it.

A session is the digest of a random token. It ends after twelve idle hours, after a week in any
case, when it is revoked, and with the account.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.crypto import tokens
from app.db.ids import new_uid
from app.domain.errors import DomainError
from app.domain.people import LIFETIME
from app.models import Device, Person, SignIn
from app.web.tries import Visitor

AGENT_LENGTH: Final = 200


class WrongPasswordError(DomainError):
    """Login and password do not go together; which of them is wrong is not said."""

    code = "wrong_password"


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


def open_session(
    session: Session,
    person: Person,
    visitor: Visitor,
    at: datetime,
    device: Device | None = None,
    *,
    proven: bool = False,
) -> str:
    """Return the token of a fresh session, which no cookie held before.

    Args:
        device: The bound device it stands on, whoever is bound to it.
        proven: Whether a second factor came with it: the PIN, on a device of one's own.

    Raises:
        WrongPasswordError: The password that was checked is no longer the person's.
    """
    same = select(Person.id).where(
        Person.id == person.id,
        Person.password_hash == person.password_hash,
        Person.disabled_at.is_(None),
    )
    if session.scalar(same) is None:
        raise WrongPasswordError("the password was changed meanwhile")
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
            device_id=device.id if device else None,
            second_factor_at=at if proven else None,
        )
    )
    return token


def pass_second_factor(session: Session, uid: str, at: datetime) -> str:
    """Mark the session as proven, and unlocked; return its new token: the one before is void."""
    row = session.scalars(select(SignIn).where(SignIn.uid == uid)).one()
    token = tokens.new_token()
    row.token_digest, row.second_factor_at = tokens.digest(token), at
    row.locked_at, row.last_seen_at = None, at
    return token


def lock(session: Session, uid: str, at: datetime) -> None:
    """Lock a session on a shared device at once, without waiting for two minutes of rest."""
    session.execute(update(SignIn).where(SignIn.uid == uid).values(locked_at=at))


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
