"""Exit status: 0 done, 1 finding, 2 wrong usage, 3 not possible; never a traceback."""

import contextlib
import shutil
import socket
import sqlite3
from importlib import import_module
from pathlib import Path

import pytest

from app.cli.__main__ import MODULES
from tests.cli.conftest import PROJECT, Shell

NAMED = (
    "init",
    "demo",
    "doctor",
    "run",
    "jobs",
    "db",
    "user",
    "token",
    "labels",
    "ledger",
    "firmware",
)
NAMED += ("backup", "restore", "worksheet")
GROUPS = {
    "db": ("upgrade", "downgrade", "check", "move"),
    "user": ("add", "disable", "reset"),
    "token": ("add",),
    "ledger": ("verify", "prove"),
    "firmware": ("approve", "compare"),
    "worksheet": ("judge",),
}


def test_help_lists_every_command(empty: Shell) -> None:
    """The names of this release, and a missing home is no obstacle."""
    ran = empty.process("--help")
    assert ran.status == 0
    listed = {line.split()[0] for line in ran.out.split("Commands:")[1].splitlines() if line}
    assert set(NAMED) <= listed


def test_every_command_of_a_module_is_found_by_its_name() -> None:
    """Modules are loaded when they are asked for; one that nobody names would be lost."""
    folder = PROJECT / "app/cli"
    found = {
        command.name: path.stem
        for path in folder.glob("[a-z]*.py")
        for command in getattr(import_module(f"app.cli.{path.stem}"), "COMMANDS", ())
    }
    assert found == {name: modules[0] for name, modules in MODULES.items()}


@pytest.mark.parametrize("group", GROUPS)
def test_help_of_a_group_lists_its_commands(empty: Shell, group: str) -> None:
    """Each part has its page of help."""
    ran = empty(group, "--help")
    assert ran.status == 0
    assert all(f"  {name} " in ran.out for name in GROUPS[group])


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("init", "now"),
        ("run", "--bind", "8000"),
        ("user", "add"),
        ("user", "add", "x", "--role", "king"),
        ("token", "add"),
        ("labels", "--region", "/32/"),
        ("labels", "--region", "32", "--out", "x.pdf"),
        ("ledger", "prove", "0"),
        ("firmware", "compare", "one.bin"),
        ("firmware", "compare", "missing.bin", "missing.bin"),
        ("worksheet", "judge", "missing.json", "--json"),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_2(empty: Shell, words: tuple[str, ...]) -> None:
    """Nothing is touched before the words are understood."""
    ran = empty(*words)
    assert ran.status == 2, ran.err
    assert "Usage:" in ran.err
    assert not empty.home.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("run",),
        ("jobs",),
        ("user", "add", "anna"),
        ("token", "add", "--user", "anna"),
        ("labels", "--region", "/32/", "--out", "x.pdf"),
        ("ledger", "verify"),
        ("firmware", "approve", "x", "--by", "anna"),
    ],
    ids=" ".join,
)
def test_without_an_installation_each_command_says_how_to_make_one(
    empty: Shell, words: tuple[str, ...]
) -> None:
    """Exit 3, and nothing is made by the way."""
    ran = empty(*words)
    assert (ran.status, "wutong init" in ran.err) == (3, True)
    assert not empty.home.exists()


def test_init_makes_a_home_and_leaves_what_is_there(empty: Shell) -> None:
    """Twice is once: the keys stay those that tags were signed with."""
    assert empty("init").status == 0
    key = empty.home / "keys" / "tag.key"
    before = key.read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    assert empty("init").status == 0
    assert key.read_bytes() == before
    assert empty("db", "check").status == 0
    assert empty("ledger", "verify").out.startswith("intact: 0 entries")


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file stands where the folder should."""
    (tmp_path / "file").write_text("")
    shell = Shell(tmp_path / "file" / "home")
    assert "Not a directory" in shell("init").err
    assert shell("demo").status == 3


def test_fresh_keys_are_not_made_for_a_database_in_use(wutong: Shell) -> None:
    """A volume of keys that is empty after a move; an empty database gets its keys."""
    assert wutong("region", "add", "/32/", "江苏省").status == 0
    shutil.rmtree(wutong.home / "keys")
    ran = wutong("init")
    assert (ran.status, "Restore the keys" in ran.err) == (3, True), ran.err
    assert not (wutong.home / "keys").exists()
    (wutong.home / "wutong.db").unlink()
    assert wutong("init").status == 0


@pytest.mark.parametrize("key", ["server.key", "tag.key", "session.key", "totp.key"])
def test_a_lost_key_is_told(wutong: Shell, key: str) -> None:
    """A new one is not made in silence: what the old one signed would be worth nothing."""
    (wutong.home / "keys" / key).unlink()
    ran = wutong("ledger", "verify")
    assert (ran.status, "keys" in ran.err) == (3, True)
    assert not (wutong.home / "keys" / key).exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://u:pw@127.0.0.1:1/wutong", "does not answer"),
        ("postgres://u:pw@127.0.0.1:1/wutong", "does not answer"),
        ("garbage", "WUTONG_DATABASE_URL"),
        ("postgresql://u:pw@h:port/wutong", "WUTONG_DATABASE_URL"),
        ("nosuch://u:pw@h/wutong", "WUTONG_DATABASE_URL"),
        ("sqlite:////nowhere/at/all/wutong.db", "does not answer"),
    ],
)
def test_a_database_that_cannot_be_used_is_told(wutong: Shell, url: str, words: str) -> None:
    """In words that hold no password."""
    ran = wutong("ledger", "verify", WUTONG_DATABASE_URL=url)
    assert (ran.status, words in ran.err) == (3, True), ran.err
    assert "pw" not in ran.err


def test_a_file_that_is_no_database_is_told(wutong: Shell) -> None:
    """Half a disk's worth of something else."""
    (wutong.home / "wutong.db").write_bytes(b"something else " * 1000)
    assert wutong("db", "check").status == 3


