"""Databases for tests: migrated once, then copied for each test."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import NullPool, create_engine, text

CONFIG = Path(__file__).parents[2] / "migrations/alembic.ini"
NUMBERS = itertools.count()


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` to ``revision``."""
    config = Config(CONFIG)
    config.attributes["url"] = url
    command.upgrade(config, revision)


@contextmanager
def sqlite_copy(template: Path, folder: Path) -> Iterator[str]:
    """Yield the URL of a copy of the SQLite database ``template``."""
    target = folder / "wutong.db"
    shutil.copyfile(template, target)
    yield f"sqlite:///{target}"


def execute(url: str, statement: str) -> None:
    """Run one statement outside a transaction."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))


@contextmanager
def postgres_copy(server: str, template: str) -> Iterator[str]:
    """Yield the URL of a copy of the PostgreSQL database ``template``."""
    name = f"test_{next(NUMBERS)}"
    execute(f"{server}/postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
    yield f"{server}/{name}"
    execute(f"{server}/postgres", f"DROP DATABASE {name} WITH (FORCE)")
