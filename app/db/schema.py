"""Which schema the database has, which one the program wants, and the way between."""

import sys
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.db.session import Database

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
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(url: str) -> None:
    """Bring the database at ``url`` to the newest revision."""
    command.upgrade(config(url), "head")


def downgrade(url: str, revision: str) -> None:
    """Take the database at ``url`` back to ``revision``."""
    command.downgrade(config(url), revision)
