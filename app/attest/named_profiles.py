"""Firmware profiles by name, for comparing without a server; one JSON file each.

Generic ones call the whole program memory code, so that nothing hides in a region of theirs.
"""

import json
from pathlib import Path
from typing import Final

from app.attest.profiles import Profile
from app.domain.errors import DomainError

FOLDER: Final = Path(__file__).parent / "profile_files"


class UnknownProfileError(DomainError):
    """There is no profile of that name."""

    code = "unknown_profile"


def names() -> tuple[str, ...]:
    """Return the names there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def named(name: str) -> Profile:
    """Return the profile called ``name``.

    Raises:
        UnknownProfileError: There is none; the message lists those there are.
    """
    if name not in names():
        raise UnknownProfileError(f"there is no profile {name}; there are: {', '.join(names())}")
    return Profile.of(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))
