"""An SQLite installation moves to PostgreSQL: every byte of the ledger, every row, or nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import make_url, select, text

from app.blobs import Blobs
from app.config import Settings
from app.crypto import keys
from app.db.session import Database
from app.demo import load
from app.models import LedgerEntry, Scale
from app.upkeep import move, postgresql
from app.upkeep.errors import UpkeepError
from app.upkeep.target import Target
from app.web.database import Installation
from tests.support import databases
from tests.support.makers import make_place
from tests.upkeep.conftest import House, hush

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture
def target(postgres_server: str) -> Iterator[str]:
    """Yield the URL of an empty PostgreSQL database."""
    with databases.postgres_copy(postgres_server, "template0") as url:
        yield url


@pytest.fixture
def filled(settings: Settings) -> House:
    """Return an installation with a part of the demo's data."""
    database = Database(settings.database_url)
    work = Installation(settings, keys.load(settings.keys), database, Blobs(settings.blobs))
    with database.transaction() as session:
        load.load(work, session, at=NOW, scales=24)
    database.dispose()
    return House(settings)


def public(house: House) -> Ed25519PublicKey:
    """Return the key that verifies."""
    return keys.load(house.settings.keys).server.public_key()


def entries(url: str) -> list[bytes]:
    """Return the bytes of the ledger."""
    database = Database(url)
    with database.reading() as session:
        found = [bytes(data) for data in session.scalars(select(LedgerEntry.data).order_by("seq"))]
    database.dispose()
    return found


def test_the_demo_moves_whole(filled: House, target: str) -> None:
    """The ledger byte for byte, numbers that go on, guards that stand; the source untouched."""
    source = filled.settings.home / "wutong.db"
    before = source.read_bytes()
    done = move.move(filled.settings.database_url, target, public(filled), hush)
    assert source.read_bytes() == before
    assert entries(target) == entries(filled.settings.database_url)
    assert done.entries == len(entries(target)) > 100
    moved = House(Settings(home=filled.settings.home, database_url=target))
    assert moved.problems() == []
    moved.grow()
    assert moved.is_whole()
    database = Database(target)
    with pytest.raises(Exception, match="one entry"), database.transaction() as session:
        session.execute(text("UPDATE ledger_head SET size = size + 2"))
    database.dispose()


def test_what_is_not_empty_is_not_written_to(house: House, target: str) -> None:
    """Rows of another installation stay alone; a try that failed halfway may be repeated."""
    databases.migrate(target)
    database = Database(target)
    with database.transaction() as session:
        make_place(session)
    with pytest.raises(UpkeepError, match="not empty"):
        move.move(house.settings.database_url, target, public(house), hush)
    with database.reading() as session:
        assert session.scalar(select(Scale.id).limit(1)) is None
    database.dispose()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE scale SET serial_no = 'OTHER'", "ledger is damaged"),
        ("UPDATE scale SET created_at = 'yesterday'", "does not fit"),
        ("UPDATE scale SET serial_no = 'x' || char(0)", "does not fit"),
    ],
)
def test_a_damaged_source_moves_not_at_all(
    statement: str, words: str, house: House, target: str
) -> None:
    """Nothing is committed; after mending, the same target is good."""
    before = (house.settings.home / "wutong.db").read_bytes()
    database = Database(house.settings.database_url)
    with database.transaction() as session:
        session.execute(text(statement))
    database.dispose()
    with pytest.raises(UpkeepError, match=words):
        move.move(house.settings.database_url, target, public(house), hush)
    (house.settings.home / "wutong.db").write_bytes(before)
    assert move.move(house.settings.database_url, target, public(house), hush).entries > 5


def test_without_the_setval_the_next_row_collides(
    house: House, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: rows copied with their numbers leave the counters at 1."""
    monkeypatch.setattr(move, "_number_on", lambda *_: None)
    move.move(house.settings.database_url, target, public(house), hush)
    with pytest.raises(Exception, match="duplicate key"):
        House(Settings(home=house.settings.home, database_url=target)).grow()


def test_the_wrong_ways_round_are_refused(house: House, target: str) -> None:
    """No PostgreSQL there, none of that name, none here to begin with."""
    ours, key = house.settings.database_url, public(house)
    with pytest.raises(UpkeepError, match="is not PostgreSQL"):
        move.move(ours, ours, key, hush)
    missing = make_url(target).set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(UpkeepError, match="createdb nowhere"):
        move.move(ours, missing, key, hush)
    with pytest.raises(UpkeepError, match="not on SQLite"):
        move.move(target, target, key, hush)
    assert postgresql.others(make_url(target)) == 0


def test_the_old_file_is_put_out_of_the_way(house: House) -> None:
    """Nobody starts on it by mistake and writes a second history."""
    Target(house.settings).refuse_in_use()
    kept = move.retire(house.settings.database_url)
    assert kept == Path(house.settings.home / "wutong.db.moved")
    assert kept.is_file()
