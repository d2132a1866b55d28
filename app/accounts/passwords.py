"""Passwords: argon2id (32 MiB, 3 passes: above OWASP's least) and a short policy.

NIST SP 800-63B: length counts, rules of composition do not; what everybody uses is refused.
"""

import string
import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.errors import DomainError

SHORTEST: Final = 10
LONGEST: Final = 200  # argon2 takes any length; a megabyte of password is an attack
SAME_CHARACTERS: Final = 3
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
    """The password is too short, too common, or the login itself."""

    code = "weak_password"


def check_policy(password: str, login: str) -> None:
    """Refuse what is guessed first.

    Raises:
        WeakPasswordError: ``reason`` says why: short, long, login or common.
    """
    reason = _weakness(password, login.casefold())
    if reason:
        raise WeakPasswordError(f"the password is weak: {reason}", reason=reason)


def _weakness(password: str, login: str) -> str:
    folded = password.casefold()
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    if _little_besides(folded, (login,)):
        return "login"
    if len(set(folded)) <= SAME_CHARACTERS or _little_besides(folded, COMMON):
        return "common"
    return ""


def _little_besides(folded: str, words: tuple[str, ...]) -> bool:
    """Return whether ``folded`` is one of ``words`` with digits and signs around it."""
    rest = folded
    for word in words:
        rest = rest.replace(word, "")
    letters = rest.strip(string.digits + string.punctuation)
    return rest != folded and len(letters) < SHORTEST // 2


def hash_password(password: str) -> str:
    """Return the argon2id hash of ``password`` with a salt of its own."""
    with AT_ONCE:
        return HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Return whether ``password`` is the one kept; takes the same time when there is none."""
    known = kept if kept and kept.startswith("$argon2id$") else None
    try:
        with AT_ONCE:
            HASHER.verify(known or NOBODY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return known is not None
