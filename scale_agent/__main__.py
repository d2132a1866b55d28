"""Entry point of ``scale-agent``; a failure is a sentence and exit status 3, never a traceback."""

import sys
from typing import Final

import click

from scale_agent.cli import main as group

COULD_NOT_BE_DONE: Final = 3


def main() -> None:
    """Run the command line."""
    sys.exit(run())


def run() -> int:
    """Run the command line and return the exit status."""
    try:
        status = group(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
    except Exception as error:  # noqa: BLE001 - the last line of defence against a traceback
        detail = str(error) or type(error).__name__
        click.echo(f"scale-agent could not go on: {detail}", err=True)
    else:
        return status if isinstance(status, int) else 0
    return COULD_NOT_BE_DONE


if __name__ == "__main__":
    main()
