"""The spool: captured means durable, and nothing leaves without a receipt."""

import base64
import json
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from scale_agent import spool_sequence
from scale_agent.faults import DiskNearlyFullError, SpoolDamagedError
from scale_agent.keys import make_or_load_key
from scale_agent.records import Record
from scale_agent.spool import Signer, Spool
from scale_agent.spool_file import SPOOL_FILE, Rescue
from tests.agent.readings import ERRAND, image, reading
from tests.agent.station_server import STATION

AT = 1_795_416_000.0


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    """A station's key."""
    return Signer(STATION, make_or_load_key(tmp_path))


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    """An empty spool."""
    with Spool(tmp_path) as opened:
        yield opened


def waiting(spool: Spool) -> tuple[Record, ...]:
    """Return everything that waits."""
    return spool.waiting(limit=1000, most_bytes=10**9)


def told(record: Record) -> dict[str, Any]:
    """Return the evidence in a record."""
    payload = base64.b64decode(json.loads(record.envelope)["payload"])
    document: dict[str, Any] = json.loads(payload)
    return document


def test_the_order_is_the_stations_own_whatever_the_clock_says(
    spool: Spool, signer: Signer
) -> None:
    """Numbers go up by one while the clock jumps to 1970 and to 2090."""
    for at in (AT, 0.0, AT + 2e9, -5.0):
        spool.capture(reading(), ERRAND, by=signer, at=at)
    documents = [told(record) for record in waiting(spool)]
    assert [document["seq"] for document in documents] == [1, 2, 3, 4]
    assert [document["iat"] for document in documents] == [int(AT), 0, int(AT + 2e9), 0]


def test_the_sequence_goes_on_when_everything_was_delivered(tmp_path: Path, signer: Signer) -> None:
    """An emptied spool, closed and opened, does not begin at one again."""
    with Spool(tmp_path) as spool:
        for _ in range(3):
            spool.capture(reading(), ERRAND, by=signer, at=AT)
        for record in waiting(spool):
            spool.settle(record, ())
    with Spool(tmp_path) as spool:
        assert spool.capture(reading(), ERRAND, by=signer, at=AT).seq == 4


def test_a_failed_capture_uses_up_no_number(spool: Spool, signer: Signer) -> None:
    """Gapless: a gap on the server means a loss and nothing else."""
    with pytest.raises(AttributeError):
        spool.capture(replace(reading(), parts=(None,)), ERRAND, by=signer, at=AT)  # type: ignore[arg-type] # the point
    bad_key = Signer(STATION, object())  # type: ignore[arg-type] # fails inside the transaction
    with pytest.raises(AttributeError):
        spool.capture(reading(), ERRAND, by=bad_key, at=AT)
    assert spool.capture(reading(), ERRAND, by=signer, at=AT).seq == 1


def test_an_image_is_kept_until_the_server_wants_it_or_not(spool: Spool, signer: Signer) -> None:
    """Wanted images stay after the receipt, the others go with the last record."""
    first, second = (spool.capture(reading(1), ERRAND, by=signer, at=AT) for _ in range(2))
    other = spool.capture(reading(2), ERRAND, by=signer, at=AT)
    assert spool.counts().images == 2
    spool.settle(other, ())
    assert spool.images.get(other.images[0]) is None
    spool.settle(first, ())
    assert spool.images.get(second.images[0]) == image(1)
    spool.settle(second, second.images)
    assert spool.images.next_wanted() == (second.images[0], image(1))
    spool.images.delivered(second.images[0])
    assert spool.counts().images == 0


def test_a_delivered_image_stays_for_a_record_that_still_waits(
    spool: Spool, signer: Signer
) -> None:
    """Its receipt may yet ask for it: another server may have taken over a backup."""
    first, second = (spool.capture(reading(1), ERRAND, by=signer, at=AT) for _ in range(2))
    spool.settle(first, first.images)
    spool.images.delivered(first.images[0])
    assert spool.images.get(second.images[0]) == image(1)
    assert spool.images.next_wanted() is None


