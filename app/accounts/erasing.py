"""Erasing a person: name, login and key go, what the person did stays, done by nobody in words.

What entered the ledger of a person's name is a digest under the person's own key: with the
key gone nothing can be guessed from it. Verifying knows the act and stays green.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.ending import end_everything
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.ledger.door import act
from app.ledger.erasures import NAMELESS, PERSON_ERASED, nameless_login
from app.models import (
    ApiToken,
    ChosenColumns,
    Credential,
    DevicePerson,
    Grant,
    Person,
    RecoveryCode,
    ResetRequest,
    SavedFilter,
    Sighting,
    SignIn,
    StepUp,
)

NOTHING_OPENS: Final = "!"


class StillInOfficeError(DomainError):
    """The person holds a role today: take it away first."""

    code = "still_in_office"


def erase_person(session: Session, person: Person, *, by: str, at: datetime) -> None:
    """Blank ``person`` for good; the account is closed and cannot be opened again.

    Raises:
        StillInOfficeError: A role of the person has not ended.
    """
    today = local_date(at)
    held = select(Grant.id).where(
        Grant.person_id == person.id, or_(Grant.until.is_(None), Grant.until >= today)
    )
    if session.scalar(held.limit(1)) is not None:
        raise StillInOfficeError(f"{person.login} holds a role: withdraw it first")
    with act(session, person, PERSON_ERASED, by=by, at=at):
        person.login, person.name = nameless_login(person.uid), NAMELESS
        person.password_hash, person.totp_secret, person.secret = NOTHING_OPENS, None, None
        person.disabled_at = person.disabled_at or at
    end_everything(session, person, at)
    # Browsers, PINs, devices and the words on tokens are personal too.
    theirs = select(SignIn.id).where(SignIn.person_id == person.id)
    session.execute(delete(StepUp).where(StepUp.sign_in_id.in_(theirs)))
    kept = (Credential, RecoveryCode, DevicePerson, Sighting, SavedFilter, ChosenColumns)
    for table in kept:
        session.execute(delete(table).where(table.person_id == person.id))
    session.execute(update(ResetRequest).where(ResetRequest.person_id == person.id).values(why=""))
    session.execute(delete(SignIn).where(SignIn.person_id == person.id))
    session.execute(update(ApiToken).where(ApiToken.person_id == person.id).values(note=""))
