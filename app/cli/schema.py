"""`wutong init` and `wutong db`: keys, folders and the schema."""

from pathlib import Path
from typing import Final

import click
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.cli.context import FINDING, settings
from app.config import Settings
from app.crypto import keys
from app.db.session import Database

# In a checkout beside app/, in a container beside the working directory.
PLACES: Final = (Path(__file__).parents[2] / "migrations", Path("migrations"))


def alembic(found: Settings) -> Config:
    """Return Alembic's configuration for the installation."""
    folder = next((place for place in PLACES if (place / "alembic.ini").is_file()), PLACES[0])
    config = Config(folder / "alembic.ini")
    config.attributes["url"] = found.database_url
    return config


def prepare(found: Settings) -> None:
    """Make what is missing: folders, keys, and the schema at its newest."""
    for folder in (found.home, found.blobs):
        folder.mkdir(parents=True, exist_ok=True)
    keys.create(found.keys)
    command.upgrade(alembic(found), "head")


def revisions(found: Settings) -> tuple[str | None, str | None]:
    """Return the database's revision and the newest one."""
    database = Database(found.database_url)
    with database.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    database.dispose()
    return current, ScriptDirectory.from_config(alembic(found)).get_current_head()


@click.command()
def init() -> None:
    """Make the keys, the folders and the database under WUTONG_HOME."""
    found = settings()
    prepare(found)
    click.echo(f"ready: {found.home}")
    click.echo("next: wutong user add --help, then: wutong run and wutong jobs")


@click.group("db")
def db() -> None:
    """Bring the database's schema up or down."""


@db.command()
def upgrade() -> None:
    """Bring the schema to its newest."""
    command.upgrade(alembic(settings()), "head")


@db.command()
@click.argument("revision", default="-1")
def downgrade(revision: str) -> None:
    """Take the schema back to REVISION (one step unless said)."""
    command.downgrade(alembic(settings()), revision)


@db.command()
def check() -> None:
    """Say whether the schema is the newest; exit 1 if not."""
    current, newest = revisions(settings())
    click.echo(f"database: {current or 'empty'}\nprogram:  {newest}")
    if current != newest:
        raise SystemExit(FINDING)


COMMANDS: Final = (init, db)
