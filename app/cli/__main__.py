"""`wutong`: every command of the server, each group in its own module."""

import sys
from typing import Final

import click
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from app.cli import (
    backup,
    demo,
    doctor,
    firmware,
    importing,
    labels,
    ledger,
    move,
    record,
    regions,
    schema,
    serving,
    users,
    worksheet,
)
from app.cli.context import IMPOSSIBLE
from app.domain.errors import DomainError

MODULES: Final = (
    schema,
    demo,
    doctor,
    serving,
    regions,
    users,
    labels,
    ledger,
    firmware,
    backup,
    move,
    importing,
    record,
    worksheet,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def wutong() -> None:
    """Fleet management of market scales under the five unifieds."""


for _module in MODULES:
    for _command in _module.COMMANDS:
        wutong.add_command(_command)


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
