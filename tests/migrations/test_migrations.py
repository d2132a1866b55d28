"""The migrations build exactly the schema that the models describe, up and down, with data."""

from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, inspect, text

import app.models  # noqa: F401 - fills Base.metadata
from app.db.base import Base
from app.db.session import Database
from tests.migrations import data
from tests.support import databases
from tests.support.makers import make_scale

SCRIPTS = ScriptDirectory.from_config(Config(databases.CONFIG))
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield the URL of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
    else:
        server = request.getfixturevalue("postgres_server")
        with databases.postgres_copy(server, "template0") as url:
            yield url


def config(url: str) -> Config:
    """Return Alembic's configuration for the database at ``url``."""
    found = Config(databases.CONFIG)
    found.attributes["url"] = url
    return found


# What no model describes: shadows of the search index; tests/search says that they are there.
UNMODELLED = ("search_",)


def named(table: str, key: Any) -> dict[str, Any]:  # noqa: ANN401 - the inspector's own row
    """Return a foreign key under its name; SQLite does not tell it of one that was added later."""
    return {**key, "name": key["name"] or f"fk_{table}_{key['constrained_columns'][0]}"}


def schema(connection: Connection) -> dict[str, Any]:
    """Return all that the inspector sees, CHECKs included (autogenerate skips those)."""
    inspector = inspect(connection)

    def by_name(rows: Any) -> list[Any]:  # noqa: ANN401 - the inspector's own rows
        return sorted(rows, key=lambda row: str(row["name"]))

    return {
        table: {
            "columns": [
                (c["name"], str(c["type"]), c["nullable"], c["default"])
                for c in by_name(inspector.get_columns(table))
            ],
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": by_name(named(table, row) for row in inspector.get_foreign_keys(table)),
            "unique": by_name(inspector.get_unique_constraints(table)),
            "checks": by_name(inspector.get_check_constraints(table)),
            "indexes": [
                index
                for index in by_name(inspector.get_indexes(table))
                if not str(index["name"]).startswith(UNMODELLED)
            ],
        }
        for table in inspector.get_table_names()
        if table != "alembic_version" and not table.startswith(UNMODELLED)
    }


def schema_at(url: str) -> dict[str, Any]:
    """Return the schema of the database at ``url``."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return schema(connection)


def test_there_is_one_head() -> None:
    """Two branches that both add a migration must be put in order."""
    assert len(SCRIPTS.get_heads()) == 1


def test_migrations_and_models_agree(empty_url: str) -> None:
    """An edited model without its migration fails here."""
    command.upgrade(config(empty_url), "head")
    migrated = schema_at(empty_url)
    command.downgrade(config(empty_url), "base")
    engine = create_engine(empty_url, poolclass=NullPool)
    Base.metadata.create_all(engine)
    assert schema_at(empty_url) == migrated


@pytest.mark.parametrize("revision", REVISIONS)
def test_up_and_down_leaves_no_trace(empty_url: str, revision: str) -> None:
    """Each downgrade undoes its upgrade, and nothing else."""
    before_revision = SCRIPTS.get_revision(revision).down_revision
    if before_revision:
        command.upgrade(config(empty_url), str(before_revision))
    before = schema_at(empty_url)
    command.upgrade(config(empty_url), revision)
    command.downgrade(config(empty_url), str(before_revision or "base"))
    assert schema_at(empty_url) == before


def test_every_revision_says_what_becomes_of_data() -> None:
    """A revision without its line in tests/migrations/data.py is not tested with rows."""
    assert set(data.AFTER) == set(REVISIONS)


@pytest.mark.parametrize("revision", REVISIONS)
def test_rows_survive_each_upgrade(empty_url: str, revision: str) -> None:
    """What the revision promises of old rows holds, and the ledger stays guarded."""
    before_revision = SCRIPTS.get_revision(revision).down_revision
    if before_revision:
        command.upgrade(config(empty_url), str(before_revision))
    engine = create_engine(empty_url, poolclass=NullPool)
    rows, expected = data.AFTER[revision]
    with engine.begin() as connection:
        for statement in rows:
            connection.execute(text(statement))
    command.upgrade(config(empty_url), revision)
    with engine.connect() as connection:
        for query, result in expected.items():
            assert connection.execute(text(query)).scalar() == result


def test_a_full_database_goes_down_and_up_again(empty_url: str) -> None:
    """With a scale and its ledger in it, both ways work."""
    command.upgrade(config(empty_url), "head")
    database = Database(empty_url)
    with database.transaction() as session:
        make_scale(session)
    database.dispose()
    command.downgrade(config(empty_url), "base")
    assert schema_at(empty_url) == {}
    command.upgrade(config(empty_url), "head")
    assert "scale" in schema_at(empty_url)
