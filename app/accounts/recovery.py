"""The ways back: an administrator's reset, which tells nobody a password, and printed codes.

A reset hands out a secret that lets the person start over, once, within three days. Where the
person's roles do acts with effect in law, it stays closed until a second administrator consents.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app.accounts import credentials, ending
from app.crypto import tokens
from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.password_profiles import ASVS, Profile
from app.domain.people import RECOVERY_CODES, SamePersonError
from app.domain.people import RESET as DAYS
from app.domain.roles import SECOND_FACTOR
from app.ledger.door import SYSTEM, act
from app.models import Grant, Person, RecoveryCode, ResetRequest

RESET: Final = "reset"
LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no I and 1, no O and 0
CODE_LENGTH: Final = 16
GROUP: Final = 4


class WrongResetError(DomainError):
    """The one-use secret is wrong, used, past its time, or nobody consented yet."""

    code = "wrong_reset"


class WrongRecoveryCodeError(DomainError):
    """This is none of the person's unused recovery codes."""

    code = "wrong_recovery_code"


class NoResetError(DomainError):
    """No reset of this person waits for consent."""

    code = "no_reset"


@dataclass(frozen=True, slots=True)
class Reset:
    """What an administrator asks for.

    Attributes:
        second_factor: Also forget authenticator, PIN and devices when the secret is used.
        alone: No second administrator, for an installation that has none; the ledger says so.
    """

    second_factor: bool = False
    alone: bool = False
    why: str = ""


def ask_reset(session: Session, person: Person, reset: Reset, *, by: str, at: datetime) -> str:
    """Void the password, end everything, and return the secret by which the person starts over."""
    secret = tokens.new_token()
    needs = reset.second_factor and not reset.alone and _acts_in_law(session, person, at)
    with act(session, person, "reset_alone" if reset.alone else "reset", by=by, at=at):
        person.password_hash = reset_hash(secret, at)
        person.disabled_at = None
        _close(session, person, at)
        session.add(
            ResetRequest(
                uid=new_uid(),
                person_id=person.id,
                asked_by=by,
                asked_at=at,
                expires_at=at + DAYS,
                second_factor=reset.second_factor,
                needs_consent=needs,
                why=reset.why,
            )
        )
    ending.end_everything(session, person, at)
    return secret


def waiting(session: Session, person: Person, at: datetime) -> ResetRequest | None:
    """Return the reset of ``person`` that is open, or None."""
    return session.scalar(
        select(ResetRequest)
        .where(
            ResetRequest.person_id == person.id,
            ResetRequest.closed_at.is_(None),
            ResetRequest.expires_at > at,
        )
        .order_by(ResetRequest.id.desc())
        .limit(1)
    )


def consent(session: Session, person: Person, *, by: str, at: datetime) -> None:
    """Open the reset of ``person``, as the second of two administrators.

    Raises:
        NoResetError: None waits for it.
        SamePersonError: ``by`` asked for it, or is the person.
    """
    found = waiting(session, person, at)
    if found is None or not found.needs_consent or found.consented_at is not None:
        raise NoResetError("no reset waits for consent")
    if by in {found.asked_by, person.uid, SYSTEM}:
        raise SamePersonError("a second administrator consents")
    with act(session, person, "reset_consent", by=by, at=at):
        found.consented_by, found.consented_at = by, at


def redeem_reset(
    session: Session,
    login: str,
    secret: str,
    password: str,
    profile: Profile = ASVS,
    *,
    at: datetime,
) -> None:
    """Set the password of ``login`` by the one-use secret.

    Raises:
        WrongResetError: The secret is wrong, used or too old, or nobody has this login.
        WeakPasswordError: The password is refused; the secret stays good.
    """
    person = session.scalar(
        select(Person).where(Person.login == login.casefold()).with_for_update()
    )
    kept = person.password_hash if person and person.disabled_at is None else ""
    if not _opens(kept, secret, at) or person is None:
        raise WrongResetError("the one-use secret is wrong, used or too old")
    asked = waiting(session, person, at)
    if asked is not None and asked.needs_consent and asked.consented_at is None:
        raise WrongResetError("nobody consented yet")
    hashed = credentials.allowed(session, person, password, profile)
    with act(session, person, "password", by=person.uid, at=at):
        credentials.keep(session, person, hashed, profile, at)
        if asked is not None and asked.second_factor:
            credentials.forget_second_factor(session, person, at)
            _forget_codes(session, person.id)
        _close(session, person, at)
    ending.end_sessions(session, person, at)


def make_codes(session: Session, person: Person, *, at: datetime) -> list[str]:
    """Return ten fresh recovery codes, shown this once; those of before are void."""
    codes = [_new_code() for _number in range(RECOVERY_CODES)]
    with act(session, person, "recovery_codes", by=person.uid, at=at):
        _forget_codes(session, person.id)
        session.add_all(
            RecoveryCode(person_id=person.id, digest=_digest(person, code), made_at=at)
            for code in codes
        )
    return codes


def use_code(session: Session, person: Person, typed: str, *, at: datetime) -> None:
    """Accept a recovery code in place of the lost phone: the second factor is set up anew.

    Raises:
        WrongRecoveryCodeError: It is none of this person's, or was used.
    """
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person.id,
            RecoveryCode.digest == _digest(person, typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    if used.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE has it
        raise WrongRecoveryCodeError("none of the unused recovery codes")
    with act(session, person, "recovery_code_used", by=person.uid, at=at):
        credentials.forget_second_factor(session, person, at)


def codes_left(session: Session, person_id: int) -> int:
    """Return how many recovery codes are unused."""
    rows = select(RecoveryCode.id).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    return len(session.scalars(rows).all())


def reset_hash(secret: str, at: datetime) -> str:
    """Return what stands in place of a password hash until the secret is used."""
    return f"{RESET}${int((at + DAYS).timestamp())}${tokens.digest(secret)}"


def _opens(kept: str, secret: str, at: datetime) -> bool:
    kind, _sign, rest = kept.partition("$")
    until, _sign, digest = rest.partition("$")
    # The digests are compared whoever asks, so that the time tells nothing.
    same = hmac.compare_digest(digest or tokens.digest(""), tokens.digest(secret))
    return kind == RESET and same and at.timestamp() < int(until)


def _acts_in_law(session: Session, person: Person, at: datetime) -> bool:
    day = local_date(at)
    roles: Sequence[str] = session.scalars(
        select(Grant.role).where(
            Grant.person_id == person.id, or_(Grant.until.is_(None), Grant.until >= day)
        )
    ).all()
    return not SECOND_FACTOR.isdisjoint(roles)


def _close(session: Session, person: Person, at: datetime) -> None:
    session.execute(
        update(ResetRequest)
        .where(ResetRequest.person_id == person.id, ResetRequest.closed_at.is_(None))
        .values(closed_at=at)
        .execution_options(synchronize_session="fetch")
    )


def _forget_codes(session: Session, person_id: int) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def _new_code() -> str:
    letters = "".join(secrets.choice(LETTERS) for _place in range(CODE_LENGTH))
    return "-".join(letters[at : at + GROUP] for at in range(0, CODE_LENGTH, GROUP))


def _digest(person: Person, typed: str) -> str:
    plain = "".join(one for one in typed.upper() if one in LETTERS)
    return tokens.digest(f"recovery {person.uid} {plain}")
