"""`wutong backup`, `wutong restore`, `wutong db move` as an administrator types them."""

import json
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import make_url

from app.db.session import Database
from app.ledger import checkpoints
from app.upkeep import journal
from tests.cli.conftest import Shell
from tests.cli.test_ledger_command import _key
from tests.support import databases
from tests.support.makers import NOON, make_place, make_scale


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    """Return a file with a passphrase."""
    file = tmp_path / "passphrase"
    file.write_text("correct horse battery\n")
    return file


@pytest.fixture
def backup(wutong: Shell, passphrase: Path, tmp_path: Path) -> Path:
    """Return a backup of an installation with a scale, which then went on and signed it."""
    write(wutong, "/32/before/")
    file = tmp_path / "wutong.backup"
    ran = wutong("backup", "--out", file, "--passphrase-file", passphrase)
    assert (ran.status, "keys: sealed" in ran.out) == (0, True), ran.err
    return file


def write(wutong: Shell, path: str) -> str:
    """Write a place, and a scale if there is none; return the checkpoint that is signed."""
    database = Database(f"sqlite:///{wutong.home / 'wutong.db'}")
    with database.transaction() as session:
        place = make_place(session, path)
        if "before" in path:
            make_scale(session, place)
        signed = checkpoints.sign(session, _key(wutong), at=NOON)
        assert signed is not None
        found = signed.envelope
    database.dispose()
    return found


def test_a_backup_stands_in_an_empty_home(wutong: Shell, backup: Path, passphrase: Path) -> None:
    """Once the operator has confirmed whose it is."""
    new = Shell(wutong.home.parent / "new")
    words = ("restore", backup, "--passphrase-file", passphrase)
    asked = new(*words)
    assert (asked.status, new.home.exists()) == (3, False)
    realm = asked.err.split("--realm ")[1].strip()
    done = new(*words, "--realm", realm, "--reason", "a drill")
    assert (done.status, "epoch 2 begins" in done.out) == (0, True), done.err
    said = new("ledger", "verify")
    assert (said.status, said.out) == (0, "intact: 5 entries; signed up to entry 5; epoch 2\n")


def test_what_the_restore_cut_back_is_explained(
    wutong: Shell, backup: Path, passphrase: Path, tmp_path: Path
) -> None:
    """A checkpoint that left the machine after the backup is no riddle."""
    kept = tmp_path / "kept.json"
    kept.write_text(write(wutong, "/32/after/"))
    assert "holds what was signed" in wutong("ledger", "verify", "--against", kept).out
    words = ("restore", backup, "--passphrase-file", passphrase)
    assert "not empty" in wutong(*words).err
    done = wutong(*words, "--replace", "--reason", "disk lost")
    assert (done.status, "before-restore-" in done.out) == (0, True), done.err
    said = wutong("ledger", "verify", "--against", kept)
    assert said.status == 0
    assert "belongs to epoch 1 at entry 5, which was cut back to entry 4" in said.out
    assert "(disk lost), where epoch 2 begins" in said.out
    kept.write_text(json.dumps({"no": "statement"}))
    assert wutong("ledger", "verify", "--against", kept).status == 3


def test_the_next_command_completes_a_restore_that_was_cut_short(
    wutong: Shell, backup: Path, passphrase: Path
) -> None:
    """Killed between two renames, when everything was proved already."""
    with mock.patch.object(journal, "_rename", side_effect=OSError("the power went")):
        ran = wutong("restore", backup, "--passphrase-file", passphrase, "--replace")
    assert (ran.status, "the power went" in ran.err) == (3, True)
    said = wutong("ledger", "verify")
    assert (said.status, "has been completed" in said.err) == (0, True)
    assert "epoch 2" in said.out


def test_keys_are_never_written_open(wutong: Shell, tmp_path: Path) -> None:
    """Without a passphrase nothing is written, unless the keys are left out on purpose."""
    ran = wutong("backup", "--out", tmp_path / "x")
    assert (ran.status, "--without-keys" in ran.err) == (3, True)
    assert not (tmp_path / "x").exists()
    assert wutong("backup", "--out", tmp_path / "x", "--without-keys").status == 0


def test_sqlite_moves_to_postgresql(wutong: Shell, backup: Path, postgres_server: str) -> None:
    """The old file is put out of the way, and everything works at the new address."""
    assert backup
    with databases.postgres_copy(postgres_server, "template0") as address:
        url = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
        ran = wutong("db", "move", "--to", url)
        assert (ran.status, "wutong.db.moved" in ran.out) == (0, True), ran.err
        assert not (wutong.home / "wutong.db").exists()
        there = wutong("ledger", "verify", WUTONG_DATABASE_URL=url)
        assert (there.status, there.out) == (0, "intact: 4 entries; signed up to entry 4\n")
        assert "not on SQLite" in wutong("db", "move", "--to", url, WUTONG_DATABASE_URL=url).err
