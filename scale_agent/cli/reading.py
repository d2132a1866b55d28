"""Commands that look at ports and read scales: ``protocols``, ``ports``, ``doctor``, ``read``."""

from typing import Final

import click

COMMANDS: Final[list[click.Command]] = []
