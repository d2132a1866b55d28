"""Where a restore goes: a home and a database, and what is there already."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError

from app.config import Settings
from app.crypto import dsse, keys
from app.db import schema
from app.db.session import Database
from app.ledger import epochs
from app.models import LedgerHead
from app.upkeep import postgresql
from app.upkeep.errors import UpkeepError
from app.upkeep.journal import COMPANIONS

UNREADABLE: Final = (DBAPIError, ValueError, LookupError, TypeError)


@dataclass(frozen=True, slots=True)
class Target:
    """The installation that a restore makes or replaces."""

    settings: Settings

    @property
    def home(self) -> Path:
        """Folder of keys and blobs."""
        return self.settings.home

    @property
    def url(self) -> URL:
        """Address of the database."""
        return make_url(self.settings.database_url)

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.url.get_backend_name()

    @property
    def files(self) -> list[Path]:
        """Return the files of the SQLite database; none for PostgreSQL."""
        if self.kind != "sqlite":
            return []
        return [Path(f"{self.url.database}{suffix}") for suffix in COMPANIONS]

    @property
    def realm(self) -> str | None:
        """Key id of the installation that is here, if one is.

        Raises:
            UpkeepError: Its key is damaged: which installation it is cannot be said.
        """
        file = self.settings.keys / "server.key"
        if not file.is_file():
            return None
        try:
            key = Ed25519PrivateKey.from_private_bytes(file.read_bytes())
        except ValueError:
            raise UpkeepError(f"{file} is no key; move the folder away first") from None
        return dsse.keyid(key.public_key().public_bytes_raw())

    def has_keys(self) -> bool:
        """Return whether the keys are here, all of them."""
        return all((self.settings.keys / name).is_file() for name in keys.NAMES)

    def has_data(self) -> bool:
        """Return whether there is anything that a restore would replace."""
        if any(self.settings.blobs.glob("??/*")):
            return True
        if self.kind == "sqlite":
            return self.files[0].is_file() and self.files[0].stat().st_size > 0
        return postgresql.exists(self.url) and self._has_tables()

    def refuse_in_use(self) -> None:
        """Refuse while web or jobs have the database open.

        Raises:
            UpkeepError: Somebody has.
        """
        in_use = _is_open(self.files[0]) if self.files else postgresql.others(self.url) > 0
        if in_use:
            raise UpkeepError("the database is in use; stop web and jobs first")

    def reached(self) -> tuple[int, int | None]:
        """Return the epoch and the length of the ledger that is here, as far as it can be read."""
        if not self.has_data():
            return epochs.FIRST, None
        database = Database(self.settings.database_url)
        try:
            if schema.current(database) != schema.newest(self.settings.database_url):
                return epochs.FIRST, None
            with database.reading() as session:
                return epochs.current(session), session.get_one(LedgerHead, 1).size
        except UNREADABLE:  # that is why one restores
            return epochs.FIRST, None
        finally:
            database.dispose()

    def _has_tables(self) -> bool:
        with postgresql.connected(self.url) as connection:
            count = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
            return bool(connection.scalar(text(count)))


def _is_open(file: Path) -> bool:
    """Return whether another connection to an SQLite database is open."""
    if not file.is_file():
        return False
    with closing(sqlite3.connect(file, isolation_level=None, timeout=1)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        except sqlite3.DatabaseError:
            return False  # it is damaged: that is why one restores
    return False
