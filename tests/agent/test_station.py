"""The station daemon against a real server: tasks, schedule, progress, days alone."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scale_agent.clock import Clock
from scale_agent.config import Config, PortConfig
from scale_agent.keys import Identity, load_key
from scale_agent.lock import BusyError, only_one
from scale_agent.poll import PACE_S
from scale_agent.port_worker import Read
from scale_agent.reading import read_scale
from scale_agent.results import Reading
from scale_agent.spool import Signer, Spool
from scale_agent.station import Station
from tests.agent.readings import ERRAND, FakeScale, reading
from tests.agent.station_server import SCALE, STATION, StationServer, until

PORT = PortConfig(name="bench-1", url="loop://1", protocol="stk500v1")


@pytest.fixture
def server() -> Iterator[StationServer]:
    """A running server."""
    with StationServer() as running:
        yield running


@contextmanager
def station(
    server: StationServer,
    state: Path,
    read: Read,
    *ports: PortConfig,
    clock: Clock | None = None,
    identity: Identity | None = None,
) -> Iterator[Station]:
    """Run a station in a thread for as long as the block lasts."""
    if identity is None:
        server.enrol(state)
    config = Config(server=server.url, state=state, ports=ports or (PORT,), min_free_mb=1)
    with Station(config, read=read, clock=clock) as running:
        thread = threading.Thread(target=running.run, daemon=True)
        thread.start()
        try:
            yield running
        finally:
            running.stop()
            thread.join(60)
            assert not thread.is_alive()


def test_a_task_becomes_evidence_with_its_nonce(server: StationServer, tmp_path: Path) -> None:
    """The nonce, the task and the scale of the task are in what the server receives."""
    task = server.ask_for_a_reading()
    nonce = server.tasks[task]["nonce"]
    with station(server, tmp_path, FakeScale()):
        until(lambda: server.evidence and server.blobs)
    (evidence,) = server.evidence.values()
    assert (evidence["task"], evidence["eat_nonce"], evidence["scale"]) == (task, nonce, SCALE)
    assert evidence["seq"] == 1
    assert evidence["measurements"][0]["sha256"] in server.blobs
    assert server.complaints == []


def test_the_first_scheduled_reading_begins_at_once(server: StationServer, tmp_path: Path) -> None:
    """A station that has just started need not wait a day for its first reading.

    With a nonce already: without one it would improve nothing.
    """
    port = replace(PORT, every_s=1)
    with station(server, tmp_path, FakeScale(), port):
        until(lambda: len(server.evidence) >= 2)
    assert sorted(server.order) == server.order
    assert all("task" not in evidence for evidence in server.evidence.values())
    assert all("eat_nonce" in evidence for evidence in server.evidence.values())


def test_progress_is_told_once_a_second_with_figures(server: StationServer, tmp_path: Path) -> None:
    """Bytes, passes and remaining time, at most once a second, however often they change."""
    task = server.ask_for_a_reading()
    with station(server, tmp_path, FakeScale(takes_s=2.5)):
        until(lambda: server.evidence)
    times = [at for at, told, _ in server.progress if told == task]
    assert len(times) >= 2
    assert min(later - sooner for sooner, later in pairwise(times)) > 0.5
    last = server.progress[-1][2]
    assert last["state"] == "running"
    assert 0 < last["bytes"] < last["total"] == 4096
    assert {"pass", "passes", "remaining_s"} <= last.keys()
    assert server.complaints == []


def test_a_cancelled_task_stops_its_reading(server: StationServer, tmp_path: Path) -> None:
    """410 on progress: no evidence is made of a reading that nobody wants."""
    task = server.ask_for_a_reading()
    server.gone.add(task)
    scale = FakeScale(takes_s=30)
    with station(server, tmp_path, scale):
        until(lambda: server.progress)
        server.tasks.clear()
        until(lambda: scale.at_once == 0)
    assert not server.evidence


def test_one_port_never_reads_twice_at_once_and_others_go_on(
    server: StationServer, tmp_path: Path
) -> None:
    """Tasks and schedule share a port; eight ports work side by side."""
    ports = [replace(PORT, name=f"p{n}", url=f"loop://{n}", every_s=1, scale=SCALE) for n in "abcd"]
    for port in ports:
        server.ask_for_a_reading(port.name)
    scales = {port.url: FakeScale(takes_s=0.2) for port in ports}

    def read(port_url: str, protocol: str, **rest: Any) -> Reading:  # noqa: ANN401 - passed on
        return scales[port_url](port_url, protocol, **rest)

    with station(server, tmp_path, read, *ports):
        until(lambda: not server.tasks and len(server.evidence) >= 8)
    assert {scale.most_at_once for scale in scales.values()} == {1}
    assert min(len(scale.ports) for scale in scales.values()) >= 2


def test_a_crash_on_one_port_stops_nothing(
    server: StationServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the other ports, and not the next reading of its own."""
    monkeypatch.setattr("scale_agent.port_worker.AFTER_A_CRASH_S", 0.05)
    ports = [replace(PORT, name=n, url=f"loop://{n}", every_s=1, scale=SCALE) for n in "ab"]
    scales = {"loop://a": FakeScale(crashes=1), "loop://b": FakeScale()}

    def read(port_url: str, protocol: str, **rest: Any) -> Reading:  # noqa: ANN401 - passed on
        return scales[port_url](port_url, protocol, **rest)

    with station(server, tmp_path, read, *ports):
        until(lambda: {e["port"] for e in server.evidence.values()} == {"a", "b"})
    assert len(scales["loop://a"].ports) >= 2


