"""Instants keep their zone, writers queue, readers do not wait, ranges hold the scope."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from app.blobs import Blobs, DigestMismatchError
from app.db.ids import is_uid, new_uid
from app.db.scope import within
from app.db.session import Database
from app.domain.scope import EVERYWHERE, Scope
from app.models import Checkpoint, Place
from tests.support.makers import make_place


def checkpoint(at: datetime) -> Checkpoint:
    """Return a row with an instant."""
    return Checkpoint(uid=new_uid(), size=1, root="0", at=at, envelope="{}")


@pytest.mark.usefixtures("any_url")
def test_an_instant_comes_back_in_utc(session: Session) -> None:
    """Whatever zone it went in with, on both databases."""
    beijing = timezone(timedelta(hours=8))
    session.add(checkpoint(datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=beijing)))
    session.flush()
    session.expire_all()
    found = session.scalars(select(Checkpoint)).one().at
    assert found == datetime(2026, 11, 23, 4, 0, 0, 123456, tzinfo=UTC)
    assert found.tzinfo is UTC or found.utcoffset() == timedelta(0)


def test_an_instant_without_a_zone_is_refused(session: Session) -> None:
    """A guess of the zone would be a wrong legal date one day."""
    session.add(checkpoint(datetime(2026, 11, 23, 12)))  # noqa: DTZ001 - that is the point
    with pytest.raises(StatementError, match="naive"):
        session.flush()


@pytest.mark.usefixtures("any_url")
def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    """And sees nothing of what is not committed."""
    with database.transaction() as writer:
        make_place(writer)
        with database.reading() as reader:
            assert reader.scalars(select(Place)).all() == []


@pytest.mark.usefixtures("any_url")
def test_a_reader_sees_one_instant(database: Database) -> None:
    """What is written while it reads would be a contradiction: a false alarm of the ledger."""
    with database.reading() as reader:
        before = reader.scalars(select(Place.id)).all()
        with database.transaction() as writer:
            make_place(writer)
        assert reader.scalars(select(Place.id)).all() == before
    with database.reading() as reader:
        assert len(reader.scalars(select(Place.id)).all()) == 1


@pytest.mark.usefixtures("any_url")
def test_a_failed_block_leaves_nothing_behind(database: Database) -> None:
    """All or nothing."""
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        make_place(session, name=str(1 // 0))
    with database.reading() as reader:
        assert reader.scalars(select(Place)).all() == []


@pytest.mark.usefixtures("any_url")
def test_foreign_keys_are_held(database: Database) -> None:
    """SQLite does so only when told."""
    orphan = "INSERT INTO stall (uid, path, place_id, number, goods) VALUES ('u', '/', 99, '1', '')"
    with pytest.raises(Exception, match=r"(?i)foreign key"), database.transaction() as session:
        session.execute(text(orphan))


@pytest.mark.usefixtures("any_url")
def test_a_scope_holds_its_sub_tree_and_no_neighbour(session: Session) -> None:
    """`/32/3206/` holds `/32/3206/1/`, not `/32/32061/`; SQL and domain agree."""
    paths = ["/32/3206/1/", "/32/32061/", "/32/3206/", "/33/", "/32/3206/1/2/"]
    for number, path in enumerate(paths):
        make_place(session, path=path, name=str(number))
    for scope in (
        Scope(("/32/3206/",)),
        Scope(("/33/", "/32/32061/")),
        Scope(),
        Scope((EVERYWHERE,)),
    ):
        found = set(session.scalars(select(Place.path).where(within(Place.path, scope))))
        assert found == {path for path in paths if scope.holds(path)}


def test_a_public_id_is_a_uuid_of_version_7() -> None:
    """And nothing else passes for one."""
    assert is_uid(new_uid())
    assert not is_uid(new_uid().upper())
    assert not is_uid("00000000-0000-4000-8000-000000000000")
    assert not is_uid("../../etc/passwd")


def test_a_blob_is_stored_under_its_digest_and_once(tmp_path: Path) -> None:
    """Bytes that are not what the digest says are refused, and leave nothing."""
    blobs = Blobs(tmp_path / "blobs")
    digest = blobs.put(b"image")
    assert blobs.put(b"image", digest) == digest
    assert blobs.get(digest) == b"image"
    assert blobs.get("0" * 64) is None
    with pytest.raises(DigestMismatchError):
        blobs.put(b"image!", digest)
    assert [path.name for path in blobs.folder.rglob("*") if path.is_file()] == [digest]
