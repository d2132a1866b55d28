"""A copy of the database as it was at one instant, while everybody goes on writing."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import URL, NullPool, create_engine, text

from app.upkeep import facts, postgresql
from app.upkeep.errors import UpkeepError
from app.upkeep.manifest import Facts

Say = Callable[[str], None]
LOCK_WAIT_MS: Final = 60_000


def take(url: URL, target: Path) -> Facts:
    """Copy the database at ``url`` into the file ``target``; return what the copy holds.

    Raises:
        UpkeepError: There is no database, or PostgreSQL's programs are missing or fail.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite(Path(str(url.database)), target)
    return _postgresql(url, target)


def _sqlite(source: Path, target: Path) -> Facts:
    if not source.is_file():
        raise UpkeepError(f"there is no database {source}")
    with closing(sqlite3.connect(source, isolation_level=None, timeout=10)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    return held(target)


def held(copy: Path) -> Facts:
    """Return what a copy of an SQLite database holds; the file is not touched."""
    engine = create_engine(f"sqlite:///file:{copy}?mode=ro&uri=true", poolclass=NullPool)
    with engine.connect() as connection:
        return facts.of(connection)


def _postgresql(url: URL, target: Path) -> Facts:
    dump = postgresql.program("pg_dump", postgresql.major(url))
    options = {"postgresql_readonly": True}
    with postgresql.connected(
        url, isolation_level="REPEATABLE READ", execution_options=options
    ) as connection:
        # pg_dump reads the very instant that we count.
        instant = connection.scalar(text("SELECT pg_export_snapshot()"))
        found = facts.of(connection)
        postgresql.run(
            url,
            [
                dump,
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--lock-wait-timeout={LOCK_WAIT_MS}",
                f"--snapshot={instant}",
                f"--file={target}",
            ],
        )
    return found
