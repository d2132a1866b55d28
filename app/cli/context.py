"""What commands work on, and how they end: 0 done, 1 finding, 2 wrong usage, 3 not possible."""

import sys
from typing import Final, NoReturn

import click

from app.blobs import Blobs
from app.config import Settings
from app.crypto import keys
from app.db.session import Database
from app.web.database import Installation

FINDING: Final = 1
IMPOSSIBLE: Final = 3


def settings() -> Settings:
    """Return the settings of the environment."""
    try:
        return Settings.from_env()
    except ValueError as error:
        fail(f"a WUTONG_* setting is not a number: {error}")


def open_installation() -> Installation:
    """Return the installation of the environment, or end in words."""
    found = settings()
    if not found.keys.is_dir():
        fail(f"there is no installation in {found.home}; run: wutong init")
    return Installation(
        settings=found,
        keys=keys.load(found.keys),
        database=Database(found.database_url),
        blobs=Blobs(found.blobs),
    )


def fail(sentence: str) -> NoReturn:
    """Say why it could not be done, and end with 3."""
    click.echo(sentence, err=True)
    sys.exit(IMPOSSIBLE)
