"""`wutong doctor`: each part has a broken case that is named, and words for what to do."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from app.cli import doctor
from app.cli.checks import machine
from app.config import Settings
from app.crypto import keys
from app.db.ids import new_uid
from app.db.session import Database, utcnow
from app.domain.duties import DUTIES
from app.domain.tasks import Executor, TaskState
from app.ledger import checkpoints
from app.models import Code, CodeKind, JobRun, Leader, Station, Task
from app.upkeep import stamp
from app.web import readiness
from tests.cli.conftest import Shell
from tests.support.makers import make_place, make_scale

HTTPS = {"WUTONG_BASE_URL": "https://scales.example.cn", "WUTONG_TRUSTED_PROXIES": "1"}


@contextmanager
def writing(shell: Shell) -> Iterator[Session]:
    """Yield a session in the installation's database."""
    database = Database(f"sqlite:///{shell.home / 'wutong.db'}")
    with database.transaction() as session:
        yield session
    database.dispose()


def sql(shell: Shell, statement: str) -> None:
    """Change the file behind the program's back, guards taken away."""
    with closing(sqlite3.connect(shell.home / "wutong.db")) as connection, connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)


def levels(shell: Shell, *words: str, **settings: str) -> dict[str, str]:
    """Return the worst level of each part; the exit status fits them."""
    ran = shell("doctor", "--json", *words, **{**HTTPS, **settings})
    found: dict[str, Any] = json.loads(ran.out)
    worst: dict[str, str] = {}
    for one in sorted(found["findings"], key=lambda one: list(readiness.Level).index(one["level"])):
        worst[one["part"]] = one["level"]
        assert one["says"]
        assert bool(one["todo"]) == (one["level"] != "ok")
    assert ran.status == (1 if "bad" in worst.values() else 0)
    return worst


@pytest.fixture
def well(wutong: Shell) -> Shell:
    """Return an installation at work: a scale, a checkpoint, a leader, every job done."""
    server = keys.load(wutong.home / "keys").server
    at = utcnow()
    stamp.note(wutong.home, at)
    with writing(wutong) as session:
        make_scale(session)
        checkpoints.sign(session, server, at=at)
        session.add(Leader(name="jobs", holder="here:1", until=at + timedelta(hours=1)))
        for duty, period in DUTIES.items():
            times = {"started_at": at, "finished_at": at}
            session.add(JobRun(job=duty, period=period.of(at), worker="here:1", **times))
    return wutong


def test_wrong_numbers_are_counted_anew(well: Shell) -> None:
    """The command that the doctor names mends what it found."""
    sql(well, "UPDATE scale_total SET number = number + 1")
    assert levels(well, "--only", "totals") == {"totals": "bad"}
    assert well("db", "rebuild-totals").status == 0
    assert levels(well, "--only", "totals") == {"totals": "ok"}


def test_a_good_installation_has_nothing_to_do(well: Shell) -> None:
    """Every part is looked at, and is well."""
    found = levels(well)
    assert set(found) == doctor.PARTS
    assert set(found.values()) == {"ok"}


def silence(shell: Shell) -> None:
    """Let a station fall silent."""
    at = utcnow()
    with writing(shell) as session:
        session.add(
            Station(
                uid=new_uid(),
                path="/32/",
                place=make_place(session, "/32/3206/320612001/9/"),
                name="东门站",
                created_at=at,
                enrolled_at=at,
                silent_since=at,
            )
        )


def fail_task(shell: Shell) -> None:
    """Let a task fail."""
    at = utcnow()
    with writing(shell) as session:
        ends = {"executor": Executor.SERVER, "state": TaskState.FAILED, "finished_at": at}
        session.add(Task(uid=new_uid(), path="/32/", kind="x", created_at=at, **ends))


def print_tag(shell: Shell) -> None:
    """Print a tag."""
    with writing(shell) as session:
        code = {"kind": CodeKind.TAG, "value": "x", "issued_at": utcnow()}
        session.add(Code(uid=new_uid(), path="/32/", **code))


def sign_elsewhere(shell: Shell) -> None:
    """Sign a checkpoint with another installation's key."""
    sql(shell, "DELETE FROM checkpoint")
    with writing(shell) as session:
        checkpoints.sign(session, Ed25519PrivateKey.generate(), at=utcnow())