def test_a_nonce_is_used_once(spool: Spool, signer: Signer) -> None:
    """The newest first, then none: a reading without a nonce is still kept."""
    spool.nonces.add([("a" * 32, int(AT) + 10), ("b" * 32, int(AT) + 20)], at=AT)
    for _ in range(3):
        spool.capture(reading(), ERRAND, by=signer, at=AT)
    assert [told(record).get("eat_nonce") for record in waiting(spool)] == [
        "b" * 32,
        "a" * 32,
        None,
    ]


def test_an_expired_nonce_is_not_used(spool: Spool, signer: Signer) -> None:
    """72 hours are 72 hours."""
    spool.nonces.add([("a" * 32, int(AT))], at=AT - 60)
    assert "eat_nonce" not in told(spool.capture(reading(), ERRAND, by=signer, at=AT))


def test_a_tasks_own_nonce_leaves_the_book_alone(spool: Spool, signer: Signer) -> None:
    """The task brought a fresher one, and is remembered as done."""
    spool.nonces.add([("a" * 32, int(AT) + 10)], at=AT)
    errand = replace(ERRAND, task="0199f3a0-0000-7222-a000-0242ac120004", nonce="c" * 32)
    assert told(spool.capture(reading(), errand, by=signer, at=AT))["eat_nonce"] == "c" * 32
    assert spool.nonces.left(at=AT) == 1
    assert spool.has_done(str(errand.task))


def test_set_aside_records_leave_the_queue_and_come_back(spool: Spool, signer: Signer) -> None:
    """With the server's words, one or all."""
    records = [spool.capture(reading(), ERRAND, by=signer, at=AT) for _ in range(3)]
    for record in records[:2]:
        spool.set_aside(record.seq, status=422, code="evidence_invalid", words="no such scale")
    assert waiting(spool) == (records[2],)
    assert {(aside.status, aside.words) for aside in spool.asides()} == {(422, "no such scale")}
    assert spool.retry(records[1].uid) == 1
    assert [record.seq for record in waiting(spool)] == [2, 3]
    assert spool.retry() == 1


def test_a_nearly_full_disk_refuses_new_readings_and_keeps_the_old(
    tmp_path: Path, signer: Signer
) -> None:
    """Loudly: the sentence says how much room there is and what happens to the rest."""
    room = [10**9]
    with Spool(tmp_path, min_free_bytes=10**8, free=lambda _: room[0]) as spool:
        spool.ensure_room()
        spool.capture(reading(), ERRAND, by=signer, at=AT)
        room[0] = 10**8 - 1
        with pytest.raises(DiskNearlyFullError, match="95 MiB left"):
            spool.ensure_room()
        assert len(waiting(spool)) == 1


def test_a_batch_is_limited_in_number_and_size(spool: Spool, signer: Signer) -> None:
    """At least one record comes, however large."""
    size = len(spool.capture(reading(), ERRAND, by=signer, at=AT).envelope)
    for _ in range(4):
        spool.capture(reading(), ERRAND, by=signer, at=AT)
    assert [r.seq for r in spool.waiting(limit=3, most_bytes=10**9)] == [1, 2, 3]
    assert [r.seq for r in spool.waiting(limit=9, most_bytes=2 * size + 20)] == [1, 2]
    assert [r.seq for r in spool.waiting(limit=9, most_bytes=1, skip=[1])] == [2]


def test_eight_ports_capture_at_once_without_a_gap(spool: Spool, signer: Signer) -> None:
    """Threads share the spool."""

    def work() -> None:
        for _ in range(10):
            spool.capture(reading(), ERRAND, by=signer, at=AT)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [record.seq for record in waiting(spool)] == list(range(1, 81))


def test_only_the_owner_can_read_the_spool(tmp_path: Path, spool: Spool, signer: Signer) -> None:
    """Its log and its index too."""
    spool.capture(reading(), ERRAND, by=signer, at=AT)
    for path in tmp_path.glob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_the_spool_waits_for_the_disk_at_each_commit(tmp_path: Path, spool: Spool) -> None:
    """synchronous=FULL in a write-ahead log; test_soak shows the calls themselves."""
    assert spool._database.read("PRAGMA synchronous") == [(2,)]  # noqa: SLF001 - the point
    assert spool._database.read("PRAGMA journal_mode") == [("wal",)]  # noqa: SLF001
    assert (tmp_path / SPOOL_FILE).exists()


