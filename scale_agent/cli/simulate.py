"""Commands of the simulate family."""

from typing import Final

import click

COMMANDS: Final[list[click.Command]] = []
