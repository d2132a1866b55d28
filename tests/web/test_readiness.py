"""Readiness names each part that is not there, and why; on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.orm import Session

from app.cli.checks import database as looks
from app.config import Settings
from app.db.session import Database, utcnow
from app.factory import create_app
from app.web import readiness
from app.web.readiness import Level
from tests.support import databases


@pytest.fixture
def client(settings: Settings) -> Iterator[FlaskClient]:
    """Yield a client of the application."""
    app = create_app(settings)
    yield app.test_client()
    app.extensions["wutong"].database.dispose()


def run(url: str, statement: str) -> None:
    """Change the database behind the program's back."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_everything_is_there(client: FlaskClient, any_url: str) -> None:
    """Five parts, each true; no reasons."""
    assert any_url
    answer = client.get("/readyz")
    assert answer.status_code == 200
    parts = dict.fromkeys(("database", "fonts", "ledger", "locale", "migrations"), True)
    assert answer.json == {"status": "ready", "checks": parts}


@pytest.mark.parametrize(
    ("part", "statement", "words"),
    [
        ("migrations", "UPDATE alembic_version SET version_num = 'other'", "wutong db upgrade"),
        ("ledger", "ALTER TABLE ledger_head RENAME TO elsewhere", "could not be looked at"),
    ],
)
def test_each_part_that_is_not_there_has_its_reason(
    client: FlaskClient, any_url: str, part: str, statement: str, words: str
) -> None:
    """In words, in the asker's language, and with what to do."""
    run(any_url, statement)
    answer = client.get("/readyz?lang=en")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["status"] == "not_ready"
    assert [name for name, well in answer.json["checks"].items() if not well] == [part]
    assert words in answer.json["reasons"][part]
    chinese = client.get("/readyz?lang=zh").json
    assert chinese is not None
    assert "。" in chinese["reasons"][part]


def test_fonts_that_are_gone_have_their_reason(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A label with boxes on it is worse than none."""
    monkeypatch.setattr(readiness, "FONTS", tmp_path)
    answer = client.get("/readyz?lang=en")
    assert answer.json is not None
    assert "boxes" in answer.json["reasons"]["fonts"]


def at(url: str) -> readiness.Finding:
    """Return what is said of the locale of the database at ``url``."""
    database = Database(url)
    try:
        with database.reading() as session:
            return readiness.locale(session)
    finally:
        database.dispose()


def test_a_locale_that_is_blind_to_chinese_is_named(postgres_server: str) -> None:
    """With LC_CTYPE C no sign of a name is a letter; the control is C.UTF-8."""
    for name, locale, level in (("blind", "C", Level.BAD), ("seeing", "C.UTF-8", Level.OK)):
        how = f"TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE '{locale}' ENCODING 'UTF8'"
        databases.execute(f"{postgres_server}/postgres", f"CREATE DATABASE {name} {how}")
        try:
            assert at(f"{postgres_server}/{name}").level is level
        finally:
            databases.execute(f"{postgres_server}/postgres", f"DROP DATABASE {name} WITH (FORCE)")


def test_paths_in_another_order_are_named(postgres_server: str) -> None:
    """A region's rows are found between two paths: that order must be the bytes'."""
    with databases.postgres_copy(postgres_server, "template") as url:
        assert at(url).level is Level.OK
        run(url, 'ALTER TABLE trader ALTER COLUMN path TYPE varchar(60) COLLATE "en-x-icu"')
        found = at(url)
    assert found.level is Level.BAD
    assert "paths" in found.says


@pytest.mark.parametrize(
    ("apart", "level"), [(0, Level.OK), (20, Level.WARN), (-20, Level.WARN), (600, Level.BAD)]
)
def test_clocks_that_are_apart_are_named(postgres_server: str, apart: int, level: Level) -> None:
    """Ours against the database's, either way."""
    with databases.postgres_copy(postgres_server, "template") as url:
        engine = create_engine(url, poolclass=NullPool)
        with Session(engine) as session:
            (found,) = looks.clock(session, utcnow() + timedelta(seconds=apart))
    assert found.level is level


def test_an_old_postgresql_is_named(postgres_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here by asking for one that does not exist yet."""
    with databases.postgres_copy(postgres_server, "template") as url:
        engine = create_engine(url, poolclass=NullPool)
        with Session(engine) as session:
            assert [one.level for one in looks.engine(session)] == [Level.OK]
            monkeypatch.setattr(looks, "OLDEST_POSTGRESQL", 99)
            assert [one.level for one in looks.engine(session)] == [Level.BAD]


def test_the_numbers_tell_what_waits(client: FlaskClient, any_url: str) -> None:
    """Stations, tasks, the ledger, the jobs; and without a database that there is none."""
    said = client.get("/metrics").text
    for line in (
        "wutong_database_up 1.0",
        "wutong_ledger_entries 0.0",
        "wutong_stations_silent 0.0",
        "wutong_evidence_received 0.0",
        "wutong_jobs_leading 0.0",
        'wutong_tasks{executor="server",state="queued"} 0.0',
        'wutong_job_late{job="sign_checkpoint"} 1.0',
        'wutong_job_last_success_timestamp_seconds{job="prune"} 0.0',
    ):
        assert f"\n{line}\n" in f"\n{said}\n"
    run(any_url, "ALTER TABLE ledger_head RENAME TO elsewhere")
    said = client.get("/metrics").text
    assert "wutong_database_up 0.0" in said
    assert "wutong_ledger_entries" not in said
