"""Entry point of ``scale-agent``; a failure is a sentence and exit status 3, never a traceback."""

import sys

import click

from scale_agent.cli import main as group

COULD_NOT_BE_DONE = 3


def main() -> None:
    """Run the command line."""
    try:
        group(standalone_mode=True)
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        sys.exit(COULD_NOT_BE_DONE)
    except Exception as error:  # noqa: BLE001 - the last line of defence against a traceback
        detail = str(error) or type(error).__name__
        click.echo(f"scale-agent could not go on: {detail}", err=True)
        sys.exit(COULD_NOT_BE_DONE)


if __name__ == "__main__":
    main()
