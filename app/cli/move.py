"""`wutong db move`: from SQLite to PostgreSQL."""

from typing import Final

import click

from app.cli.context import open_installation
from app.cli.schema import db
from app.config import Settings
from app.upkeep import move as moves
from app.upkeep.target import Target


@db.command("move")
@click.option("--to", required=True, help="postgresql://user@host/name of an empty database")
def move(to: str) -> None:
    """Copy this SQLite installation into an empty PostgreSQL, compare all of it, or do nothing."""
    work = open_installation()
    Target(work.settings).refuse_in_use()
    source = work.settings.database_url
    target = Settings.from_env({"WUTONG_DATABASE_URL": to}).database_url
    done = moves.move(source, target, work.keys.server.public_key(), click.echo)
    work.database.dispose()
    kept = moves.retire(source)
    click.echo(f"moved: {done.rows} rows of {done.tables} tables, {done.entries} ledger entries")
    click.echo(f"the old database is untouched and now called {kept}")
    click.echo("next: set WUTONG_DATABASE_URL to the new one, then start web and jobs")


COMMANDS: Final[tuple[click.Command, ...]] = ()
