"""kill -9 at any file operation of a backup or a restore: nothing half is left standing."""

import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from app.upkeep import journal, postgresql, sealing
from app.upkeep.archive import Reader
from tests.support import databases
from tests.upkeep.conftest import NAMES, House

# What the interpreter tells of before it is done; each is a place to die at.
TOLD = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}
TOLD |= {"sqlite3.connect", "subprocess.Popen"}
RENAME = "os.rename"
NEVER = 10**9
SAMPLES = 2


def doomed(work: Callable[[], object], at: int, diary: Path) -> None:
    """Do ``work`` in this process and be killed at its ``at``-th file operation."""
    sealing.COST["n"] = 2**10
    done = 0
    pen = os.open(diary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def listen(event: str, _arguments: object) -> None:
        nonlocal done
        if event in TOLD:
            done += 1
            if done == at:
                os.kill(os.getpid(), signal.SIGKILL)
            os.write(pen, b"r" if event == RENAME else b".")

    sys.addaudithook(listen)
    work()


def operations(work: Callable[[], object], diary: Path, at: int = NEVER) -> bytes:
    """Run ``work`` in a process of its own, killed at ``at``; return what it did, r is a rename."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.upkeep.test_kills"])
    process = context.Process(target=doomed, args=(work, at, diary))
    process.start()
    process.join()
    done = diary.read_bytes()
    assert process.exitcode == (0 if len(done) < at - 1 else -signal.SIGKILL)
    return done


class Restoring:
    """A restore over what is there, as a task for another process."""

    def __init__(self, house: House, file: Path) -> None:
        self.house, self.file = house, file

    def __call__(self) -> None:
        """Do it."""
        self.house.restore(self.file, replace=True)


class BackingUp:
    """A backup, as a task for another process."""

    def __init__(self, house: House, file: Path) -> None:
        self.house, self.file = house, file

    def __call__(self) -> None:
        """Do it."""
        self.house.back_up(self.file)


def sampled(done: bytes) -> list[int]:
    """Return some of the operations, and every rename and what follows it."""
    renames = [at + 1 for at, kind in enumerate(done) if kind == ord("r")]
    some = range(1, len(done), max(1, len(done) // SAMPLES))
    return sorted(at for at in {*some, *renames, renames[-1] + 1} if at <= len(done))


def copied(house: House, folder: Path) -> House:
    """Return a copy of ``house`` that may be spoilt."""
    home = folder / f"victim-{next(NAMES)}"
    shutil.copytree(house.settings.home, home)
    url = make_url(house.settings.database_url)
    if url.get_backend_name() == "sqlite":
        url = url.set(database=str(home / "wutong.db"))
    else:
        server = url.set(database="postgres").render_as_string(hide_password=False)
        name = f"victim_{next(NAMES)}"
        databases.execute(server, f"CREATE DATABASE {name} TEMPLATE {url.database}")
        url = url.set(database=name)
    address = url.render_as_string(hide_password=False)
    return House(replace(house.settings, home=home, database_url=address))


def dies_well(victim: House, file: Path, at: int) -> None:
    """Kill a restore; what the next command finds is the old state, or the whole new one."""
    before = victim.facts()
    operations(Restoring(victim, file), file.with_name("diary"), at)
    settle(victim)
    journal.complete(victim.settings.home, victim.settings.database_url)
    assert victim.is_whole()
    if victim.facts() != before:
        with Reader(file) as backup:
            assert victim.epoch() == (2, backup.manifest.facts.size + 1)
    else:
        victim.restore(file, replace=True)  # what was left lying does not stand in the way
        assert victim.is_whole()
    assert not (victim.settings.home / journal.STAGING / journal.JOURNAL).exists()
    if file.name.startswith("pg"):
        postgresql.drop(make_url(victim.settings.database_url))


def settle(victim: House) -> None:
    """Wait until PostgreSQL has noticed that its client is dead."""
    url = make_url(victim.settings.database_url)
    while url.get_backend_name() == "postgresql" and postgresql.others(url):
        time.sleep(0.02)


def test_a_restore_may_be_killed_anywhere(house: House, file: Path, tmp_path: Path) -> None:
    """Some places on the way, and every rename at the end."""
    done = operations(Restoring(copied(house, tmp_path), file), tmp_path / "diary")
    assert done.count(b"r") >= len(("journal", "aside", "aside", "aside", "in", "in", "in"))
    for at in sampled(done):
        dies_well(copied(house, tmp_path), file, at)


def test_on_postgresql_too(postgres_house: House, tmp_path: Path) -> None:
    """The staged database is swapped in by one transaction, or dropped by the next restore."""
    file = postgres_house.back_up(tmp_path / "pg.backup")
    postgres_house.grow()
    done = operations(Restoring(copied(postgres_house, tmp_path), file), tmp_path / "diary")
    ready = done.index(b"r") + 1  # the journal's own rename
    for at in (ready, ready + 1, len(done) - 2):
        dies_well(copied(postgres_house, tmp_path), file, at)


@pytest.fixture
def postgres_house(house: House, postgres_server: str) -> Iterator[House]:
    """Yield the same installation on PostgreSQL."""
    from app.crypto import keys
    from app.upkeep import move
    from tests.upkeep.conftest import hush

    with databases.postgres_copy(postgres_server, "template0") as url:
        public = keys.load(house.settings.keys).server.public_key()
        move.move(house.settings.database_url, url, public, hush)
        yield House(replace(house.settings, database_url=url))


def test_a_backup_may_be_killed_anywhere(house: House, tmp_path: Path) -> None:
    """Under the final name there is nothing, or a whole backup; and the next try succeeds."""
    done = operations(BackingUp(house, tmp_path / "first"), tmp_path / "diary")
    for at in sampled(done):
        dies_without_a_file(house, tmp_path / f"at-{at}", at)


def dies_without_a_file(house: House, file: Path, at: int) -> None:
    """Kill a backup and look."""
    operations(BackingUp(house, file), file.with_name("diary"), at)
    if file.exists():
        with Reader(file) as backup:
            assert backup.manifest.facts.size == house.epoch()[1]
    else:
        house.back_up(file)
    assert house.is_whole()
    assert [path.name for path in file.parent.glob(f".{file.name}*")] == []


@pytest.mark.soak
def test_every_single_place(house: House, file: Path, tmp_path: Path) -> None:
    """The long run: each file operation of both commands."""
    diary = tmp_path / "diary"
    done = operations(Restoring(copied(house, tmp_path), file), diary)
    for at in range(1, len(done) + 1):
        victim = copied(house, tmp_path)
        dies_well(victim, file, at)
        shutil.rmtree(victim.settings.home)
    done = operations(BackingUp(house, tmp_path / "first"), diary)
    for at in range(1, len(done) + 1):
        dies_without_a_file(house, tmp_path / f"at-{at}", at)