def test_a_lost_spool_never_repeats_a_number(tmp_path: Path, signer: Signer) -> None:
    """The bound outside the database leaves a gap, which tells of the loss."""
    with Spool(tmp_path) as spool:
        last = spool.capture(reading(), ERRAND, by=signer, at=AT).seq
    for path in tmp_path.glob(f"{SPOOL_FILE}*"):
        path.unlink()
    rescues: list[Rescue] = []
    with Spool(tmp_path, on_rescue=rescues.append) as spool:
        assert rescues == [Rescue(None, 0, 0)]
        seq = spool.capture(reading(), ERRAND, by=signer, at=AT).seq
    assert seq > last
    assert spool_sequence.reserved(tmp_path) >= seq


def test_a_folder_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    """Not as an error of SQLite."""
    (tmp_path / SPOOL_FILE).mkdir()
    with pytest.raises(SpoolDamagedError, match="spool"):
        Spool(tmp_path)


class SpoolLife(RuleBasedStateMachine):
    """Any order of captures, receipts, refusals and restarts keeps the books."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="spool-"))
        self.spool = Spool(self.folder)
        self.signer = Signer(STATION, make_or_load_key(self.folder))
        self.waiting: dict[int, Record] = {}
        self.aside: dict[int, Record] = {}
        self.wanted: set[str] = set()
        self.last = 0

    @rule(number=st.integers(0, 3))
    def capture(self, number: int) -> None:
        """A reading comes in."""
        record = self.spool.capture(reading(number), ERRAND, by=self.signer, at=AT)
        self.last += 1
        assert record.seq == self.last
        self.waiting[record.seq] = record

    @rule(data=st.data(), wants=st.booleans())
    def settle(self, data: st.DataObject, wants: bool) -> None:
        """A receipt comes back."""
        if self.waiting:
            record = self.waiting.pop(data.draw(st.sampled_from(sorted(self.waiting))))
            self.spool.settle(record, record.images if wants else ())
            if wants:
                self.wanted.update(record.images)

    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        """The server refuses one."""
        if self.waiting:
            seq = data.draw(st.sampled_from(sorted(self.waiting)))
            self.aside[seq] = self.waiting.pop(seq)
            self.spool.set_aside(seq, status=422, code="no", words="no")

    @rule()
    def retry(self) -> None:
        """The operator lets them go again."""
        self.spool.retry()
        self.waiting.update(self.aside)
        self.aside.clear()

    @rule()
    def deliver_an_image(self) -> None:
        """The server takes an image."""
        found = self.spool.images.next_wanted()
        assert (found is None) == (not self.wanted)
        if found is not None:
            self.spool.images.delivered(found[0])
            self.wanted.remove(found[0])

    @rule()
    def restart(self) -> None:
        """The agent is stopped and started."""
        self.spool.close()
        self.spool = Spool(self.folder)

    @invariant()
    def nothing_is_lost(self) -> None:
        """What waits is what was captured and not settled, with its images."""
        found = {record.seq: record for record in waiting(self.spool)}
        assert found == self.waiting
        assert {aside.seq for aside in self.spool.asides()} == set(self.aside)
        needed = {name for r in (*self.waiting.values(), *self.aside.values()) for name in r.images}
        assert set(self.spool.images.names()) == needed | self.wanted

    def teardown(self) -> None:
        """Close the file."""
        self.spool.close()
        shutil.rmtree(self.folder)


TestSpoolLife = SpoolLife.TestCase
TestSpoolLife.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


def test_the_database_refuses_nothing_silently(spool: Spool) -> None:
    """An SQL mistake of ours is an error in words, not a lost record."""
    with pytest.raises(SpoolDamagedError):
        spool._database.change("INSERT INTO record (seq) VALUES (1)")  # noqa: SLF001 - the point
