"""The second factor: time-based codes as of RFC 6238, 30 s, 6 digits.

At rest the secret is covered by the installation's own key; a code counts once.
"""

from datetime import datetime
from typing import Final

import pyotp
from cryptography.fernet import Fernet, InvalidToken

from app.domain.errors import DomainError

ISSUER: Final = "Wutong"
PERIOD_S: Final = 30
DRIFT: Final = 1  # steps a phone's clock may be off, either way
PENDING_S: Final = 15 * 60


class EnrolmentStaleError(DomainError):
    """The secret offered for enrolment is not this person's, or too old."""

    code = "second_factor_stale"


class WrongCodeError(DomainError):
    """The code of the second factor is wrong, too old, or was used."""

    code = "wrong_code"


def new_secret() -> str:
    """Return a fresh secret in base 32."""
    return pyotp.random_base32()


def address(secret: str, login: str) -> str:
    """Return the ``otpauth:`` address that authenticator programs scan."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """Return the time step that ``code`` belongs to, or None."""
    digits = "".join(code.split())
    now = int(at.timestamp()) // PERIOD_S
    generator = pyotp.TOTP(secret)
    # All steps are tried, whichever matches: the time taken tells nothing.
    hits = [
        step
        for step in range(now - DRIFT, now + DRIFT + 1)
        if pyotp.utils.strings_equal(generator.generate_otp(step), digits)
    ]
    return hits[-1] if hits else None


def cover(key: Fernet, secret: str) -> str:
    """Return ``secret`` as it may lie in the database."""
    return key.encrypt(secret.encode()).decode()


def uncover(key: Fernet, covered: str) -> str:
    """Return the secret that ``covered`` hides."""
    return key.decrypt(covered.encode()).decode()


def offer(key: Fernet, person: str, secret: str, at: datetime) -> str:
    """Return ``secret`` sealed for the time until ``person`` confirms it by a code."""
    sealed = f"{person} {secret}".encode()
    return key.encrypt_at_time(sealed, int(at.timestamp())).decode()


def taken(key: Fernet, person: str, offered: str, at: datetime) -> str:
    """Return the secret that was offered to ``person``.

    Raises:
        EnrolmentStaleError: It was offered to somebody else, too long ago, or never.
    """
    try:
        sealed = key.decrypt_at_time(offered.encode(), PENDING_S, int(at.timestamp()))
    except (InvalidToken, UnicodeEncodeError):
        raise EnrolmentStaleError("please scan the code again") from None
    whose, secret = sealed.decode().split(" ")
    if whose != person:
        raise EnrolmentStaleError("please scan the code again")
    return secret
