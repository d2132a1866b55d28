"""The second factor: at sign-in, and again before an act with effect in law.

A view calls ``confirm_step_up`` before it opens its own transaction, and shows
``WrongCodeError`` and ``TooManyTriesError`` at the field of the code.
"""

from datetime import datetime
from typing import Final

from cryptography.fernet import Fernet
from flask import request
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.crypto import totp
from app.crypto.totp import WrongCodeError
from app.models import Person
from app.web.access import SecondFactorError, StepUpError, caller
from app.web.database import installation, transaction
from app.web.tries import Visitor, begin_try, succeed

__all__: Final = ("WrongCodeError", "confirm_step_up")


def visitor() -> Visitor:
    """Return where the request comes from."""
    return Visitor(request.remote_addr or "", request.user_agent.string)


def confirm_step_up(code: str, at: datetime) -> None:
    """Accept a fresh code of the caller's second factor, once.

    Raises:
        StepUpError: The caller came by an API token, behind which nobody need be.
        SecondFactorError: The caller has no second factor yet.
        WrongCodeError: The code is wrong, too old, or was used.
        TooManyTriesError: Too many wrong codes in a quarter of an hour.
    """
    who = caller()
    if who.by_token:
        raise StepUpError("do it on a page, with the second factor")
    if not who.enrolled:
        raise SecondFactorError("set up the second factor first, on the page of your account")
    keys = installation().keys
    # Two transactions: a wrong try stays counted although it ends in an error.
    with transaction() as session:
        attempt = begin_try(session, keys.session, f"code {who.uid}", visitor(), at)
    with transaction() as session:
        check_code(session, keys.totp, who.id, code, at)
        succeed(session, attempt)


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
