"""Commands of the station family."""

from typing import Final

import click

COMMANDS: Final[list[click.Command]] = []
