"""A wrong, short, changed or foreign backup is refused in words, with the target as it was."""

import io
import os
import shutil
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import text

from app.config import Settings
from app.crypto import keys
from app.db import schema
from app.db.session import Database
from app.upkeep import archive
from app.upkeep.archive import Reader
from app.upkeep.errors import UpkeepError
from tests.upkeep.conftest import House


def test_a_realm_must_be_named_where_nothing_is(elsewhere: House, file: Path) -> None:
    """The refusal prints the key id that confirms it."""
    with Reader(file) as backup:
        realm = backup.manifest.realm
    with pytest.raises(UpkeepError, match=f"--realm {realm}"):
        elsewhere.restore(file, realm=None)
    assert not elsewhere.settings.home.exists()


def test_another_installations_backup_is_refused(
    house: House, file: Path, tmp_path: Path, sqlite_template: Path
) -> None:
    """Even with --replace, even when its realm is named; and nothing has changed."""
    home = tmp_path / "stranger"
    keys.create(home / "keys")
    shutil.copyfile(sqlite_template, home / "wutong.db")
    stranger = House(Settings(home=home, database_url=f"sqlite:///{home / 'wutong.db'}"))
    stranger.grow()
    before = stranger.state()
    with pytest.raises(UpkeepError, match="another installation"):
        stranger.restore(file, replace=True)
    assert stranger.state() == before
    assert house.is_whole()


def spoil_member(file: Path, name: str) -> None:
    """Change one byte in the middle of a member."""
    with tarfile.open(file) as tar:
        member = next(each for each in tar if each.name.startswith(name))
    content = bytearray(file.read_bytes())
    content[member.offset_data + member.size // 2] ^= 1
    file.write_bytes(content)


def rewrite(file: Path, leave_out: str = "", add: str = "") -> None:
    """Write the archive again with other members."""
    into = io.BytesIO()
    with tarfile.open(file) as tar, tarfile.open(fileobj=into, mode="w") as fresh:
        if add:
            about = tarfile.TarInfo(add)
            about.size = 4
            fresh.addfile(about, io.BytesIO(b"evil"))
        for member in tar:
            if not (leave_out and member.name.startswith(leave_out)):
                fresh.addfile(member, tar.extractfile(member))
    file.write_bytes(into.getvalue())


def cut(file: Path, share: float) -> None:
    """Cut the file off."""
    os.truncate(file, int(file.stat().st_size * share))


SPOILED = {
    "empty": lambda file: cut(file, 0),
    "cut to one byte": lambda file: file.write_bytes(file.read_bytes()[:1]),
    "cut in the database": lambda file: cut(file, 0.3),
    "cut in the blobs": lambda file: cut(file, 0.9),
    "cut in the manifest": lambda file: os.truncate(file, file.stat().st_size - 10_241),
    "a byte of the database": lambda file: spoil_member(file, "database"),
    "a byte of a blob": lambda file: spoil_member(file, "blobs/"),
    "a byte of the keys": lambda file: spoil_member(file, "keys.sealed"),
    "a byte of the manifest": lambda file: spoil_member(file, "manifest.json"),
    "a blob left out": lambda file: rewrite(file, leave_out="blobs/"),
    "the keys left out": lambda file: rewrite(file, leave_out="keys"),
    "a file slipped in": lambda file: rewrite(file, add="../../evil"),
    "no backup at all": lambda file: file.write_bytes(os.urandom(20_000)),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_short_or_changed_backup_changes_nothing(how: str, house: House, file: Path) -> None:
    """Refused in words, with the target as it was."""
    before = house.state()
    SPOILED[how](file)
    with pytest.raises(UpkeepError) as refusal:
        house.restore(file, replace=True)
    assert str(refusal.value)
    assert house.state() == before


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"passphrase": "another horse battery"}, "passphrase"),
        ({"replace": False}, "not empty"),
        ({"by": "nobody"}, "nobody is called"),
    ],
)
@pytest.mark.usefixtures("any_url")
def test_a_wrong_order_changes_nothing(
    how: dict[str, object], words: str, house: House, file: Path
) -> None:
    """On both databases, the last one after everything was staged."""
    before = house.state()
    with pytest.raises(UpkeepError, match=words):
        house.restore(file, **{"replace": True, **how})
    assert house.state() == before


@pytest.mark.usefixtures("any_url")
def test_while_it_is_in_use_nothing_is_replaced(house: House, file: Path) -> None:
    """Web or jobs would go on writing into what was put aside."""
    database = Database(house.settings.database_url)
    with database.reading() as session:
        session.execute(text("SELECT 1 FROM scale"))
        with pytest.raises(UpkeepError, match="in use"):
            house.restore(file, replace=True)
    database.dispose()


def test_a_full_disk_is_seen_before_anything_is_done(
    house: House, elsewhere: House, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of both commands."""
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: usage)
    with pytest.raises(UpkeepError, match="MiB left"):
        elsewhere.restore(file)
    assert not elsewhere.settings.home.exists()
    with pytest.raises(UpkeepError, match="MiB left"):
        house.back_up(tmp_path / "b")


def test_a_disk_that_fills_up_on_the_way_changes_nothing(
    house: House, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The free space was somebody else's a second later."""
    before = house.state()

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.Reader, "extract", refuse)
    with pytest.raises(OSError, match="No space"):
        house.restore(file, replace=True)
    assert house.state() == before


def test_a_schema_of_the_future_is_refused(
    house: House, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older program does not know what is in there."""
    before = house.state()
    monkeypatch.setattr(schema, "knows", lambda _url, _revision: False)
    with pytest.raises(UpkeepError, match="newer than this program"):
        house.restore(file, replace=True)
    assert house.state() == before


def test_a_ledger_that_was_damaged_before_comes_back_only_if_that_is_wanted(
    house: House, elsewhere: House, tmp_path: Path
) -> None:
    """The backup is faithful: it does not make good what somebody did to the rows."""
    database = Database(house.settings.database_url)
    with database.transaction() as session:
        session.execute(text("UPDATE scale SET serial_no = 'OTHER'"))
    database.dispose()
    file = house.back_up(tmp_path / "x")
    with pytest.raises(UpkeepError, match="row_altered"):
        elsewhere.restore(file)
    assert not elsewhere.settings.home.exists()
    elsewhere.restore(file, damaged_as_it_was=True)
    assert [problem.code for problem in elsewhere.problems()] == ["row_altered"]
