"""PostgreSQL's own programs, and databases as a whole: made, loaded, swapped, dropped."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from app.upkeep.errors import UpkeepError

DEBIAN: Final = Path("/usr/lib/postgresql")
MAINTENANCE: Final = "postgres"
LONGEST_NAME: Final = 63
THERE: Final = text("SELECT 1 FROM pg_database WHERE datname = :name")
OTHERS: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
)
LIKE: Final = text(
    "SELECT pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider,"
    " coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale')"
    " FROM pg_database d WHERE datname = :name"
)


def program(name: str, version: int) -> Path:
    """Return ``pg_dump`` or ``pg_restore`` of at least the server's major ``version``.

    Raises:
        UpkeepError: There is none, or only older ones.
    """
    places = [Path(found)] if (found := shutil.which(name)) else []
    places += sorted(DEBIAN.glob(f"*/bin/{name}"))
    versions = {place: _version(place) for place in places}
    fitting = [place for place in places if versions[place] >= version]
    if fitting:
        return fitting[0]
    line = f"apt-get install postgresql-client-{version}"
    if not places:
        raise UpkeepError(f"{name} is not on this machine; install it, on Debian: {line}")
    best = max(versions.values())
    raise UpkeepError(f"{name} is of version {best}, the server of {version}; on Debian: {line}")


def _version(place: Path) -> int:
    said = subprocess.run([place, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - a fixed program
    found = re.search(r"\d+", said.stdout)
    return int(found[0]) if found else 0


def run(url: URL, words: Sequence[str | Path]) -> None:
    """Run one of the programs against the database at ``url``.

    Raises:
        UpkeepError: It failed; with its own last words.
    """
    address = url.set(drivername="postgresql", password=None).render_as_string()
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603 - a fixed program
        [*words, f"--dbname={address}"],
        env={**os.environ, **secret},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no words"])[-1]
        raise UpkeepError(f"{Path(words[0]).name} failed: {said}")


@contextmanager
def connected(url: URL, **options: Any) -> Iterator[Connection]:  # noqa: ANN401
    """Yield a connection of our own to ``url``."""
    engine = create_engine(url, poolclass=NullPool, **options)
    with engine.connect() as connection:
        yield connection


@contextmanager
def _beside(url: URL) -> Iterator[Connection]:
    """Yield a connection to the server, beside the database of ``url``."""
    try:
        with connected(url.set(database=MAINTENANCE), isolation_level="AUTOCOMMIT") as connection:
            yield connection
    except DBAPIError as error:
        raise UpkeepError(f"PostgreSQL refuses: {error.orig}".strip()) from error


def major(url: URL) -> int:
    """Return the server's major version."""
    with _beside(url) as connection:
        return int(connection.scalar(text("SHOW server_version_num"))) // 10_000


def exists(url: URL) -> bool:
    """Return whether the database of ``url`` is there."""
    with _beside(url) as connection:
        return connection.scalar(THERE, {"name": url.database}) is not None


def others(url: URL) -> int:
    """Return how many connections to the database of ``url`` are open."""
    with _beside(url) as connection:
        return connection.scalar(OTHERS, {"name": url.database}) or 0


def beside_name(url: URL, suffix: str) -> str:
    """Return a name for a database beside that of ``url``."""
    return f"{str(url.database)[: LONGEST_NAME - len(suffix) - 1]}_{suffix}"


def make(url: URL, like: URL) -> None:
    """Make the empty database of ``url``, with the locale of that of ``like`` if there is one.

    Raises:
        UpkeepError: The role may not make databases.
    """
    with _beside(url) as connection:
        quote = connection.dialect.identifier_preparer.quote
        may = text("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        if not connection.scalar(may):
            raise UpkeepError(
                f"a restore makes a new database and swaps it in; let the role do so:"
                f" ALTER ROLE {url.username} CREATEDB"
            )
        found = connection.execute(LIKE, {"name": like.database}).one_or_none()
        locale = ""
        if found is not None:
            encoding, collate, ctype, provider, icu = found
            locale = f" ENCODING '{encoding}' LC_COLLATE '{collate}' LC_CTYPE '{ctype}'"
            locale += f" LOCALE_PROVIDER icu ICU_LOCALE '{icu}'" if provider == "i" else ""
        name = quote(str(url.database))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0{locale}"))


def drop(url: URL) -> None:
    """Drop the database of ``url``, if it is there."""
    with _beside(url) as connection:
        name = connection.dialect.identifier_preparer.quote(str(url.database))
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def swap(url: URL, staged: str, aside: str) -> None:
    """Let ``staged`` take the place of the database of ``url``, which is then called ``aside``.

    Both names change in one transaction; where that was done already, nothing happens.
    """
    with _beside(url) as connection:
        if connection.scalar(THERE, {"name": staged}) is None:
            return
        quote = connection.dialect.identifier_preparer.quote
        name, fresh, old = (quote(str(one)) for one in (url.database, staged, aside))
        steps = [f"ALTER DATABASE {fresh} RENAME TO {name}"]
        if connection.scalar(THERE, {"name": url.database}) is not None:
            steps.insert(0, f"ALTER DATABASE {name} RENAME TO {old}")
        connection.execute(text("BEGIN"))
        for step in steps:
            connection.execute(text(step))
        connection.execute(text("COMMIT"))
