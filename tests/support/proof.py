"""The phone of anybody in a test: a fresh code for each act that wants one."""

import pyotp
from sqlalchemy import select

from app.crypto import totp
from app.db.session import utcnow
from app.models import Person
from app.web.database import Installation


def fresh_code(work: Installation, login: str) -> str:
    """Return a code that was not used yet; who has no authenticator gets one first."""
    with work.database.transaction() as session:
        person = session.scalars(select(Person).where(Person.login == login)).one()
        if person.totp_secret is None:
            person.totp_secret = totp.cover(work.keys.totp, totp.new_secret())
        person.totp_last_step = 0  # so that a test need not wait half a minute
        secret = totp.uncover(work.keys.totp, person.totp_secret)
    return pyotp.TOTP(secret).at(utcnow())
