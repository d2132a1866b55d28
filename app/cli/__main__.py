"""`wutong`: every command of the server, each group in its own module."""

import sys
from importlib import import_module
from typing import Final

import click
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from app.cli.context import IMPOSSIBLE
from app.domain.errors import DomainError

# Loading all of them takes a second; only what is asked for is loaded.
MODULES: Final = {
    "backup": ("backup",),
    "db": ("schema", "move"),
    "demo": ("demo",),
    "doctor": ("doctor",),
    "firmware": ("firmware",),
    "import": ("importing",),
    "init": ("schema",),
    "jobs": ("jobs",),
    "labels": ("labels",),
    "ledger": ("ledger",),
    "record": ("record",),
    "region": ("regions",),
    "restore": ("backup",),
    "run": ("serving",),
    "token": ("users",),
    "user": ("users",),
    "worksheet": ("worksheet",),
}


class Commands(click.Group):
    """Loads a command when somebody asks for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """Return the names of all commands."""
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as click calls it
        """Return a command, or None where there is none of that name."""
        commands: dict[str, click.Command] = {}
        for module in MODULES.get(cmd_name, ()):
            found = import_module(f"app.cli.{module}")
            commands |= {command.name: command for command in found.COMMANDS}
        return commands.get(cmd_name)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def wutong() -> None:
    """Fleet management of market scales under the five unifieds."""


def main() -> None:
    """Run a command; whatever goes wrong ends in words and an exit status."""
    try:
        wutong()
    except DomainError as error:
        click.echo(str(error), err=True)
    except CommandError as error:
        click.echo(f"the schema cannot be changed so: {error}", err=True)
    except DBAPIError as error:
        click.echo(f"the database does not answer: {error.orig}", err=True)
    except OSError as error:
        click.echo(f"not possible: {error}", err=True)
    sys.exit(IMPOSSIBLE)


if __name__ == "__main__":
    main()
