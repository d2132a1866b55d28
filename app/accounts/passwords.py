"""Passwords: argon2id (32 MiB, 3 passes: above OWASP's least) and the policy of a profile.

Whatever the profile, what everybody tries first is refused.
"""

import string
import threading
from functools import cache
from importlib.resources import files
from typing import Final, TypeGuard

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.errors import DomainError
from app.domain.password_profiles import ASVS, Profile, kinds_of

LONGEST: Final = 200  # argon2 takes any length; a megabyte of password is an attack
SAME_CHARACTERS: Final = 3
LIST: Final = "common_passwords.txt"
STEM: Final = 5  # letters that must be one's own
COMMON: Final = (
    "password",
    "passw0rd",
    "1234567890",
    "0123456789",
    "qwertyuiop",
    "qwerty",
    "iloveyou",
    "woaini",
    "admin",
    "letmein",
    "welcome",
    "88888888",
    "66666666",
    "1qaz2wsx",
    "abcdef",
    "abc123",
)
HASHER: Final = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
# The hash of nothing anybody knows: an unknown login costs the same time as a known one.
NOBODY: Final = (
    "$argon2id$v=19$m=32768,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA"
    "$jt4ExyQkJlvbPz5lT3VyIdqdhd7K7OIZGwZvWZfqM3Y"
)

# Each hash takes its memory: a burst of tries queues instead of filling a small machine.
AT_ONCE: Final = threading.BoundedSemaphore(4)


class WeakPasswordError(DomainError):
    """The password is too short, too common, the login itself, or one of before."""

    code = "weak_password"


def check_policy(password: str, login: str, profile: Profile = ASVS) -> None:
    """Refuse what is guessed first, and what ``profile`` does not allow.

    Raises:
        WeakPasswordError: ``reason`` says why: short, long, login, common or kinds.
    """
    reason = _weakness(password, login.casefold(), profile)
    if reason:
        raise WeakPasswordError(
            f"the password is weak: {reason}", reason=reason, shortest=profile.shortest
        )


def check_unused(password: str, earlier: list[str]) -> None:
    """Refuse a password that was used before.

    Raises:
        WeakPasswordError: With the reason ``used``.
    """
    if any(matches(kept, password) for kept in earlier):
        raise WeakPasswordError("the password was used before", reason="used")


def _weakness(password: str, login: str, profile: Profile) -> str:
    folded = password.casefold()
    if len(password) < profile.shortest:
        return "short"
    if len(password) > LONGEST:
        return "long"
    if kinds_of(password) < profile.kinds:
        return "kinds"
    if _little_besides(folded, (login,)):
        return "login"
    return "common" if _is_common(folded) else ""


def _is_common(folded: str) -> bool:
    stem = folded.strip(string.digits + string.punctuation + string.whitespace)
    return (
        len(set(folded)) <= SAME_CHARACTERS
        or _little_besides(folded, COMMON)
        or folded in _listed()
        or stem in _listed()
    )


@cache
def _listed() -> frozenset[str]:
    """Return the packaged list, folded."""
    text = (files("app.accounts") / LIST).read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def _little_besides(folded: str, words: tuple[str, ...]) -> bool:
    """Return whether ``folded`` is one of ``words`` with digits and signs around it."""
    rest = folded
    for word in words:
        rest = rest.replace(word, "")
    letters = rest.strip(string.digits + string.punctuation)
    return rest != folded and len(letters) < STEM


def hash_password(password: str) -> str:
    """Return the argon2id hash of ``password`` with a salt of its own."""
    with AT_ONCE:
        return HASHER.hash(password)


def is_password(kept: str | None) -> TypeGuard[str]:
    """Return whether ``kept`` is the hash of a password, not of a one-use secret or nothing."""
    return bool(kept) and str(kept).startswith("$argon2id$")


def matches(kept: str | None, password: str) -> bool:
    """Return whether ``password`` is the one kept; takes the same time when there is none."""
    known = kept if is_password(kept) else None
    try:
        with AT_ONCE:
            HASHER.verify(known or NOBODY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return known is not None
