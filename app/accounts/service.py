"""People: their accounts, roles and passwords. Every change is an act in the ledger.

A person's first password is never known to anybody else: whoever makes or resets an account
hands out a secret that sets a password once.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts import ending, recovery
from app.crypto import tokens
from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.roles import Role, may_hold
from app.domain.scope import EVERYWHERE
from app.domain.tokens import EVERY
from app.ledger.door import act
from app.models import ApiToken, Grant, Person, Place, Region, RegionKind

LOGIN: Final = re.compile(r"[a-z][a-z0-9._-]{1,39}")
PERSON_SECRET_BYTES: Final = 32


class BadLoginError(DomainError):
    """A login is 2 to 40 small letters, digits, dots, dashes, beginning with a letter."""

    code = "bad_login"


class LoginTakenError(DomainError):
    """Somebody has this login already."""

    code = "login_taken"


class UnknownPersonError(DomainError):
    """There is nobody with this login."""

    code = "unknown_person"


class UnknownRegionError(DomainError):
    """There is no region or place with this path."""

    code = "unknown_region"


class RolesApartError(DomainError):
    """These two roles are never held by the same account."""

    code = "roles_apart"


class CustodianTooLowError(DomainError):
    """Firmware custodians hold office at a city or a province; counties subscribe."""

    code = "custodian_too_low"


@dataclass(frozen=True, slots=True)
class Granted:
    """A role inside a region, from a day to a day; without an end while ``until`` is None."""

    role: Role
    path: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class NewToken:
    """What a token is for, what it may do (names with blanks between), and until when."""

    note: str = ""
    scopes: str = EVERY
    expires_at: datetime | None = None


FOR_EVERYTHING: Final = NewToken()


def find(session: Session, login: str) -> Person:
    """Return the person with ``login``.

    Raises:
        UnknownPersonError: There is none.
    """
    found = session.scalar(select(Person).where(Person.login == login.casefold()))
    if found is None:
        raise UnknownPersonError(f"nobody has the login {login}")
    return found


def add_person(
    session: Session,
    login: str,
    name: str,
    grants: tuple[Granted, ...] = (),
    *,
    by: str,
    at: datetime,
) -> tuple[Person, str]:
    """Make an account and return it with the secret that sets its first password.

    Raises:
        BadLoginError: The login has another form.
        LoginTakenError: Somebody has it.
        UnknownRegionError: A grant's path is not in the tree.
        RolesApartError: Two of the roles never go together.
    """
    if not LOGIN.fullmatch(login):
        raise BadLoginError(f"not a login: {login}")
    if session.scalar(select(Person.id).where(Person.login == login)):
        raise LoginTakenError(f"the login {login} is taken")
    secret = tokens.new_token()
    person = Person(
        uid=new_uid(),
        login=login,
        name=name,
        password_hash=recovery.reset_hash(secret, at),
        secret=secrets.token_bytes(PERSON_SECRET_BYTES),
        created_at=at,
    )
    with act(session, person, "register", by=by, at=at):
        session.add(person)
        session.flush()
        for granted in grants:
            _grant(session, person, granted)
    return person, secret


def grant(session: Session, person: Person, granted: Granted, *, by: str, at: datetime) -> Grant:
    """Give ``person`` a role inside a region.

    Raises:
        UnknownRegionError: The path is not in the tree.
        RolesApartError: The person holds a role in that time which never goes with it.
        CustodianTooLowError: A custodian's office lies below a city.
    """
    with act(session, person, "grant", by=by, at=at):
        return _grant(session, person, granted)


def withdraw(session: Session, person: Person, role: Role, *, by: str, at: datetime) -> int:
    """Take ``role`` away everywhere and return how many grants ended; it acts at once.

    The day before is the last one; a grant that would begin after its end is removed.
    """
    yesterday = local_date(at) - timedelta(days=1)
    running = session.scalars(
        select(Grant).where(
            Grant.person_id == person.id,
            Grant.role == role,
            or_(Grant.until.is_(None), Grant.until > yesterday),
        )
    ).all()
    with act(session, person, "withdraw", by=by, at=at):
        for one in running:
            if one.since > yesterday:
                session.delete(one)
            else:
                one.until = yesterday
    return len(running)


def disable(session: Session, person: Person, *, by: str, at: datetime) -> None:
    """Close an account: sessions, tokens and bound devices end with it."""
    with act(session, person, "disable", by=by, at=at):
        person.disabled_at = person.disabled_at or at
        ending.unbind(session, person.id, at)
    ending.end_everything(session, person, at)


def add_token(
    session: Session,
    person: Person,
    command: NewToken = FOR_EVERYTHING,
    *,
    by: str,
    at: datetime,
) -> str:
    """Return a new bearer token of ``person`` for the API; it is shown this once.

    Raises:
        UnknownPersonError: The account is closed.
    """
    if person.disabled_at is not None:
        raise UnknownPersonError(f"the account {person.login} is closed")
    token = tokens.new_token()
    with act(session, person, "token_made", by=by, at=at):
        session.add(
            ApiToken(
                uid=new_uid(),
                person_id=person.id,
                token_digest=tokens.digest(token),
                note=command.note,
                scopes=command.scopes,
                created_at=at,
                expires_at=command.expires_at,
            )
        )
    return token


def revoke_token(session: Session, person_id: int, uid: str, at: datetime) -> bool:
    """End one of the person's own API tokens; return whether there was one."""
    found = session.scalar(
        select(ApiToken.id).where(
            ApiToken.person_id == person_id, ApiToken.uid == uid, ApiToken.revoked_at.is_(None)
        )
    )
    if found is None:
        return False
    person = session.get_one(Person, person_id)
    with act(session, person, "token_ended", by=person.uid, at=at):
        session.get_one(ApiToken, found).revoked_at = at
    return True


def _grant(session: Session, person: Person, granted: Granted) -> Grant:
    if not _is_known(session, granted.path):
        raise UnknownRegionError(f"no region or place has the path {granted.path}")
    if granted.role is Role.CUSTODIAN and not _is_city_or_above(session, granted.path):
        raise CustodianTooLowError(
            f"custodians hold office at a city or a province, and {granted.path} is neither"
        )
    others = session.scalars(
        select(Grant.role).where(
            Grant.person_id == person.id,
            or_(Grant.until.is_(None), Grant.until >= granted.since),
            *([Grant.since <= granted.until] if granted.until else []),
        )
    )
    held = frozenset(others)
    if not may_hold(held, granted.role):
        raise RolesApartError(
            f"{person.login} holds {', '.join(sorted(held))}: never together with {granted.role}"
        )
    row = Grant(
        uid=new_uid(),
        person_id=person.id,
        role=granted.role,
        path=granted.path,
        since=granted.since,
        until=granted.until,
    )
    session.add(row)
    session.flush()
    return row


def _is_known(session: Session, path: str) -> bool:
    return path == EVERYWHERE or any(
        session.scalar(select(table.id).where(table.path == path)) for table in (Region, Place)
    )


def _is_city_or_above(session: Session, path: str) -> bool:
    kind = session.scalar(select(Region.kind).where(Region.path == path))
    return path == EVERYWHERE or kind in {RegionKind.CITY, RegionKind.PROVINCE}
