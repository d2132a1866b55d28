"""A backup restores completely: rows, ledger, photos, keys; and it is taken while work goes on."""

import contextlib
import json
import shutil
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from app.config import Settings
from app.crypto import keys
from app.db import schema
from app.db.session import Database
from app.upkeep import postgresql
from app.upkeep.archive import Reader
from app.upkeep.errors import UpkeepError
from tests.support import databases
from tests.support.makers import make_place
from tests.upkeep.conftest import LATER, PASSPHRASE, House

PRIVATE = 0o600
FIRST_REVISION = "5a7865cc061c"


@pytest.mark.usefixtures("any_url")
def test_what_was_backed_up_stands_elsewhere(house: House, elsewhere: House, file: Path) -> None:
    """Rows, ledger, photos and keys; a signed epoch says where history was cut."""
    with Reader(file) as backup:
        told = backup.manifest.facts
    done = elsewhere.restore(file, reason="a drill", by="manager")
    assert (done.epoch, done.size, done.aside) == (2, told.size, ())
    assert elsewhere.is_whole()
    assert elsewhere.epoch() == (2, told.size + 1)
    assert house.epoch()[1] > told.size
    photo = next(path for path in elsewhere.settings.blobs.rglob("*") if path.is_file())
    came = house.settings.blobs / photo.relative_to(elsewhere.settings.blobs)
    assert photo.stat().st_mtime_ns == came.stat().st_mtime_ns  # images are judged by it
    for name in keys.NAMES:
        there = elsewhere.settings.keys / name
        assert there.read_bytes() == (house.settings.keys / name).read_bytes()
        assert stat.S_IMODE(there.stat().st_mode) == PRIVATE


@pytest.mark.usefixtures("any_url")
def test_what_is_there_is_put_aside_and_kept(house: House, file: Path) -> None:
    """With --replace the newer state still lies beside; the epoch knows how long it was."""
    size = house.epoch()[1]
    done = house.restore(file, replace=True, passphrase=None)
    assert house.is_whole()
    assert house.epoch()[1] < size
    assert len(done.aside) == (1 if house.settings.database_url.startswith("sqlite") else 2)
    again = house.restore(file, replace=True, at=LATER + timedelta(hours=1))
    assert (again.epoch, house.epoch()[0]) == (3, 3)  # not a second number two


@pytest.mark.usefixtures("any_url")
def test_the_guards_of_the_ledger_are_restored_too(elsewhere: House, file: Path) -> None:
    """The database itself still refuses to change what was written."""
    elsewhere.restore(file)
    database = Database(elsewhere.settings.database_url)
    for statement in ("UPDATE ledger_entry SET leaf = ''", "DELETE FROM epoch"):
        with pytest.raises(Exception, match="append-only"), database.transaction() as session:
            session.execute(text(statement))
    with database.transaction() as session:  # and numbers go on where they were
        make_place(session, "/32/after/")
    database.dispose()


def test_the_file_is_private_and_never_written_over(house: House, tmp_path: Path) -> None:
    """Mode 0600; a second backup takes another name."""
    file = house.back_up(tmp_path / "one")
    assert stat.S_IMODE(file.stat().st_mode) == PRIVATE
    with pytest.raises(UpkeepError, match="there already"):
        house.back_up(file)
    assert house.back_up(tmp_path).suffix == ".wutong-backup"
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(".")} == set()


def test_the_keys_are_only_in_it_sealed(house: House, file: Path) -> None:
    """Control: the same search finds them where they lie open."""
    secrets = [(house.settings.keys / name).read_bytes() for name in keys.NAMES]
    content = file.read_bytes()
    assert PASSPHRASE.encode() not in content
    assert not any(secret in content for secret in secrets)
    shown = b"".join(path.read_bytes() for path in house.settings.keys.iterdir())
    assert all(secret in shown for secret in secrets)


def test_a_short_passphrase_is_refused(house: House, tmp_path: Path) -> None:
    """And leaves no file."""
    with pytest.raises(UpkeepError, match="shorter"):
        house.back_up(tmp_path / "x", passphrase="short")
    assert not (tmp_path / "x").exists()


def test_without_keys_it_wants_them_to_be_here(
    house: House, elsewhere: House, tmp_path: Path
) -> None:
    """They were kept apart; put back first, they fit."""
    file = house.back_up(tmp_path / "bare", passphrase=None)
    with pytest.raises(UpkeepError, match="holds no keys"):
        elsewhere.restore(file)
    assert not elsewhere.settings.home.exists()
    shutil.copytree(house.settings.keys, elsewhere.settings.keys)
    elsewhere.restore(file, realm=None)
    assert elsewhere.is_whole()


def test_a_damaged_blob_is_left_out_and_named(house: House, tmp_path: Path) -> None:
    """A backup with all but one photo is better than none."""
    victim = next(path for path in house.settings.blobs.rglob("*") if path.is_file())
    victim.write_bytes(b"rot")
    with Reader(house.back_up(tmp_path / "x")) as backup:
        assert backup.manifest.damaged == (victim.name,)
        assert victim.name not in backup.blobs


def test_postgresql_without_its_programs_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Missing, or older than the server."""
    monkeypatch.setattr(postgresql, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UpkeepError, match="apt-get install postgresql-client-15"):
        postgresql.program("pg_dump", 15)
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 13.4'\n")
    old.chmod(0o755)
    with pytest.raises(UpkeepError, match="of version 13, the server of 15"):
        postgresql.program("pg_dump", 15)
    assert postgresql.program("pg_dump", 13) == old


def test_a_copy_of_the_live_file_loses_what_was_committed(house: House, tmp_path: Path) -> None:
    """The control: why SQLite's file is not simply copied."""
    database = Database(house.settings.database_url)
    with database.reading() as session:  # as a web worker that stays
        session.execute(text("SELECT 1 FROM scale"))
        house.grow(30)
        committed = house.epoch()[1]
        copy, file = tmp_path / "copy.db", tmp_path / "whole"
        shutil.copyfile(house.settings.home / "wutong.db", copy)
        house.back_up(file)
    database.dispose()
    with Reader(file) as backup:
        assert backup.manifest.facts.size == committed
    left = Database(f"sqlite:///{copy}")
    with left.reading() as session:
        assert session.scalar(text("SELECT size FROM ledger_head")) < committed
    left.dispose()


def test_the_manifest_says_what_is_in_it(house: House, file: Path) -> None:
    """Enough to judge a backup without restoring it."""
    with Reader(file) as backup:
        said = backup.manifest
    assert said.facts.revision == schema.newest(house.settings.database_url)
    assert said.facts.counts["scale"] == 1
    assert said.facts.checkpoint is not None
    assert json.loads(said.facts.checkpoint)["payloadType"].endswith("checkpoint.v1+json")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_older_schema_is_brought_up(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A backup of the first release, with nothing in its ledger yet, restores to today's."""
    home = tmp_path / "old"
    keys.create(home / "keys")
    url = f"sqlite:///{home / 'wutong.db'}"
    with contextlib.ExitStack() as stack:
        if kind == "postgresql":
            server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(databases.postgres_copy(server, "template0"))
        databases.migrate(url, FIRST_REVISION)
        old = House(Settings(home=home, database_url=url))
        file = old.back_up(tmp_path / "old.backup")
        done = old.restore(file, replace=True)
        assert (done.upgraded_from, old.epoch()) == (FIRST_REVISION, (2, 1))
        assert old.problems() == []
        old.grow()
        assert old.is_whole()
        if kind == "postgresql":
            postgresql.drop(make_url(url).set(database=done.aside[-1].split()[-1]))