def test_a_crash_during_a_task_is_told_to_who_asked(
    server: StationServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page does not wait for ever."""
    monkeypatch.setattr("scale_agent.port_worker.AFTER_A_CRASH_S", 0.05)
    task = server.ask_for_a_reading()
    with station(server, tmp_path, FakeScale(crashes=1)):
        until(lambda: server.progress)
    assert server.progress[0][1:] == (
        task,
        {"state": "failed", "message": "the agent failed: RuntimeError"},
    )


def test_a_task_handed_out_twice_is_read_once(server: StationServer, tmp_path: Path) -> None:
    """The server repeats a task until its evidence has come; here the evidence is stuck."""
    server.ask_for_a_reading()
    server.faults.extend([503] * 3)
    scale = FakeScale()
    with station(server, tmp_path, scale):
        until(lambda: len(server.polls) >= 2 and server.evidence)
    assert len(scale.ports) == 1


def test_a_task_for_a_port_that_is_not_here_is_answered(
    server: StationServer, tmp_path: Path
) -> None:
    """The person who asked learns why nothing comes."""
    task = server.ask_for_a_reading("bench-9")
    with station(server, tmp_path, FakeScale()):
        until(lambda: server.progress)
    assert server.progress[0][1:] == (
        task,
        {"state": "failed", "message": "this station has no port named bench-9"},
    )


def test_a_forged_task_is_ignored(server: StationServer, tmp_path: Path) -> None:
    """Only the pinned key gives orders."""
    server.ask_for_a_reading()
    scale = FakeScale()
    pinned = server.enrol(tmp_path)
    server.key = Ed25519PrivateKey.generate()
    with station(server, tmp_path, scale, identity=pinned):
        until(lambda: len(server.polls) >= 2)
    assert scale.ports == []


def test_the_server_is_asked_at_a_measured_pace(server: StationServer, tmp_path: Path) -> None:
    """A busy server answers at once whatever ``wait`` says; that is no invitation."""
    with station(server, tmp_path, FakeScale()):
        until(lambda: len(server.polls) >= 2)
    assert server.polls[1] - server.polls[0] > PACE_S / 4  # asked at 0, heard late; asked at 2


def test_a_nearly_full_disk_reads_nothing_new_and_tells(
    server: StationServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task fails with the sentence; what was captured before still goes out."""
    monkeypatch.setattr("scale_agent.port_worker.AFTER_A_CRASH_S", 0.05)
    server.enrol(tmp_path)
    with Spool(tmp_path) as spool:
        spool.capture(reading(), ERRAND, by=Signer(STATION, load_key(tmp_path)), at=time.time())
    monkeypatch.setattr("scale_agent.station.MEBIBYTE", 2**50)
    task = server.ask_for_a_reading()
    scale = FakeScale()
    with station(server, tmp_path, scale):
        until(lambda: server.progress and server.evidence)
    assert scale.ports == []
    assert server.progress[0][1] == task
    assert "nearly full" in server.progress[0][2]["message"]


def test_a_wrong_clock_is_noted_and_refuses_nothing(server: StationServer, tmp_path: Path) -> None:
    """Three years behind: the reading goes out, says so, and its task has not expired."""
    behind = 3 * 365 * 86400
    clock = Clock(wall=lambda: time.time() - behind)
    server.ask_for_a_reading()
    with station(server, tmp_path, FakeScale(), clock=clock):
        until(lambda: server.evidence)
    (evidence,) = server.evidence.values()
    assert abs(evidence["facts"]["clock_offset_s"] - behind) <= 30
    assert evidence["iat"] < time.time() - behind + 60


def test_nonces_are_fetched_while_online_and_used_offline(
    server: StationServer, tmp_path: Path
) -> None:
    """Sixty-four of them; each appears in one reading at most."""
    port = replace(PORT, every_s=1)
    with station(server, tmp_path, FakeScale(), port) as running:
        until(lambda: running.spool.nonces.left(at=time.time()) >= 40)
        until(lambda: len(server.evidence) >= 3)
    used = [e["eat_nonce"] for e in server.evidence.values() if "eat_nonce" in e]
    assert used
    assert len(set(used)) == len(used)
    assert set(used) <= set(server.nonces)


def test_it_starts_and_reads_without_any_server(tmp_path: Path) -> None:
    """Days without a line: readings are captured, and wait."""
    with StationServer() as gone:
        gone.enrol(tmp_path)
    config = Config(
        server="http://127.0.0.1:9",
        state=tmp_path,
        ports=(replace(PORT, every_s=1),),
        min_free_mb=1,
    )
    with Station(config, read=FakeScale()) as running:
        thread = threading.Thread(target=running.run, daemon=True)
        thread.start()
        try:
            until(lambda: running.spool.counts().waiting >= 2)
        finally:
            running.stop()
            thread.join(60)
        assert not thread.is_alive()


def test_two_agents_never_share_a_state_folder(tmp_path: Path) -> None:
    """The lock is held by the process, so a killed one leaves none behind."""
    with (
        only_one(tmp_path),
        pytest.raises(BusyError, match="another scale-agent"),
        only_one(tmp_path),
    ):
        pass
    with only_one(tmp_path):
        pass


def test_a_virtual_scale_is_read_and_reported_for_real(
    server: StationServer, tmp_path: Path
) -> None:
    """Nothing is stood in for but the silicon: port, protocol, spool, line, receipt."""
    link = tmp_path / "scale"
    device = ("--device", "demo-honest", "--link", str(link))
    simulator = subprocess.Popen(
        [sys.executable, "-m", "scale_agent", "simulate", *device],
        stdout=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    try:
        until(link.exists)
        port = replace(PORT, url=str(link), length=2048)
        task = server.ask_for_a_reading()
        with station(server, tmp_path / "state", read_scale, port):
            until(lambda: server.evidence and server.blobs)
    finally:
        simulator.terminate()
        simulator.wait(60)
    (evidence,) = server.evidence.values()
    assert (evidence["task"], evidence["verdict"]) == (task, "read")
    assert (evidence["facts"]["passes_equal"], evidence["facts"]["transport"]) == (1, "pty")
    (measured,) = evidence["measurements"]
    assert len(server.blobs[measured["sha256"]]) == measured["length"] == 2048
    assert server.complaints == []
