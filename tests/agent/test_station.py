"""The station daemon against a real server: tasks, schedule, progress, days alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from scale_agent.config import Config, PortConfig
from scale_agent.station import Station
from tests.agent.readings import FakeScale
from tests.agent.station_server import SCALE, StationServer, until

PORT = PortConfig(name="bench-1", url="loop://1", protocol="stk500v1")


@pytest.fixture
def server() -> Iterator[StationServer]:
    """A running server."""
    with StationServer() as running:
        yield running


@contextmanager
def station(
    server: StationServer, state: Path, scale: FakeScale, *ports: PortConfig
) -> Iterator[Station]:
    """Run a station in a thread for as long as the block lasts."""
    server.enrol(state)
    config = Config(server=server.url, state=state, ports=ports or (PORT,), min_free_mb=1)
    with Station(config, read=scale) as running:
        thread = threading.Thread(target=running.run)
        thread.start()
        try:
            yield running
        finally:
            running.stop()
            thread.join(10)
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
    """A station that has just started need not wait a day for its first reading."""
    port = replace(PORT, every_s=1)
    with station(server, tmp_path, FakeScale(), port):
        until(lambda: len(server.evidence) >= 2)
    assert sorted(server.order) == server.order
    assert all("task" not in evidence for evidence in server.evidence.values())
