"""A damaged spool costs only the damaged records; the rest is sent as if nothing had been."""

import random
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scale_agent import salvage
from scale_agent.faults import SpoolDamagedError
from scale_agent.keys import make_or_load_key
from scale_agent.spool import DAMAGED, Signer, Spool
from scale_agent.spool_file import SPOOL_FILE, Rescue
from tests.agent.readings import ERRAND, image, reading
from tests.agent.station_server import STATION

AT = 1_795_416_000.0
RECORDS = 40
PAGE = salvage.PAGE_BYTES


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spool with forty readings of 20 KiB, closed in good order: no log beside it."""
    state = tmp_path_factory.mktemp("filled")
    fill(state)
    return state


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, copied while open: everything is still in the log."""
    open_state = tmp_path_factory.mktemp("open")
    state = tmp_path_factory.mktemp("killed")
    with Spool(open_state) as spool:
        capture(spool, open_state, RECORDS)
        shutil.copytree(open_state, state, dirs_exist_ok=True)
    (state / f"{SPOOL_FILE}-shm").unlink()
    return state


def capture(spool: Spool, state: Path, count: int) -> None:
    """Capture ``count`` readings, every fourth with an image of its own."""
    signer = Signer(STATION, make_or_load_key(state))
    for number in range(count):
        spool.capture(reading(number // 4, length=20480), ERRAND, by=signer, at=AT)


def fill(state: Path) -> None:
    """Make a spool and close it."""
    with Spool(state) as spool:
        capture(spool, state, RECORDS)


def reopened(state: Path) -> tuple[set[int], set[int], list[Rescue]]:
    """Open a spool; return what waits, what is set aside as damaged, and the rescues."""
    rescues: list[Rescue] = []
    with Spool(state, on_rescue=rescues.append) as spool:
        waiting = {record.seq for record in spool.waiting(limit=999, most_bytes=10**9)}
        aside = {entry.seq for entry in spool.asides() if entry.code == DAMAGED}
    return waiting, aside, rescues


def copy(source: Path, target: Path) -> Path:
    """Return a copy to spoil."""
    shutil.copytree(source, target)
    return target


def test_a_spoilt_record_is_set_aside_alone(filled: Path, tmp_path: Path) -> None:
    """A bit inside one envelope: SQLite does not notice, its digest does."""
    state = copy(filled, tmp_path / "s")
    database = sqlite3.connect(state / SPOOL_FILE)
    database.execute("UPDATE record SET envelope = x'00' WHERE seq = 7")
    database.commit()
    database.close()
    waiting, aside, rescues = reopened(state)
    assert waiting == set(range(1, RECORDS + 1)) - {7}
    assert (aside, rescues) == ({7}, [])


def test_a_file_that_is_no_database_is_moved_away_and_named(tmp_path: Path) -> None:
    """Never silently recreated over: the old bytes are still there, under a name that says so."""
    (tmp_path / SPOOL_FILE).write_bytes(b"somebody's shopping list " * 400)
    waiting, _, (rescue,) = reopened(tmp_path)
    assert waiting == set()
    assert rescue.moved_to is not None
    assert ".damaged-" in rescue.moved_to.name
    assert rescue.moved_to.read_bytes().startswith(b"somebody's shopping list")


def test_a_lost_header_costs_nothing(filled: Path, tmp_path: Path) -> None:
    """SQLite says it is no database; the rows prove themselves all the same."""
    state = copy(filled, tmp_path / "s")
    overwrite(state / SPOOL_FILE, 0, bytes(PAGE))
    waiting, _, (rescue,) = reopened(state)
    assert waiting == set(range(1, RECORDS + 1))
    assert (rescue.records, rescue.images) == (RECORDS, RECORDS // 4)


@pytest.mark.parametrize("seed", range(12))
def test_one_spoilt_page_costs_at_most_what_lay_on_it(
    filled: Path, tmp_path: Path, seed: int
) -> None:
    """Any page, of rows, of overflow, of the tree itself."""
    state = copy(filled, tmp_path / "s")
    path = state / SPOOL_FILE
    pages = path.stat().st_size // PAGE
    chance = random.Random(seed)  # noqa: S311 - repeatable damage
    page = chance.randrange(pages) if seed else 1
    lost = rows_on(path, page + 1)
    overwrite(path, page * PAGE, chance.randbytes(PAGE))
    waiting, aside, _ = reopened(state)
    assert set(range(1, RECORDS + 1)) - waiting <= lost
    assert aside <= lost


@pytest.mark.parametrize("text", ["uid", "digest", "images", "proof"])
def test_a_spoilt_text_is_set_aside_alone(filled: Path, tmp_path: Path, text: str) -> None:
    """Bytes that are no UTF-8 make SQLite's driver raise, unless it is told better."""
    state = copy(filled, tmp_path / "s")
    database = sqlite3.connect(state / SPOOL_FILE)
    database.execute(f"UPDATE record SET {text} = cast(x'80ff' AS TEXT) WHERE seq = 7")  # noqa: S608 - four names
    database.commit()
    database.close()
    waiting, aside, rescues = reopened(state)
    assert waiting == set(range(1, RECORDS + 1)) - {7}
    assert (aside, rescues) == ({7}, [])


def test_a_spoilt_schema_is_damage_too(filled: Path, tmp_path: Path) -> None:
    """The driver cannot even decode the error message: found by the random test below."""
    state = copy(filled, tmp_path / "s")
    path = state / SPOOL_FILE
    overwrite(path, path.read_bytes().index(b"CREATE TABLE record") + 9, b"\x80")
    assert reopened(state)[0] == set(range(1, RECORDS + 1))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_random_damage_never_invents_or_stops_anything(
    filled: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever is handed out is byte for byte what was captured, and the spool goes on."""
    with Spool(filled) as spool:
        whole = {r.seq: r for r in spool.waiting(limit=999, most_bytes=10**9)}
    state = copy(filled, tmp_path_factory.mktemp("damage") / "s")
    path = state / SPOOL_FILE
    size = path.stat().st_size
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, size - 1))
        overwrite(path, at, data.draw(st.binary(min_size=1, max_size=300)))
    if data.draw(st.booleans()):
        with path.open("r+b") as stream:
            stream.truncate(data.draw(st.integers(0, size)))
    with Spool(state) as spool:
        for record in spool.waiting(limit=999, most_bytes=10**9):
            assert record == whole[record.seq]
        signer = Signer(STATION, make_or_load_key(state))
        assert spool.capture(reading(), ERRAND, by=signer, at=AT).seq > max(whole)
    shutil.rmtree(state)


def test_a_spoilt_frame_in_the_log_costs_at_most_its_own_rows(killed: Path, tmp_path: Path) -> None:
    """SQLite would forget every later record without a word: the control shows it."""
    state = copy(killed, tmp_path / "s")
    log = state / f"{SPOOL_FILE}-wal"
    frames = (log.stat().st_size - 32) // (PAGE + 24)
    overwrite(log, 32 + frames // 2 * (PAGE + 24) + 500, b"\xde\xad\xbe\xef")

    control = copy(state, tmp_path / "control")
    database = sqlite3.connect(control / SPOOL_FILE)
    (left,) = database.execute("SELECT count(*) FROM record").fetchone()
    database.close()
    assert left < RECORDS * 3 / 4

    waiting, _, _ = reopened(state)
    assert len(waiting) >= RECORDS - 1


def test_a_log_without_its_header_costs_nothing(killed: Path, tmp_path: Path) -> None:
    """The frames are still there."""
    state = copy(killed, tmp_path / "s")
    overwrite(state / f"{SPOOL_FILE}-wal", 0, bytes(32))
    assert reopened(state)[0] == set(range(1, RECORDS + 1))


def test_a_sound_log_is_left_to_sqlite(killed: Path) -> None:
    """The ordinary case after a kill: nothing is carved."""
    assert salvage.rows_lost_to_a_damaged_log(killed / SPOOL_FILE) is None


def test_carving_finds_what_sqlite_finds(filled: Path) -> None:
    """Rows with overflow pages and images of five pages, byte for byte."""
    found = salvage.carve(filled / SPOOL_FILE)
    assert {row.seq for row in found.records} == set(range(1, RECORDS + 1))
    assert {content for _, _, content in found.images} == {
        image(number, 20480) for number in range(RECORDS // 4)
    }


def test_damage_while_running_is_repaired_on_the_way(filled: Path, tmp_path: Path) -> None:
    """The station does not have to be restarted."""
    state = copy(filled, tmp_path / "s")
    rescues: list[Rescue] = []
    with Spool(state, on_rescue=rescues.append) as spool:
        path = state / SPOOL_FILE
        for page in range(1, 4):
            overwrite(path, page * PAGE, b"\x99" * PAGE)
        spool._database.read("PRAGMA shrink_memory")  # noqa: SLF001 - forget the cached pages
        waiting = spool.waiting(limit=999, most_bytes=10**9)
        assert len(rescues) == 1
        assert len(waiting) >= RECORDS - 6


def test_a_second_program_never_rebuilds(filled: Path, tmp_path: Path) -> None:
    """``spool list`` beside a running agent must not move the file away under it."""
    state = copy(filled, tmp_path / "s")
    overwrite(state / SPOOL_FILE, 0, bytes(PAGE))
    with pytest.raises(SpoolDamagedError, match="rebuilds it"):
        Spool(state, on_rescue=None)
    assert not list(state.glob("*.damaged-*"))


def overwrite(path: Path, at: int, content: bytes) -> None:
    """Let the disk forget."""
    with path.open("r+b") as stream:
        stream.seek(at)
        stream.write(content)


def rows_on(path: Path, page: int) -> set[int]:
    """Return the records that need this page: control for what may be lost."""
    content = path.read_bytes()
    pages = {n + 1: content[n * PAGE : (n + 1) * PAGE] for n in range(len(content) // PAGE)}
    without = {number: body for number, body in pages.items() if number != page}
    found: set[int] = set()
    for number, body in without.items():
        found |= {
            row[0]
            for row in salvage._rows(number, body, without)  # noqa: SLF001 - the decoder itself
            if len(row[1]) == 9
        }
    return set(range(1, RECORDS + 1)) - found
