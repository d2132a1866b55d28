"""What an API token may do, on top of what its person may: a short list of scopes.

``write`` holds every narrower one; reading is always ``read``.
"""

from enum import StrEnum
from typing import Final


class TokenScope(StrEnum):
    """A part of the API that a token opens."""

    READ = "read"
    WRITE = "write"
    REGISTER = "register"
    FLEET = "fleet"
    STATIONS = "stations"
    FIRMWARE = "firmware"


SAID: Final = {
    TokenScope.READ: "read everything the person may read",
    TokenScope.WRITE: "every change the person may make; holds the narrower ones",
    TokenScope.REGISTER: "markets, stalls, traders, models, new scales, photos, seals, tags",
    TokenScope.FLEET: "acts on scales, findings and leads",
    TokenScope.STATIONS: "stations, their ports, readings asked for",
    TokenScope.FIRMWARE: "reference programs",
}
EVERY: Final = f"{TokenScope.READ} {TokenScope.WRITE}"


def allows(held: frozenset[str], wanted: TokenScope) -> bool:
    """Return whether a token with ``held`` may do what asks for ``wanted``."""
    return wanted in held or (wanted is not TokenScope.READ and TokenScope.WRITE in held)