@pytest.mark.parametrize("name", ["PORT", "WUTONG_WORKERS", "WUTONG_THREADS"])
def test_a_setting_that_is_no_number_is_told(wutong: Shell, name: str) -> None:
    """The message names the setting."""
    ran = wutong("db", "check", **{name: "many"})
    assert (ran.status, name in ran.err) == (3, True)


def test_a_taken_port_is_told_at_once(wutong: Shell) -> None:
    """Not after the server's own five attempts."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = wutong("run", PORT=str(port))
    assert (ran.status, f":{port}" in ran.err) == (3, True)


def test_a_database_of_another_revision_is_not_touched(wutong: Shell) -> None:
    """One step back, and every command but `db` refuses; up again, and all is well."""
    assert wutong("db", "downgrade", "nonsense").status == 3
    assert wutong("db", "downgrade", "base").status == 0
    assert wutong("db", "check").status == 1
    for words in (("ledger", "verify"), ("user", "add", "anna"), ("run",), ("jobs",)):
        ran = wutong(*words)
        assert (ran.status, "wutong db upgrade" in ran.err) == (3, True)
    assert wutong("db", "upgrade").status == 0
    assert wutong("db", "check").status == 0


def test_a_database_of_a_later_program_is_refused(wutong: Shell) -> None:
    """An old program does not write into a schema it does not know."""
    with sqlite3.connect(wutong.home / "wutong.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    connection.close()
    assert wutong("ledger", "verify").status == 3
    assert wutong("db", "upgrade").status == 3


def test_a_migration_that_must_wait_gives_up(wutong: Shell) -> None:
    """In words, with exit 3; the schema is as it was."""
    with contextlib.closing(sqlite3.connect(wutong.home / "wutong.db")) as holder:
        holder.execute("BEGIN IMMEDIATE")
        ran = wutong("db", "downgrade", "base")
        assert (ran.status, "nothing was changed" in ran.err) == (3, True), ran.err
    assert wutong("db", "check").status == 0


def test_a_demo_does_not_enter_a_real_installation(wutong: Shell) -> None:
    """Its accounts have passwords that everybody knows."""
    assert wutong("user", "add", "anna", "--role", "manager").status == 0
    ran = wutong("demo", "--load-only")
    assert (ran.status, "in use by people" in ran.err) == (3, True)
    assert wutong("token", "add", "--user", "manager").status == 3


def test_accounts_and_tokens_are_made_once(wutong: Shell) -> None:
    """Secrets go to the output alone, so that a script can take them."""
    added = wutong("user", "add", "anna", "--role", "manager")
    assert (added.status, len(added.out.split())) == (0, 1)
    assert wutong("user", "add", "anna").status == 3
    token = wutong("token", "add", "--user", "anna")
    assert (token.status, len(token.out.split())) == (0, 1)
    assert wutong("user", "disable", "anna").status == 0
    assert wutong("token", "add", "--user", "nobody").status == 3
    assert wutong("labels", "--region", "/99/", "--out", wutong.home / "x.pdf").status == 3
    assert not (wutong.home / "x.pdf").exists()


def test_the_exit_status_is_the_processes_own(wutong: Shell) -> None:
    """One command of each kind, as a process in an environment with nothing else in it."""
    assert wutong.process("ledger", "verify").status == 0
    assert wutong.process("ledger", "prove", "x").status == 2
    refused = wutong.process("ledger", "verify", WUTONG_DATABASE_URL="garbage")
    assert (refused.status, refused.out) == (3, "")
    assert wutong.process("db", "downgrade", "base").status == 0
    assert wutong.process("db", "check").status == 1
