"""The migrations build exactly the schema that the models describe, up and down, with data."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, text

import app.models  # noqa: F401 - fills Base.metadata
from app.db.base import Base
from app.db.session import Database
from tests.migrations import data
from tests.migrations.schema import schema_at
from tests.support import databases
from tests.support.makers import make_scale

SCRIPTS = ScriptDirectory.from_config(Config(databases.CONFIG))
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]
BEFORE: dict[str, str | None] = dict(zip(REVISIONS, [None, *REVISIONS], strict=False))


@dataclass(frozen=True)
class Stages:
    """One walk from no tables to the head, kept as it stood at every revision."""

    folder: Path
    server: str | None

    @contextmanager
    def at(self, revision: str | None) -> Iterator[str]:
        """Yield the URL of a copy at ``revision``; at None there are no tables."""
        if self.server:
            template = f"stage_{revision}" if revision else "template0"
            with databases.postgres_copy(self.server, template) as url:
                yield url
        else:
            with TemporaryDirectory() as found:
                if revision:
                    copyfile(self.folder / revision, f"{found}/wutong.db")
                yield f"sqlite:///{found}/wutong.db"

    def keep(self, url: str, revision: str) -> None:
        """Keep the database at ``url`` as that of ``revision``."""
        if self.server:
            name = url.rpartition("/")[2]
            statement = f"CREATE DATABASE stage_{revision} TEMPLATE {name}"
            databases.execute(f"{self.server}/postgres", statement)
        else:
            copyfile(url.removeprefix("sqlite:///"), self.folder / revision)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stages:
    """Return databases at every revision."""
    postgres = request.param == "postgresql"
    server = request.getfixturevalue("postgres_server") if postgres else None
    found = Stages(tmp_path_factory.mktemp("stages"), server)
    with found.at(None) as url:
        for revision in REVISIONS:
            command.upgrade(config(url), revision)
            found.keep(url, revision)
    return found


@pytest.fixture
def empty_url(stages: Stages) -> Iterator[str]:
    """Yield the URL of a database without tables."""
    with stages.at(None) as url:
        yield url


def config(url: str) -> Config:
    """Return Alembic's configuration for the database at ``url``."""
    found = Config(databases.CONFIG)
    found.attributes["url"] = url
    return found


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
def test_up_and_down_leaves_no_trace(stages: Stages, revision: str) -> None:
    """Each downgrade undoes its upgrade, and nothing else."""
    before_revision = BEFORE[revision]
    with stages.at(before_revision) as before, stages.at(revision) as after:
        command.downgrade(config(after), before_revision or "base")
        assert schema_at(after) == schema_at(before)


def test_every_revision_says_what_becomes_of_data() -> None:
    """A revision without its line in tests/migrations/data.py is not tested with rows."""
    assert set(data.AFTER) == set(REVISIONS)


@pytest.mark.parametrize("revision", REVISIONS)
def test_rows_survive_each_upgrade(stages: Stages, revision: str) -> None:
    """What the revision promises of old rows holds, and the ledger stays guarded."""
    rows, expected = data.AFTER[revision]
    with stages.at(BEFORE[revision]) as url:
        engine = create_engine(url, poolclass=NullPool)
        with engine.begin() as connection:
            for statement in rows:
                connection.execute(text(statement))
        command.upgrade(config(url), revision)
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
