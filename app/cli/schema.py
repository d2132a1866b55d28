"""`wutong init` and `wutong db`: keys, folders and the schema."""

from typing import Final

import click
from sqlalchemy import inspect, select

from app import search
from app.cli.context import FINDING, fail, open_database, revisions, settings
from app.config import Settings
from app.crypto import keys
from app.db import schema
from app.models import LedgerHead
from app.standing import totals

PRIVATE: Final = 0o700  # the database and the blobs are nobody else's business


def prepare(found: Settings) -> None:
    """Make what is missing: folders, keys, and the schema at its newest."""
    for folder in (found.home, found.blobs):
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    refuse_other_keys(found)
    keys.create(found.keys)
    schema.upgrade(found.database_url)


def refuse_other_keys(found: Settings) -> None:
    """End in words where a database is in use and the keys that signed it are not here."""
    database = open_database(found)
    try:
        with database.engine.connect() as connection:
            there = inspect(connection).has_table(LedgerHead.__tablename__)
            size = connection.scalar(select(LedgerHead.size)) if there else 0
    finally:
        database.dispose()
    if size and not any((found.keys / name).exists() for name in keys.NAMES):
        fail(
            f"the database has {size} entries, and {found.keys} has no keys: fresh ones would make"
            " every tag and every signature a forgery. Restore the keys from a backup"
        )


@click.command()
def init() -> None:
    """Make the keys, the folders and the database under WUTONG_HOME."""
    found = settings()
    prepare(found)
    click.echo(f"ready: {found.home}")
    click.echo(
        "next: wutong region add and wutong user add (--help), then: wutong run, wutong jobs"
    )


@click.group("db")
def db() -> None:
    """Bring the database's schema up or down."""


@db.command()
def upgrade() -> None:
    """Bring the schema to its newest."""
    found = settings()
    open_database(found).dispose()
    schema.upgrade(found.database_url)


@db.command()
@click.argument("revision", default="-1")
def downgrade(revision: str) -> None:
    """Take the schema back to REVISION (one step unless said)."""
    found = settings()
    open_database(found).dispose()
    schema.downgrade(found.database_url, revision)


@db.command()
def check() -> None:
    """Say whether the schema is the newest; exit 1 if not."""
    current, newest = revisions(settings())
    click.echo(f"database: {current or 'empty'}\nprogram:  {newest}")
    if current != newest:
        raise SystemExit(FINDING)


COMMANDS: Final = (init, db)


@db.command("rebuild-search")
def rebuild_search() -> None:
    """Make the search's index anew from the rows, should it ever find too little or too much."""
    database = open_database(settings())
    try:
        with database.transaction() as session:
            names = search.rebuild(session.connection())
    finally:
        database.dispose()
    click.echo(f"searched anew: {', '.join(names)}")


@db.command("rebuild-totals")
def rebuild_totals() -> None:
    """Make the stored numbers of scales anew from the rows, should the doctor find them wrong."""
    database = open_database(settings())
    try:
        with database.transaction() as session:
            wrong = totals.totals_drift(session)
            totals.rebuild_totals(session)
    finally:
        database.dispose()
    click.echo(f"counted anew; wrong before: {len(wrong)}")
