"""Files that were looked at and not submitted yet: kept apart, for a day."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from app.blobs import Blobs

KEPT: Final = timedelta(days=1)
FOLDER: Final = "looked"


def shelf(blobs: Blobs) -> Blobs:
    """Return where looked-at files lie: beside the blobs, which are kept for good."""
    return Blobs(blobs.folder.with_name(FOLDER))


def content(blobs: Blobs, digest: str) -> bytes | None:
    """Return the file that was looked at, or None where it is gone or no longer the same."""
    found = shelf(blobs).get(digest)
    return found if found is not None and hashlib.sha256(found).hexdigest() == digest else None


def prune(blobs: Blobs, at: datetime) -> int:
    """Delete what nobody submitted within a day; return how many files."""
    old = [file for file in shelf(blobs).folder.glob("*/*") if _is_old(file, at)]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _is_old(file: Path, at: datetime) -> bool:
    try:
        return file.stat().st_mtime < (at - KEPT).timestamp()
    except FileNotFoundError:
        return False