def damage(shell: Shell) -> None:
    """Write over the pages of an index."""
    sql(shell, "CREATE TABLE filler AS SELECT hex(randomblob(3000)) AS x FROM ledger_entry")
    sql(shell, "CREATE INDEX ix_filler ON filler (x)")
    with closing(sqlite3.connect(shell.home / "wutong.db")) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'ix_filler'")
        connection.commit()


def loosen(name: str, mode: int) -> Callable[[Shell], None]:
    """Return what opens a file or folder of the home to others."""
    return lambda shell: (shell.home / name).chmod(mode)


BROKEN: dict[str, tuple[str, str, Callable[[Shell], Any]]] = {
    "the home is open to others": ("home", "bad", loosen(".", 0o755)),
    "a key is open to others": ("home", "bad", loosen("keys/tag.key", 0o640)),
    "the blobs are gone": ("home", "bad", lambda shell: (shell.home / "blobs").rmdir()),
    "a key is lost": ("keys", "bad", lambda shell: (shell.home / "keys/tag.key").unlink()),
    "a key is half": (
        "keys",
        "bad",
        lambda shell: (shell.home / "keys/server.key").write_bytes(b"half"),
    ),
    "the schema is another": (
        "migrations",
        "bad",
        lambda shell: sql(shell, "UPDATE alembic_version SET version_num = 'ffffffffffff'"),
    ),
    "the ledger lost its end": (
        "ledger",
        "bad",
        lambda shell: sql(
            shell, "DELETE FROM ledger_entry WHERE seq = (SELECT max(seq) FROM ledger_entry)"
        ),
    ),
    "the ledger's last entry is another": (
        "ledger",
        "bad",
        lambda shell: sql(shell, "UPDATE ledger_entry SET leaf = 'other'"),
    ),
    "the head is gone": ("ledger", "bad", lambda shell: sql(shell, "DELETE FROM ledger_head")),
    "nothing is signed": (
        "checkpoint",
        "warn",
        lambda shell: sql(shell, "DELETE FROM checkpoint"),
    ),
    "another key signed": ("checkpoint", "bad", sign_elsewhere),
    "a checkpoint reaches further than the ledger": (
        "checkpoint",
        "bad",
        lambda shell: sql(shell, "UPDATE checkpoint SET size = size + 5"),
    ),
    "the newest checkpoint is old": (
        "checkpoint",
        "warn",
        lambda shell: sql(shell, "UPDATE checkpoint SET size = 1, at = '2026-01-01 00:00:00.0'"),
    ),
    "the clock went back": (
        "clock",
        "bad",
        lambda shell: sql(shell, "UPDATE checkpoint SET at = '2126-01-01 00:00:00.0'"),
    ),
    "nobody leads": ("jobs", "bad", lambda shell: sql(shell, "DELETE FROM leader")),
    "a job was never done": (
        "jobs",
        "bad",
        lambda shell: sql(shell, "DELETE FROM job_run WHERE job = 'prune'"),
    ),
    "a number of scales is wrong": (
        "totals",
        "bad",
        lambda shell: sql(shell, "UPDATE scale_total SET number = number + 1"),
    ),
    "no backup is known": ("backup", "warn", lambda shell: (shell.home / stamp.NAME).unlink()),
    "the last backup is old": (
        "backup",
        "warn",
        lambda shell: stamp.note(shell.home, utcnow() - timedelta(days=3)),
    ),
    "a task failed": ("tasks", "warn", fail_task),
    "a station is silent": ("stations", "warn", silence),
    "the file is damaged": ("engine", "bad", damage),
    "the database is no database": (
        "database",
        "bad",
        lambda shell: (shell.home / "wutong.db").write_bytes(b"nothing of use " * 999),
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_named(well: Shell, what: str) -> None:
    """The part was well before, and is not afterwards."""
    part, level, break_it = BROKEN[what]
    break_it(well)
    assert levels(well)[part] == level


@pytest.mark.parametrize(
    ("part", "level", "given"),
    [
        ("https", "warn", {"WUTONG_BASE_URL": "http://127.0.0.1:8000"}),
        ("https", "bad", {"WUTONG_BASE_URL": "http://scales.example.cn"}),
        ("proxies", "bad", {"WUTONG_TRUSTED_PROXIES": "0"}),
        ("proxies", "warn", {"WUTONG_BASE_URL": "http://127.0.0.1:8000"}),
        ("settings", "bad", {"WUTONG_DEMO": "1"}),
        ("workers", "warn", {"WUTONG_WORKERS": "4"}),
        ("workers", "bad", {"PROMETHEUS_MULTIPROC_DIR": "/nowhere/at/all"}),
        ("database", "bad", {"WUTONG_DATABASE_URL": "postgresql://u@127.0.0.1:1/x"}),
    ],
)
def test_settings_that_do_not_fit_are_named(
    well: Shell, part: str, level: str, given: dict[str, str]
) -> None:
    """Each by itself can be used; together, or here, they cannot."""
    assert levels(well, **given)[part] == level


def test_tags_nobody_can_read_are_named(well: Shell) -> None:
    """Printed in use, and the address is this machine's own."""
    print_tag(well)
    assert levels(well)["tags"] == "ok"
    assert levels(well, WUTONG_BASE_URL="http://localhost:8000")["tags"] == "bad"


@pytest.mark.parametrize(("free", "level"), [(3 * 2**30, "warn"), (2**20, "bad")])
def test_a_full_disk_is_named(
    well: Shell, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    """Before nothing can be written any more, and when it is almost so."""
    usage = shutil.disk_usage(well.home)._replace(free=free)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _path: usage)
    assert levels(well)["disk"] == level


def test_fonts_without_chinese_are_named(
    well: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No fonts, files that are none, and one with Latin letters only."""
    monkeypatch.setattr(readiness, "FONTS", tmp_path)
    assert levels(well)["fonts"] == "bad"
    for name in ("a.ttf", "b.ttf"):
        (tmp_path / name).write_bytes(b"no font")
    assert levels(well)["fonts"] == "bad"


def test_a_file_without_a_write_ahead_log_is_named(well: Shell) -> None:
    """As on a network's folder: here by an engine that does not ask for one."""
    from sqlalchemy import create_engine

    from app.cli.checks import database

    sql(well, "PRAGMA journal_mode = DELETE")
    engine = create_engine(f"sqlite:///{well.home / 'wutong.db'}")
    with Session(engine) as session:
        assert [one.level for one in database.engine(session)] == ["warn"]
    engine.dispose()


@pytest.mark.parametrize(
    ("conf", "folder", "level"),
    [
        ("", True, "ok"),
        ("", False, "warn"),
        ("Storage=volatile", True, "warn"),
        ("Storage=persistent\nMaxRetentionSec=0", False, "ok"),
        ("MaxRetentionSec=1month", True, "bad"),
        ("MaxRetentionSec=26week", True, "bad"),
        ("MaxRetentionSec=27week", True, "ok"),
        ("#MaxRetentionSec=1month", True, "ok"),
        ("MaxRetentionSec=180day", True, "bad"),
        ("MaxRetentionSec=1year", True, "ok"),
    ],
)
def test_a_journal_that_forgets_too_soon_is_named(
    tmp_path: Path, conf: str, *, folder: bool, level: str
) -> None:
    """184 days are the floor; a journal in memory has none."""
    (tmp_path / "etc/systemd").mkdir(parents=True)
    (tmp_path / "etc/systemd/journald.conf").write_text(f"[Journal]\n{conf}\n")
    if folder:
        (tmp_path / "var/log/journal").mkdir(parents=True)
    found = Settings(home=tmp_path, database_url="sqlite://")
    assert [one.level for one in machine.log(found, tmp_path)] == [level]
    (tmp_path / ".dockerenv").touch()
    assert "container" in next(machine.log(found, tmp_path)).says


def test_it_speaks_chinese_and_english(well: Shell) -> None:
    """By the locale; WUTONG_LANG comes first. Every sentence has its Chinese."""
    (well.home / "keys/tag.key").chmod(0o644)
    english = well("doctor", **HTTPS)
    assert "Other accounts of this machine" in english.out
    assert f"chmod -R go-rwx {well.home}" in english.out
    chinese = well("doctor", **HTTPS, WUTONG_LANG="zh_CN.UTF-8")
    assert "本机其他账户" in chinese.out
    assert "Other accounts" not in chinese.out
    assert well("doctor", **HTTPS, LC_ALL="zh_CN.UTF-8").out == chinese.out


def test_one_part_can_be_asked_for(well: Shell) -> None:
    """For health checks; an unknown part is wrong usage."""
    assert levels(well, "--only", "jobs") == {"jobs": "ok"}
    assert well("doctor", "--only", "everything").status == 2


def test_without_an_installation_it_is_not_possible(empty: Shell) -> None:
    """Exit 3, and nothing is made by the way."""
    ran = empty("doctor")
    assert (ran.status, "wutong init" in ran.err) == (3, True)
    assert not empty.home.exists()
