"""A migration gives up on a table that somebody holds, and leaves the schema as it was."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import op
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, inspect, text

from app.db import schema
from app.db.session import Database
from tests.support.makers import make_scale

PROMISED_S = 5
HELD = "ledger_entry"
LATER = 20  # of the tables that go: the newest revisions are through by then


@contextmanager
def held(url: str) -> Iterator[None]:
    """Hold a table, as a forgotten session would."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text(f"LOCK TABLE {HELD} IN ROW EXCLUSIVE MODE"))
        yield
        connection.rollback()


def state(url: str) -> tuple[str | None, list[str]]:
    """Return the revision and the tables of the database."""
    database = Database(url)
    try:
        return schema.current(database), sorted(inspect(database.engine).get_table_names())
    finally:
        database.dispose()


@pytest.fixture
def full(any_url: str) -> str:
    """Return the URL of a database with a scale and its ledger in it."""
    database = Database(any_url)
    with database.transaction() as session:
        make_scale(session)
    database.dispose()
    return any_url


def test_a_held_table_ends_a_migration_within_five_seconds(full: str) -> None:
    """The way down touches many tables before the held one: all of them are as they were."""
    before = state(full)
    begun = time.monotonic()
    with held(full), pytest.raises(schema.SchemaBusyError):
        schema.downgrade(full, "base")
    took = time.monotonic() - begun
    assert state(full) == before
    begun = time.monotonic()
    schema.downgrade(full, "base")
    # It waits three seconds; how fast it works before and after is this machine's.
    assert took < PROMISED_S + 2 * (time.monotonic() - begun)
    assert state(full)[0] is None


def test_without_the_limit_a_migration_hangs(full: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with patience for a minute it still waits when the promise is over."""
    impatient(monkeypatch)
    ended = threading.Event()

    def migrate() -> None:
        schema.downgrade(full, "base")
        ended.set()

    worker = threading.Thread(target=migrate)
    with held(full):
        worker.start()
        assert not ended.wait(PROMISED_S)
    worker.join(300)
    assert ended.is_set()


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let migrations wait for a minute: a copy of them with another figure."""
    folder = Path(schema.config("sqlite://").config_file_name or "").parent
    source = (folder / "env.py").read_text()
    assert "PATIENCE_MS = 3000" in source

    def run_env(_scripts: ScriptDirectory) -> None:
        code = source.replace("PATIENCE_MS = 3000", "PATIENCE_MS = 60_000")
        exec(compile(code, "env.py", "exec"), {"__name__": "env"})  # noqa: S102 - our own file

    monkeypatch.setattr(ScriptDirectory, "run_env", run_env)


def test_a_failure_between_two_revisions_keeps_the_first_out_too(
    full: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All revisions are one transaction: a step that fails takes those before it back."""
    before, left = state(full), itertools.count()

    def drop_table(name: str, **how: Any) -> None:  # noqa: ANN401 - as Alembic has it
        if next(left) == LATER:
            raise RuntimeError("a step failed")
        original(name, **how)

    original = op.drop_table
    monkeypatch.setattr(op, "drop_table", drop_table)
    with pytest.raises(RuntimeError, match="a step failed"):
        schema.downgrade(full, "base")
    assert next(left) > LATER
    assert state(full) == before
