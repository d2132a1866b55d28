"""Proving to be there: at sign-in, and again before acts with effect in law.

On a bound device the proof is the personal PIN, elsewhere a code of the authenticator. For legal
acts a proof counts for one named batch: a view calls ``confirm`` before it opens its transaction
and ``spend`` inside it, and shows what ``said`` says at the field of the code::

    step_up.confirm(LegalAct.HOLD, [uid], form["code"], at)
    with transaction() as session:
        step_up.spend(session, LegalAct.HOLD, [uid], at)
        ...  # an act that fails leaves the proof unspent
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from cryptography.fernet import Fernet
from flask import request
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.crypto import pins, totp
from app.crypto.totp import WrongCodeError
from app.db.ids import new_uid
from app.db.session import utcnow
from app.domain.errors import DomainError
from app.domain.people import PIN_TRIES, PROOF, SamePersonError
from app.domain.permissions import LegalAct
from app.domain.pins import digits
from app.models import Credential, Person, SignIn, StepUp
from app.web import bound
from app.web.access import Caller, SecondFactorError, StepUpError, caller
from app.web.database import installation, reading, transaction
from app.web.tries import TooManyTriesError, Visitor, begin_try, succeed

__all__: Final = ("WrongCodeError", "confirm", "confirm_step_up", "spend")


class Proof(StrEnum):
    """How a person shows to be there."""

    PIN = "pin"
    CODE = "code"


class WrongPinError(WrongCodeError):
    """This is not the person's PIN."""

    code = "wrong_pin"


class PinLockedError(TooManyTriesError):
    """Too many wrong PINs on this device: only the authenticator opens it again."""

    code = "pin_locked"


SAID: Final = {
    "wrong_code": _l("This code is wrong or was used. Take the next one."),
    "wrong_pin": _l("This is not your PIN."),
    "pin_locked": _l("The PIN is locked on this device. Type the six digits of the authenticator."),
    "too_many_tries": _l("Too many wrong codes. Wait a few minutes."),
}
ERRORS: Final = (WrongCodeError, TooManyTriesError)


def visitor() -> Visitor:
    """Return where the request comes from."""
    return Visitor(request.remote_addr or "", request.user_agent.string)


def said(error: DomainError) -> Any:  # noqa: ANN401 - a lazy text
    """Return what to say at the field of the code."""
    return SAID[error.code]


def offered() -> Proof:
    """Return what the caller is asked for in this browser."""
    with reading() as session:
        here = bound.takes_pin(session, caller().id, utcnow())
    return Proof.PIN if here else Proof.CODE


def confirm(purpose: LegalAct, ids: Iterable[str], typed: str, at: datetime) -> None:
    """Take one fresh proof for the batch ``ids`` of one legal act; it counts for minutes, once.

    Raises:
        StepUpError: The caller came by an API token, behind which nobody need be.
        SecondFactorError: The caller has no second factor yet.
        WrongCodeError: The PIN or code is wrong, too old, or was used.
        TooManyTriesError: Too many wrong ones; ``PinLockedError`` on a bound device.
    """
    who, digest = _person(), _digest(ids)
    with reading() as session:
        if _unspent(session, who, purpose, digest, at) is not None:
            return  # proven a moment ago, for just this, and what came after went wrong
    confirm_step_up(typed, at)
    with transaction() as session:
        sign_in = session.scalars(select(SignIn.id).where(SignIn.uid == who.sign_in)).one()
        session.add(
            StepUp(
                uid=new_uid(),
                sign_in_id=sign_in,
                purpose=purpose.value,
                digest=digest,
                made_at=at,
                expires_at=at + PROOF,
            )
        )


def spend(session: Session, purpose: LegalAct, ids: Iterable[str], at: datetime) -> None:
    """Use the proof of the batch up, in the transaction of the acts themselves.

    Raises:
        StepUpError: There is none, it is too old, or it was spent.
    """
    found = _unspent(session, _person(), purpose, _digest(ids), at)
    spent = session.execute(
        update(StepUp)
        .where(StepUp.id == found, StepUp.used_at.is_(None))
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    if spent.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE has it
        raise StepUpError("no fresh proof for just these acts")


def require_other(session: Session, uid: str, at: datetime) -> None:
    """Refuse the caller as the second of two persons, where the first is ``uid``.

    Two sessions are one person; and so, for all we know, are two accounts on one device.

    Raises:
        SamePersonError: The caller is the first person, or that one is bound to this device.
    """
    first = session.scalar(select(Person.id).where(Person.uid == uid))
    same = uid == caller().uid
    if same or (first and bound.binding(session, bound.find(session), first, at)):
        raise SamePersonError("a second person does this, on a device of their own")


def confirm_step_up(typed: str, at: datetime, by: Proof | None = None) -> None:
    """Take a fresh proof of the caller: the PIN on a bound device, a code elsewhere.

    Raises:
        Those of ``confirm``.
    """
    who = _person()
    if (by or offered()) is Proof.PIN:
        prove_pin(who.id, typed, at)
    else:
        _prove_code(who, typed, at)


def prove_pin(person_id: int, typed: str, at: datetime) -> None:
    """Accept the PIN of a person on this device.

    Raises:
        WrongPinError: It is another, or nobody of that number is bound here.
        PinLockedError: Five were wrong in a row; even the right one is refused.
    """
    key = installation().keys.session
    # Three steps: the try is counted first, the hashing keeps nobody from writing.
    with transaction() as session:
        found = bound.binding(session, bound.find(session), person_id, at)
        tries = bound.count_try(session, found) if found else 0
        number = found.id if found else None
        uid, kept = _pin_of(session, person_id)
    right = pins.matches(key, uid, kept if found else None, digits(typed))
    if tries > PIN_TRIES:
        raise PinLockedError("the PIN is locked on this device", retry_after=0)
    if not right or number is None:
        raise WrongPinError("this is not the PIN")
    with transaction() as session:
        bound.note_use(session, number, at)


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


def _person() -> Caller:
    who = caller()
    if who.by_token:
        raise StepUpError("do it on a page, with the second factor")
    if not who.enrolled:
        raise SecondFactorError("set up the second factor first, on the page of your account")
    return who


def _prove_code(who: Caller, typed: str, at: datetime) -> None:
    keys = installation().keys
    # Two transactions: a wrong try stays counted although it ends in an error.
    with transaction() as session:
        attempt = begin_try(session, keys.session, f"code {who.uid}", visitor(), at)
    with transaction() as session:
        check_code(session, keys.totp, who.id, typed, at)
        succeed(session, attempt)
        found = bound.binding(session, bound.find(session), who.id, at)
        if found is not None:
            bound.note_use(session, found.id, at)


def _pin_of(session: Session, person_id: int) -> tuple[str, str | None]:
    row = session.execute(
        select(Person.uid, Credential.pin_hash)
        .outerjoin(Credential, Credential.person_id == Person.id)
        .where(Person.id == person_id, Person.disabled_at.is_(None))
    ).first()
    return (row[0], row[1]) if row else ("", None)


def _digest(ids: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(set(ids))).encode()).hexdigest()


def _unspent(
    session: Session, who: Caller, purpose: LegalAct, digest: str, at: datetime
) -> int | None:
    return session.scalar(
        select(func.min(StepUp.id))
        .join(SignIn, SignIn.id == StepUp.sign_in_id)
        .where(
            SignIn.uid == who.sign_in,
            StepUp.purpose == purpose.value,
            StepUp.digest == digest,
            StepUp.used_at.is_(None),
            StepUp.expires_at > at,
        )
    )
