"""Delivery: at least once, exactly one effect, and a receipt before anything is forgotten."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scale_agent.backoff import LONGEST_S, Backoff
from scale_agent.clock import Clock
from scale_agent.keys import load_key
from scale_agent.records import Record
from scale_agent.server_link import ServerAwayError, ServerLink
from scale_agent.spool import Signer, Spool
from scale_agent.upload import IDLE_S, Courier
from tests.agent.readings import ERRAND, image, reading
from tests.agent.station_server import STATION, TOKEN, StationServer

AT = 1_795_416_000.0


@dataclass
class Bench:
    """A station's spool and courier, with time in the test's hand."""

    server: StationServer
    spool: Spool
    courier: Courier
    signer: Signer
    now: float = 0.0

    def capture(self, number: int = 0) -> Record:
        """Take a reading in."""
        return self.spool.capture(reading(number), ERRAND, by=self.signer, at=AT)

    def step(self) -> float:
        """One delivery; let the rest pass."""
        rest = self.courier.step(self.now)
        self.now += rest
        return rest

    def drain(self, steps: int = 60) -> None:
        """Deliver until nothing waits, or the steps are used up."""
        for _ in range(steps):
            counts = self.spool.counts()
            if not counts.waiting and not counts.images_wanted:
                return
            self.step()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """An enrolled station and its server."""
    with StationServer() as server:
        identity = server.enrol(tmp_path)
        link = ServerLink(server.url, clock=Clock(), token=TOKEN)
        with link, Spool(tmp_path) as spool:
            signer = Signer(STATION, load_key(tmp_path))
            yield Bench(server, spool, Courier(spool, link, identity), signer)
        assert server.complaints == []
        assert set(server.effects.values()) <= {1}


def test_one_goes_alone_and_many_go_together(bench: Bench) -> None:
    """A batch holds a hundred at most, in the station's own order."""
    bench.capture()
    bench.drain()
    for _ in range(130):
        bench.capture()
    bench.drain()
    assert bench.server.batches == [1, 100, 30]
    assert bench.server.order == list(range(1, 132))


def test_wanted_images_follow_the_record(bench: Bench) -> None:
    """By PUT, once each; afterwards nothing is left here."""
    for number in (1, 2, 1):
        bench.capture(number)
    bench.drain()
    assert set(bench.server.blobs.values()) == {image(1), image(2)}
    assert bench.server.requests["PUT"] == 2
    assert bench.spool.counts().images == 0


def test_an_image_that_nobody_wants_is_not_sent(bench: Bench) -> None:
    """The server knows it already."""
    bench.server.wants_images = False
    bench.capture()
    bench.drain()
    assert bench.server.requests["PUT"] == 0
    assert bench.spool.counts().images == 0


@pytest.mark.parametrize(
    "fault",
    [
        "down",
        "lost",
        "truncated",
        "garbage",
        "wrong_receipt",
        "wrong_signature",
        500,
        502,
        429,
        503,
        401,
        403,
        404,
        302,
    ],
)
@pytest.mark.parametrize("count", [1, 3])
def test_trouble_delays_and_loses_nothing(bench: Bench, fault: str | int, count: int) -> None:
    """After each kind of trouble the record is still here, later it has one effect."""
    records = [bench.capture(number) for number in range(count)]
    # A single refused with 403 or 404 is asked again as a batch of one.
    bench.server.faults.extend([fault, fault])
    assert bench.step() > 0
    assert bench.spool.counts().waiting == count
    assert bench.spool.asides() == ()
    bench.drain()
    assert bench.spool.counts().waiting == 0
    assert bench.server.effects == {record.uid: 1 for record in records}


def test_the_servers_own_wish_for_a_pause_is_kept(bench: Bench) -> None:
    """Retry-After in seconds: never sooner, and not all stations at once."""
    bench.server.retry_after = "17"
    bench.server.faults.append(429)
    bench.capture()
    first = bench.step()
    assert 17 <= first <= 17 * 1.5
    bench.server.faults.append(503)
    second = bench.step()
    assert 17 <= second <= 17 * 1.5
    assert first != second
    bench.server.retry_after = "Wed, 21 Oct 1815 07:28:00 GMT"
    bench.server.faults.append(503)
    assert 0 < bench.step() < 1


def test_being_told_to_wait_is_no_failure(bench: Bench) -> None:
    """After a long queue at a busy server, one broken connection costs a second, not minutes."""
    bench.server.retry_after = "3"
    bench.server.faults.extend([503] * 12 + ["down"])
    bench.capture()
    for _ in range(12):
        assert 3 <= bench.step() <= 4.5
    assert bench.step() <= 1


def test_pauses_grow_with_jitter_up_to_five_minutes() -> None:
    """A thousand stations do not come back in the same second."""
    backoff = Backoff(chance=random.Random(1))  # noqa: S311 - repeatable
    rests = [backoff.fail() for _ in range(40)]
    for number, rest in enumerate(rests):
        ceiling = min(2.0**number, LONGEST_S)
        assert ceiling / 2 <= rest <= ceiling
    assert len(set(rests)) == len(rests)
    backoff.succeed()
    assert backoff.fail() <= 1


