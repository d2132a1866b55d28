"""Public identifiers: UUIDv7 as text, ordered by time.

Python 3.11 has no uuid7; ``uuid6`` is kept and does what RFC 9562 says.
"""

import uuid
from typing import Final

import uuid6

VERSION: Final = 7


def new_uid() -> str:
    """Return a fresh UUIDv7."""
    return str(uuid6.uuid7())


def is_uid(text: str) -> bool:
    """Return whether ``text`` is a UUIDv7 in its canonical form."""
    try:
        value = uuid.UUID(text)
    except ValueError:
        return False
    return value.version == VERSION and str(value) == text
