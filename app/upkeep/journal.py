"""The last step of a restore: renames, written down before the first of them.

A kill between them is made up for by whatever command runs next. Until the journal is there
nothing has changed.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from app.upkeep import postgresql
from app.upkeep.archive import PRIVATE_FILE, sync_folder
from app.upkeep.errors import UpkeepError

STAGING: Final = ".restore"
JOURNAL: Final = "ready.json"
STAGED_DATABASE: Final = "database-is"
LOCK: Final = ".restore.lock"
COMPANIONS: Final = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What is still to be renamed.

    Attributes:
        aside: From, to: what was there before.
        into: From, to: what takes its place.
        swap: Database URL without password, name of the staged database, name of the old one.
    """

    aside: tuple[tuple[str, str], ...]
    into: tuple[tuple[str, str], ...]
    swap: tuple[str, str, str] | None = None


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Keep other restores of ``home`` out.

    Raises:
        UpkeepError: One is running.
    """
    handle = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    with os.fdopen(handle) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UpkeepError(f"a restore into {home} is running") from None
        yield


def write(home: Path, journal: Journal) -> None:
    """Make everything staged durable, then say that it is ready."""
    os.sync()
    target = home / STAGING / JOURNAL
    draft = target.with_suffix(".new")
    with draft.open("w") as file:
        json.dump(asdict(journal), file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(target)
    sync_folder(target.parent)


def complete(home: Path, database_url: str) -> bool:
    """Complete a restore that was cut short after all was ready; return whether one was.

    Raises:
        UpkeepError: One is running.
    """
    if not (home / STAGING / JOURNAL).is_file():
        return False
    with alone(home):
        return finish(home, database_url)


def finish(home: Path, database_url: str) -> bool:
    """Do what a journal in ``home`` asks for; return whether there was one.

    Each rename is done once however often this begins again.
    """
    place = home / STAGING / JOURNAL
    if not place.is_file():
        return False
    said = json.loads(place.read_text())
    if said["swap"] is not None:
        address, staged, old = said["swap"]
        url = make_url(database_url)
        if url.render_as_string() != address:
            raise UpkeepError(
                f"a restore into {address} was cut short; set WUTONG_DATABASE_URL to it"
            )
        postgresql.swap(url, staged, old)
    for source, target in (*said["aside"], *said["into"]):
        _rename(Path(source), Path(target))
    place.unlink()
    shutil.rmtree(place.parent)
    return True


def _rename(source: Path, target: Path) -> None:
    """Rename, unless that was done before."""
    if not source.exists() or target.exists():
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source.rename(target)
    sync_folder(target.parent)
    sync_folder(source.parent)


def clean(home: Path, database_url: str) -> None:
    """Remove what a restore that was cut short had only staged."""
    folder = home / STAGING
    note = folder / STAGED_DATABASE
    if note.is_file() and (name := note.read_text()):
        url = make_url(database_url).set(database=name)
        if url.get_backend_name() == "sqlite":
            for suffix in COMPANIONS:
                Path(name + suffix).unlink(missing_ok=True)
        else:
            postgresql.drop(url)
    shutil.rmtree(folder, ignore_errors=True)
