"""Which schema the database has, which one the program wants, and the way between."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from app.db.session import Database
from app.domain.errors import DomainError

# In a checkout beside app/, where it is installed under the environment's share/.
PLACES: Final = (
    Path(__file__).parents[2] / "migrations",
    Path(sys.prefix) / "share/wutong/migrations",
)


def config(url: str) -> Config:
    """Return Alembic's configuration for the database at ``url``."""
    folder = next((place for place in PLACES if (place / "alembic.ini").is_file()), PLACES[0])
    found = Config(folder / "alembic.ini")
    found.attributes["url"] = url
    return found


def newest(url: str) -> str | None:
    """Return the revision that the program wants."""
    return ScriptDirectory.from_config(config(url)).get_current_head()


def current(database: Database) -> str | None:
    """Return the revision that the database is at; None for an empty one."""
    with database.engine.connect() as connection:
        return revision(connection)


def revision(connection: Connection) -> str | None:
    """Return the revision of the database behind ``connection``; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def knows(url: str, revision: str) -> bool:
    """Return whether the program has a migration ``revision``; it has none from its future."""
    scripts = ScriptDirectory.from_config(config(url)).walk_revisions()
    return any(script.revision == revision for script in scripts)


class SchemaBusyError(DomainError):
    """Somebody holds a table that the migration needs, for longer than it waits."""

    code = "schema_busy"


def upgrade(url: str) -> None:
    """Bring the database at ``url`` to the newest revision, or leave it as it is.

    Raises:
        SchemaBusyError: A table is held by somebody else.
    """
    with _patience():
        command.upgrade(config(url), "head")


def downgrade(url: str, target: str) -> None:
    """Take the database at ``url`` back to ``target``, or leave it as it is.

    Raises:
        SchemaBusyError: A table is held by somebody else.
    """
    with _patience():
        command.downgrade(config(url), target)


@contextmanager
def _patience() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        # 55P03: PostgreSQL's lock_not_available, our lock_timeout.
        locked = getattr(error.orig, "sqlstate", "") == "55P03" or "is locked" in str(error.orig)
        if not locked:
            raise
        raise SchemaBusyError(
            "the database is in use by somebody else, and a migration does not wait for long;"
            " nothing was changed. Stop wutong run and wutong jobs, then try again"
        ) from error
