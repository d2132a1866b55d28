"""How a PIN is kept: a million is few, so argon2id over an HMAC under the installation's key.

Who copies the database alone cannot try them; who also has the key folder needs argon2 for each.
"""

import hashlib
import hmac
import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER: Final = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
AT_ONCE: Final = threading.BoundedSemaphore(4)
# Of a PIN nobody has: an unbound person costs the same time as a bound one.
NOBODY: Final = (
    "$argon2id$v=19$m=32768,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA"
    "$jt4ExyQkJlvbPz5lT3VyIdqdhd7K7OIZGwZvWZfqM3Y"
)


def hash_pin(key: str, person: str, pin: str) -> str:
    """Return what is kept of ``pin``, which fits this person alone."""
    with AT_ONCE:
        return HASHER.hash(_peppered(key, person, pin))


def matches(key: str, person: str, kept: str | None, pin: str) -> bool:
    """Return whether ``pin`` is the one kept; takes the same time when there is none."""
    try:
        with AT_ONCE:
            HASHER.verify(kept or NOBODY, _peppered(key, person, pin))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def _peppered(key: str, person: str, pin: str) -> bytes:
    return hmac.new(f"pin {key}".encode(), f"{person} {pin}".encode(), hashlib.sha256).digest()
