"""An installation with a little history, on both databases, and an empty place beside it."""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, select

from app.blobs import Blobs
from app.config import Settings
from app.crypto import keys
from app.db.session import Database
from app.ledger import checkpoints, epochs
from app.ledger.door import SYSTEM, act
from app.ledger.verify import Problem, problems
from app.models import LedgerHead, ScaleEvent
from app.upkeep import backup, facts, postgresql, restore, sealing, snapshot
from app.upkeep.archive import Reader
from app.upkeep.manifest import Facts
from app.upkeep.orders import Order, Restored
from app.upkeep.target import Target
from tests.support.makers import (
    NOON,
    make_model,
    make_person,
    make_place,
    make_scale,
    make_stall,
)

PASSPHRASE = "correct horse battery"  # noqa: S105 - of tests
LATER = NOON + timedelta(days=1)
NAMES = itertools.count()


def hush(_sentence: str) -> None:
    """Say nothing of the progress."""


@dataclass(frozen=True, slots=True)
class House:
    """One installation and what one does with it here."""

    settings: Settings

    def grow(self, number: int = 3) -> None:
        """Write some acts, each naming a photo that was stored before."""
        database = Database(self.settings.database_url)
        blobs = Blobs(self.settings.blobs)
        try:
            with database.transaction() as session:
                name = str(next(NAMES))
                place = make_place(session, f"/32/{name}/")
                make_stall(session, place)
                scale = make_scale(session, place, make_model(session, name))
                for each in range(number):
                    photo = blobs.put(f"{place.path} {each}".encode() * 99)
                    with act(session, scale, "photo", by=SYSTEM, at=NOON, details={"photo": photo}):
                        pass
                checkpoints.sign(session, keys.load(self.settings.keys).server, at=NOON)
        finally:
            database.dispose()

    def back_up(self, out: Path, passphrase: str | None = PASSPHRASE) -> Path:
        """Return the backup's file."""
        order = backup.Order(settings=self.settings, out=out, passphrase=passphrase, at=NOON)
        return backup.make(order, hush)[0]

    def restore(self, file: Path, **changes: Any) -> Restored:  # noqa: ANN401
        """Restore ``file`` into this installation."""
        with Reader(file) as found:
            realm = found.manifest.realm
        usual = Order(
            file=file, target=Target(self.settings), passphrase=PASSPHRASE, at=LATER, realm=realm
        )
        return restore.restore(replace(usual, **changes), hush)

    def facts(self) -> Facts:
        """Return what the database holds."""
        url = make_url(self.settings.database_url)
        if url.get_backend_name() == "sqlite":
            return snapshot.held(Path(str(url.database)))
        with postgresql.connected(url) as connection:
            return facts.of(connection)

    def problems(self) -> list[Problem]:
        """Return what verifying the ledger says."""
        database = Database(self.settings.database_url)
        public = keys.load(self.settings.keys).server.public_key()
        with database.reading() as session:
            found = list(problems(session, public))
        database.dispose()
        return found

    def missing_blobs(self) -> list[str]:
        """Return the photos that the story names and the folder has not, or has otherwise."""
        database = Database(self.settings.database_url)
        with database.reading() as session:
            told = list(session.scalars(select(ScaleEvent.details)))
        database.dispose()
        blobs = Blobs(self.settings.blobs)
        named = [details["photo"] for details in told if "photo" in details]
        return [one for one in named if hashlib.sha256(blobs.get(one) or b"").hexdigest() != one]

    def state(self) -> object:
        """Return everything that a refused restore must leave as it was."""
        home = self.settings.home
        files = {
            str(path.relative_to(home)): path.read_bytes()
            for folder in (self.settings.keys, self.settings.blobs)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        names = {path.name for path in home.iterdir()} - {".restore.lock"}
        return files, names - {"wutong.db-wal", "wutong.db-shm"}, self.facts()

    def is_whole(self) -> bool:
        """Return whether ledger, rows and blobs agree, in whatever epoch."""
        return self.problems() == [] and self.missing_blobs() == []

    def epoch(self) -> tuple[int, int]:
        """Return the epoch and the length of the ledger."""
        database = Database(self.settings.database_url)
        with database.reading() as session:
            found = epochs.current(session), session.get_one(LedgerHead, 1).size
        database.dispose()
        return found


@pytest.fixture(autouse=True)
def quick_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sealing takes a quarter of a second on purpose; here it need not."""
    monkeypatch.setitem(sealing.COST, "n", 2**10)


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Return settings of an installation in a folder of its own."""
    both = "any_url" in request.fixturenames
    url = request.getfixturevalue("any_url" if both else "url")
    home = tmp_path / "home"
    keys.create(home / "keys")
    if url.startswith("sqlite"):
        (tmp_path / "wutong.db").rename(home / "wutong.db")
        url = f"sqlite:///{home / 'wutong.db'}"
    (home / "blobs").mkdir()
    return Settings(home=home, database_url=url)


@pytest.fixture
def house(settings: Settings) -> House:
    """Return an installation with a little history."""
    found = House(settings)
    database = Database(settings.database_url)
    with database.transaction() as session:
        make_person(session)
    database.dispose()
    found.grow()
    return found


@pytest.fixture
def elsewhere(house: House, tmp_path: Path) -> Iterator[House]:
    """Return a place where nothing is yet: no home, no database."""
    home = tmp_path / "elsewhere"
    url = make_url(house.settings.database_url)
    if url.get_backend_name() == "sqlite":
        yield House(Settings(home=home, database_url=f"sqlite:///{home / 'wutong.db'}"))
        return
    fresh = url.set(database=f"elsewhere_{next(NAMES)}")
    yield House(Settings(home=home, database_url=fresh.render_as_string(hide_password=False)))
    postgresql.drop(fresh)


@pytest.fixture
def file(house: House, tmp_path: Path) -> Path:
    """Return a backup of ``house``, which has gone on since."""
    found = house.back_up(tmp_path / "a.backup")
    house.grow()
    return found
