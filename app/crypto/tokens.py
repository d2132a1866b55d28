"""Bearer secrets: made here, given out once, kept only as a digest.

They are random and long, so a plain SHA-256 is enough; passwords are another matter.
"""

import hashlib
import secrets
from typing import Final

BYTES: Final = 32


def new_token() -> str:
    """Return a fresh secret of 256 bits as URL-safe text."""
    return secrets.token_urlsafe(BYTES)


def digest(token: str) -> str:
    """Return what is kept of ``token``."""
    return hashlib.sha256(token.encode()).hexdigest()
