"""Backups taken while processes write a hundred times a second restore completely, all of them."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from sqlalchemy import make_url, select

from app.blobs import Blobs
from app.config import Settings
from app.db.session import Database, utcnow
from app.ledger.door import SYSTEM, act
from app.models import Scale
from app.upkeep import postgresql
from app.upkeep.archive import Reader
from tests.upkeep.conftest import LATER, NAMES, House

WRITERS = 2
BURST = 8  # acts in one transaction, as a batch of reports makes them
PACE_S = 0.05  # of one writer: two of them wish for some 300 acts a second
GOAL = 100
PATIENCE_S = 120  # whatever else the machine does meanwhile
BACKUPS = 3
MANY = 20
BETWEEN_S = 0.4


def write(settings: Settings, stop: Event) -> None:
    """Act on the scale until told to stop; now and then a photo is stored and named."""
    database, blobs = Database(settings.database_url), Blobs(settings.blobs)
    due = time.monotonic()
    while not stop.is_set():
        photo = blobs.put(os.urandom(4000))
        with database.transaction() as session:
            scale = session.scalars(select(Scale).limit(1)).one()
            for number in range(BURST):
                details = {"photo": photo, "number": number}
                with act(session, scale, "photo", by=SYSTEM, at=utcnow(), details=details):
                    scale.market_no = os.urandom(4).hex()
        due += PACE_S
        time.sleep(max(0.0, due - time.monotonic()))
    database.dispose()


@contextmanager
def writers(settings: Settings) -> Iterator[None]:
    """Keep processes writing while the block runs."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.upkeep.test_under_load"])
    stop = context.Event()
    workers = [context.Process(target=write, args=(settings, stop)) for _ in range(WRITERS)]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert [worker.exitcode for worker in workers] == [0] * WRITERS


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured."""

    rate: float
    seconds: float
    megabytes: float


def taken_under_load(house: House, folder: Path, number: int) -> tuple[list[Path], Figures]:
    """Return ``number`` backups made while others write, and how fast they wrote meanwhile."""
    files, spent = [], 0.0
    with writers(house.settings):
        begun = house.epoch()[1]
        wait_for(house, begun + 2 * BURST)
        first, start = house.epoch()[1], time.monotonic()
        for each in range(number):
            before, now = house.epoch()[1], time.monotonic()
            files.append(house.back_up(folder / f"{each}.backup"))
            spent += time.monotonic() - now
            with Reader(files[-1]) as backup:
                assert backup.manifest.facts.size >= before  # what was committed is in it
            wait_for(house, before + 2 * BURST)
            time.sleep(BETWEEN_S)
        rate = (house.epoch()[1] - first) / (time.monotonic() - start)
    size = files[-1].stat().st_size / 2**20
    return files, Figures(rate, spent / number, size)


def wait_for(house: House, size: int) -> None:
    """Wait until the writers have brought the ledger to ``size``."""
    deadline = time.monotonic() + PATIENCE_S
    while house.epoch()[1] < size:
        assert time.monotonic() < deadline, "nobody writes"
        time.sleep(0.05)


def all_restore(house: House, folder: Path, files: list[Path]) -> None:
    """Restore each of ``files`` to a place of its own; rows, ledger and photos must agree."""
    sizes = []
    for file in files:
        place = fresh(house, folder)
        done = place.restore(file, at=LATER)
        assert place.is_whole()
        assert place.epoch() == (2, done.size + 1)
        sizes.append(done.size)
        if place.settings.database_url.startswith("postgresql"):
            postgresql.drop(make_url(place.settings.database_url))
    assert sizes == sorted(set(sizes))  # each saw more than the one before


def fresh(house: House, folder: Path) -> House:
    """Return a place where nothing is yet."""
    home = folder / f"place-{next(NAMES)}"
    url = make_url(house.settings.database_url)
    if url.get_backend_name() == "sqlite":
        url = url.set(database=str(home / "wutong.db"))
    else:
        url = url.set(database=f"place_{next(NAMES)}")
    address = url.render_as_string(hide_password=False)
    return House(replace(house.settings, home=home, database_url=address))


@pytest.mark.usefixtures("any_url")
def test_backups_under_load_restore_completely(house: House, tmp_path: Path) -> None:
    """Three of three; the long run asks for the hundred a second as well."""
    files, _figures = taken_under_load(house, tmp_path, BACKUPS)
    all_restore(house, tmp_path, files)


@pytest.mark.soak
@pytest.mark.usefixtures("any_url")
def test_twenty_backups_under_load_restore_completely(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twenty of twenty, at a hundred ledger entries a second and more."""
    files, figures = taken_under_load(house, tmp_path, MANY)
    kind = make_url(house.settings.database_url).get_backend_name()
    with capsys.disabled():
        print(f"\n{kind}: {figures}")  # noqa: T201 - the figures are what the long run is for
    assert figures.rate >= GOAL
    all_restore(house, tmp_path, files)
