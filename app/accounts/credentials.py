"""What a person proves to be with: password, second factor, PIN. Each change is an act."""

from datetime import datetime

from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import ending, passwords
from app.crypto import pins, totp
from app.crypto.totp import WrongCodeError
from app.domain.errors import DomainError
from app.domain.password_profiles import ASVS, Profile
from app.domain.pins import digits, weakness
from app.ledger.door import act
from app.models import Credential, Person


class WeakPinError(DomainError):
    """The PIN has not six digits, or is one that everybody tries first."""

    code = "weak_pin"


def of(session: Session, person_id: int) -> Credential:
    """Return the row that keeps PIN and password's age; made when it is first needed."""
    found = session.scalar(select(Credential).where(Credential.person_id == person_id))
    if found is None:
        found = Credential(person_id=person_id, old_passwords=[])
        session.add(found)
    return found


def set_password(
    session: Session,
    person: Person,
    password: str,
    profile: Profile = ASVS,
    *,
    by: str,
    at: datetime,
) -> None:
    """Give ``person`` a password; every session that was open ends.

    Raises:
        WeakPasswordError: ``profile`` does not allow it, or it was used before.
    """
    hashed = allowed(session, person, password, profile)
    with act(session, person, "password", by=by, at=at):
        keep(session, person, hashed, profile, at)
    ending.end_sessions(session, person, at)


def allowed(session: Session, person: Person, password: str, profile: Profile) -> str:
    """Return the hash of a password that ``profile`` allows.

    Raises:
        WeakPasswordError: It does not.
    """
    passwords.check_policy(password, person.login, profile)
    if profile.remembered:
        earlier = [person.password_hash, *of(session, person.id).old_passwords]
        passwords.check_unused(password, earlier[: profile.remembered])
    return passwords.hash_password(password)


def keep(session: Session, person: Person, hashed: str, profile: Profile, at: datetime) -> None:
    """Put ``hashed`` in its place, inside an act, and remember the one before."""
    row = of(session, person.id)
    if profile.remembered and passwords.is_password(person.password_hash):
        row.old_passwords = [person.password_hash, *row.old_passwords][: profile.remembered]
    row.password_set_at = at
    person.password_hash = hashed


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


def check_pin(pin: str) -> None:
    """Refuse a PIN that everybody tries first.

    Raises:
        WeakPinError: ``reason`` says why: form or common.
    """
    if reason := weakness(digits(pin)):
        raise WeakPinError(f"the PIN is weak: {reason}", reason=reason)


def hash_pin(key: str, person: str, pin: str) -> str:
    """Return what is kept of ``pin``; it takes a tenth of a second, so outside transactions."""
    return pins.hash_pin(key, person, digits(pin))


def keep_pin(session: Session, person: Person, hashed: str, *, at: datetime) -> None:
    """Give ``person`` the PIN for every device bound to."""
    with act(session, person, "pin", by=person.uid, at=at):
        row = of(session, person.id)
        row.pin_hash, row.pin_set_at = hashed, at


def has_pin(session: Session, person_id: int) -> bool:
    """Return whether the person set a PIN."""
    kept = select(Credential.pin_hash).where(Credential.person_id == person_id)
    return session.scalar(kept) is not None


def forget_second_factor(session: Session, person: Person, at: datetime) -> None:
    """Inside an act: forget the authenticator and the PIN, and unbind every device."""
    person.totp_secret = None
    row = of(session, person.id)
    row.pin_hash = row.pin_set_at = None
    ending.unbind(session, person.id, at)
