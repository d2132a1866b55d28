"""The installation behind the current application, and its database for views."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from app.blobs import Blobs
from app.config import Settings
from app.crypto.keys import Keys
from app.db.session import Database


@dataclass(frozen=True, slots=True)
class Installation:
    """Everything that views, jobs and commands work on."""

    settings: Settings
    keys: Keys
    database: Database
    blobs: Blobs


def installation() -> Installation:
    """Return the installation of the current application."""
    found: Any = current_app.extensions["wutong"]
    assert isinstance(found, Installation)  # noqa: S101 - put there by the factory alone
    return found


def transaction() -> AbstractContextManager[Session]:
    """Open a write transaction: committed when the block ends well."""
    return installation().database.transaction()


def reading() -> AbstractContextManager[Session]:
    """Open a session that only reads and never waits for writers."""
    return installation().database.reading()
