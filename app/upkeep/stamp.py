"""When the last backup was made: a line in the home, which `wutong doctor` reads."""

import contextlib
from datetime import datetime
from pathlib import Path
from typing import Final

NAME: Final = "last-backup"


def note(home: Path, at: datetime) -> None:
    """Write down that a backup was completed; a home that cannot be written keeps the old line."""
    with contextlib.suppress(OSError):
        draft = home / f".{NAME}.new"
        draft.write_text(f"{at.isoformat()}\n")
        draft.replace(home / NAME)


def last(home: Path) -> datetime | None:
    """Return when the last backup was completed, or None where that is not known."""
    try:
        found = datetime.fromisoformat((home / NAME).read_text().strip())
    except (OSError, ValueError):
        return None
    return found if found.tzinfo else None
