"""People: their accounts, roles and passwords. Every change is an act in the ledger.

A person's first password is never known to anybody else: whoever makes or resets an account
hands out a secret that sets a password once.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from cryptography.fernet import Fernet
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.crypto import tokens, totp
from app.crypto.totp import WrongCodeError
from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.roles import Role, may_hold
from app.domain.scope import EVERYWHERE
from app.ledger.door import act
from app.models import ApiToken, Grant, Person, Place, Region, RegionKind, SignIn

LOGIN: Final = re.compile(r"[a-z][a-z0-9._-]{1,39}")
RESET_DAYS: Final = 3
RESET: Final = "reset"
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


class WrongResetError(DomainError):
    """The one-use secret is wrong, used, or past its time."""

    code = "wrong_reset"


@dataclass(frozen=True, slots=True)
class Granted:
    """A role inside a region, from a day to a day; without an end while ``until`` is None."""

    role: Role
    path: str
    since: date
    until: date | None = None


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
        password_hash=_reset_hash(secret, at),
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
    """Close an account: sessions and tokens end with it."""
    with act(session, person, "disable", by=by, at=at):
        person.disabled_at = person.disabled_at or at
    end_everything(session, person, at)


def reset(
    session: Session, person: Person, *, second_factor: bool = False, by: str, at: datetime
) -> str:
    """Void the password and return the secret that sets a new one, once, within three days.

    Args:
        second_factor: Also forget the second factor, for a lost phone.
    """
    secret = tokens.new_token()
    with act(session, person, "reset", by=by, at=at):
        person.password_hash = _reset_hash(secret, at)
        person.disabled_at = None
        if second_factor:
            person.totp_secret = None
    end_everything(session, person, at)
    return secret


def redeem_reset(session: Session, login: str, secret: str, password: str, *, at: datetime) -> None:
    """Set the password of ``login`` by the one-use secret.

    Raises:
        WrongResetError: The secret is wrong, used or too old, or nobody has this login.
        WeakPasswordError: The password is refused; the secret stays good.
    """
    person = session.scalar(
        select(Person).where(Person.login == login.casefold()).with_for_update()
    )
    kept = person.password_hash if person and person.disabled_at is None else ""
    if not _opens(kept, secret, at):
        raise WrongResetError("the one-use secret is wrong, used or too old")
    assert person is not None  # noqa: S101 - an empty hash opens for nobody
    set_password(session, person, password, by=person.uid, at=at)


def set_password(session: Session, person: Person, password: str, *, by: str, at: datetime) -> None:
    """Give ``person`` a password; every session that was open ends.

    Raises:
        WeakPasswordError: It is too short, too common, or the login itself.
    """
    passwords.check_policy(password, person.login)
    hashed = passwords.hash_password(password)
    with act(session, person, "password", by=by, at=at):
        person.password_hash = hashed
    end_sessions(session, person, at)


def enrol_second_factor(
    session: Session, person_id: int, secret: str, code: str, key: Fernet, at: datetime
) -> None:
    """Keep ``secret``, covered by ``key``, once ``code`` shows that the person has it.

    Raises:
        WrongCodeError: The code is not one of the secret's.
    """
    step = totp.matching_step(secret, code, at)
    if step is None:
        raise WrongCodeError("the code is wrong")
    person = session.get_one(Person, person_id)
    with act(session, person, "second_factor", by=person.uid, at=at):
        person.totp_secret, person.totp_last_step = totp.cover(key, secret), step


def add_token(
    session: Session,
    person: Person,
    note: str = "",
    *,
    expires_at: datetime | None = None,
    at: datetime,
) -> str:
    """Return a new bearer token of ``person`` for the API; it is shown this once.

    Raises:
        UnknownPersonError: The account is closed.
    """
    if person.disabled_at is not None:
        raise UnknownPersonError(f"the account {person.login} is closed")
    token = tokens.new_token()
    session.add(
        ApiToken(
            uid=new_uid(),
            person_id=person.id,
            token_digest=tokens.digest(token),
            note=note,
            created_at=at,
            expires_at=expires_at,
        )
    )
    return token


def revoke_token(session: Session, person_id: int, uid: str, at: datetime) -> bool:
    """End one of the person's own API tokens; return whether there was one."""
    return _end(session, ApiToken, (ApiToken.person_id == person_id, ApiToken.uid == uid), at) > 0


def end_sessions(session: Session, person: Person, at: datetime) -> None:
    """Sign ``person`` out everywhere."""
    _end(session, SignIn, (SignIn.person_id == person.id,), at)


def end_everything(session: Session, person: Person, at: datetime) -> None:
    """End the sessions and the API tokens of ``person``."""
    end_sessions(session, person, at)
    _end(session, ApiToken, (ApiToken.person_id == person.id,), at)


def _end(session: Session, table: type[SignIn | ApiToken], which: Any, at: datetime) -> int:  # noqa: ANN401 - conditions of SQLAlchemy
    found = session.execute(
        update(table).where(*which, table.revoked_at.is_(None)).values(revoked_at=at)
    )
    return found.rowcount  # type: ignore[attr-defined,no-any-return]  # an UPDATE has it


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


def _reset_hash(secret: str, at: datetime) -> str:
    """Return what stands in place of a password hash until the secret is used."""
    until = int((at + timedelta(days=RESET_DAYS)).timestamp())
    return f"{RESET}${until}${tokens.digest(secret)}"


def _opens(kept: str, secret: str, at: datetime) -> bool:
    kind, _sign, rest = kept.partition("$")
    until, _sign, digest = rest.partition("$")
    return (
        kind == RESET
        and hmac.compare_digest(digest, tokens.digest(secret))
        and at.timestamp() < int(until)
    )
