"""What commands work on, and how they end: 0 done, 1 finding, 2 wrong usage, 3 not possible."""

import sys
from typing import Final, NoReturn

import click
from sqlalchemy.exc import ArgumentError

from app.blobs import Blobs
from app.config import Settings
from app.crypto import keys
from app.db import schema
from app.db.session import Database
from app.upkeep import journal
from app.web.database import Installation

FINDING: Final = 1
IMPOSSIBLE: Final = 3


def settings() -> Settings:
    """Return the settings of the environment."""
    try:
        return Settings.from_env()
    except ValueError as error:
        fail(f"a setting cannot be used: {error}")


def complete_restore(found: Settings) -> None:
    """Complete a restore that was killed between its last renames."""
    if journal.complete(found.home, found.database_url):
        click.echo("a restore that was cut short has been completed", err=True)


def open_database(found: Settings) -> Database:
    """Return the database that ``found`` names; nothing is connected yet."""
    complete_restore(found)
    try:
        return Database(found.database_url)
    except (ArgumentError, ImportError, ValueError) as error:
        fail(f"WUTONG_DATABASE_URL cannot be used: {error}")


def revisions(found: Settings) -> tuple[str | None, str | None]:
    """Return the database's revision and the program's."""
    database = open_database(found)
    try:
        return schema.current(database), schema.newest(found.database_url)
    finally:
        database.dispose()


def open_installation() -> Installation:
    """Return the installation of the environment, or end in words.

    A database of another revision is not touched: what is written by guess is lost.
    """
    found = settings()
    complete_restore(found)
    if not found.keys.is_dir():
        fail(f"there is no installation in {found.home}; run: wutong init")
    work = Installation(
        settings=found,
        keys=keys.load(found.keys),
        database=open_database(found),
        blobs=Blobs(found.blobs),
    )
    current, newest = revisions(found)
    if current != newest:
        fail(f"the database is at {current or 'nothing'}, not {newest}; run: wutong db upgrade")
    click.get_current_context().call_on_close(work.database.dispose)
    return work


def fail(sentence: str) -> NoReturn:
    """Say why it could not be done, and end with 3."""
    click.echo(sentence, err=True)
    sys.exit(IMPOSSIBLE)