def test_a_refused_record_is_set_aside_alone_with_the_servers_words(bench: Bench) -> None:
    """In a batch as well as alone; the others go."""
    for _ in range(4):
        bench.capture()
    bench.server.refusals[2] = (422, "evidence_invalid", "This scale was scrapped")
    bench.drain()
    bench.server.refusals[5] = (403, "not_your_scale", "Another station reads this scale")
    bench.capture()
    bench.drain()
    asides = {(aside.seq, aside.status, aside.code, aside.words) for aside in bench.spool.asides()}
    assert asides == {
        (2, 422, "evidence_invalid", "This scale was scrapped"),
        (5, 403, "not_your_scale", "Another station reads this scale"),
    }
    assert bench.server.order == [1, 3, 4]


def test_a_conflict_is_set_aside_and_the_first_stays(bench: Bench) -> None:
    """Same uid, other bytes: nobody overwrites evidence."""
    record = bench.capture()
    bench.server.bodies[record.uid] = b"something else"
    bench.drain()
    (aside,) = bench.spool.asides()
    assert (aside.status, aside.code) == (409, "evidence_conflict")
    assert bench.server.bodies[record.uid] == b"something else"


def test_a_retried_record_can_still_arrive(bench: Bench) -> None:
    """The server was put right meanwhile."""
    record = bench.capture()
    bench.server.refusals[1] = (422, "evidence_invalid", "no")
    bench.drain()
    bench.server.refusals.clear()
    bench.spool.retry(record.uid)
    bench.now += IDLE_S
    bench.drain()
    assert bench.server.effects == {record.uid: 1}


def test_one_poisonous_record_does_not_hold_up_the_others(bench: Bench) -> None:
    """A record on which the server falls over is neither dropped nor in the way."""
    for _ in range(20):
        bench.capture()
    bench.server.poison.add(7)
    bench.drain(60)
    assert sorted(bench.server.order) == [n for n in range(1, 21) if n != 7]
    (left,) = bench.spool.waiting(limit=9, most_bytes=10**6)
    assert left.seq == 7
    bench.server.poison.clear()
    bench.drain()
    assert bench.server.order[-1] == 7


def test_an_unknown_station_keeps_everything(bench: Bench) -> None:
    """A revoked token refuses the station, not its records."""
    for _ in range(3):
        bench.capture()
    bench.server.is_unknown_station = True
    for _ in range(20):
        bench.step()
    assert bench.spool.counts().waiting == 3
    assert bench.spool.asides() == ()


@pytest.mark.parametrize("status", [404, 413, 422])
def test_a_refused_image_is_set_aside_and_a_busy_one_comes_later(bench: Bench, status: int) -> None:
    """Unwanted, too large and damaged are for good; 503 is not."""
    bench.server.put_faults.extend([503, status])
    record = bench.capture()
    bench.drain()
    ((sha256, words),) = bench.spool.images.asides()
    assert sha256 == record.images[0]
    assert str(status) in words
    assert bench.spool.images.retry() == 1


def test_a_week_without_a_server(tmp_path: Path) -> None:
    """Hourly readings of two ports for seven days, then everything arrives in order."""
    with StationServer(wants_images=False) as server:
        identity = server.enrol(tmp_path)
        signer = Signer(STATION, load_key(tmp_path))
        hours = 7 * 24
        with (
            ServerLink("http://127.0.0.1:9", clock=Clock(), token=TOKEN) as away,
            Spool(tmp_path) as spool,
        ):
            courier = Courier(spool, away, identity)
            now = 0.0
            for hour in range(hours):
                for port in range(2):
                    spool.capture(reading(port), ERRAND, by=signer, at=AT + hour * 3600)
                assert courier.step(now) > 0
                now += 3600
        with (
            ServerLink(server.url, clock=Clock(), token=TOKEN) as back,
            Spool(tmp_path) as spool,
        ):
            bench = Bench(server, spool, Courier(spool, back, identity), signer)
            bench.drain()
        assert server.order == list(range(1, 2 * hours + 1))
        assert set(server.effects.values()) == {1}


def test_an_answer_without_end_is_given_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that sends for ever must not fill the station's memory."""
    monkeypatch.setattr("scale_agent.server_link.MOST_ANSWER_BYTES", 100)
    bench.capture()
    bench.step()
    assert bench.spool.counts().waiting == 1


def test_the_link_never_follows_the_environment(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy of somebody's shell session is not a setting of the station."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    clock = Clock()
    with ServerLink(bench.server.url, clock=clock, token=TOKEN) as link:
        assert link.ask("GET", "/api/v1/stations/me/tasks?wait=0").is_ok
        assert abs(clock.offset_s or 0) <= 30
    with (
        ServerLink("http://127.0.0.1:9", clock=clock, proxy="http://127.0.0.1:9") as link,
        pytest.raises(ServerAwayError, match="no answer"),
    ):
        link.ask("GET", "/")


def test_a_slow_server_is_waited_for(bench: Bench) -> None:
    """Half a second is not trouble."""
    bench.server.faults.append("slow")
    bench.capture()
    began = time.monotonic()
    bench.drain()
    assert time.monotonic() - began >= 0.5
    assert bench.server.batches == [1]
