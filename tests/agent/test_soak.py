"""Killed at any moment: nothing acknowledged is lost, nothing has two effects.

A kill is SIGKILL. "Acknowledged" is what the agent's log, or the spool's caller, has called
captured. The controls show that these tests notice an agent that breaks the rule.
"""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scale_agent.spool import Spool
from scale_agent.spool_file import SPOOL_FILE
from tests.agent.station_server import SCALE, StationServer, until

ROOT = Path(__file__).parents[2]
CAPTURED = re.compile(r"\bcaptured .*?uid=(\S+)")
OPERATIONS = ("openat", "pwrite64", "write", "fdatasync", "fsync", "ftruncate", "unlink", "rename")
MOMENTS = (
    "poll",
    "progress",
    "before_commit",
    "after_commit",
    "after_answer",
    "before_put",
    "after_put",
)
# Short lives start faster when each need not compile every module again.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
CONFIG = """server = "{url}"
state = "."
min_free_mb = 1
"""
PORT = """[[port]]
name = "{name}"
url = "loop://{name}"
protocol = "stk500v1"
scale = "{scale}"
every_s = 1
"""


@dataclass
class Bench:
    """An agent that is started and killed, and the server it reports to."""

    server: StationServer
    state: Path
    captured: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.server.enrol(self.state)
        self.log = self.state / "agent.log"

    def start(self, *flags: str, ports: int = 2) -> subprocess.Popen[bytes]:
        """Start the agent."""
        tables = [PORT.format(name=f"p{n}", scale=SCALE) for n in range(ports)]
        path = self.state / "agent.toml"
        path.write_text(CONFIG.format(url=self.server.url) + "".join(tables))
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.agent.soak_agent", str(path), *flags],
                cwd=ROOT,
                env=ENVIRONMENT,
                stderr=log,
            )

    def kill_after(self, pause_s: float) -> None:
        """Let it report for a while, then kill it."""
        before = sum(self.server.effects.values())
        process = self.start()
        until(lambda: sum(self.server.effects.values()) > before + 1)
        time.sleep(pause_s)
        process.kill()
        process.wait()

    def kill_at(self, moment: str, *flags: str) -> None:
        """Kill it when the server comes to ``moment``, the first time it does."""
        process = self.start(*flags)

        def strike() -> None:
            self.server.hooks.clear()
            os.kill(process.pid, signal.SIGKILL)

        self.server.hooks[moment] = strike
        try:
            process.wait(300)
        finally:
            process.kill()
            process.wait()
        assert process.returncode == -signal.SIGKILL

    def let_it_finish(self) -> None:
        """Run it without readings until nothing waits; then stop it."""
        process = self.start(ports=0)
        try:
            until(self._is_done)
        finally:
            process.terminate()
            process.wait(120)

    def _is_done(self) -> bool:
        with Spool(self.state, on_rescue=None) as spool:
            counts = spool.counts()
        return not counts.waiting and not counts.images_wanted

    def acknowledged(self) -> set[str]:
        """Return what the agent has called captured."""
        return set(CAPTURED.findall(self.log.read_text()))

    def check(self) -> None:
        """Nothing lost, nothing doubled, no number missing, every image there."""
        assert self.acknowledged()
        assert self.acknowledged() <= set(self.server.effects)
        assert set(self.server.effects.values()) == {1}
        assert sorted(self.server.order) == list(range(1, len(self.server.order) + 1))
        images = {
            part["sha256"] for e in self.server.evidence.values() for part in e["measurements"]
        }
        assert images == set(self.server.blobs)
        assert self.server.complaints == []


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """An enrolled station."""
    with StationServer() as server:
        yield Bench(server, tmp_path)


def test_killed_in_every_named_state(bench: Bench) -> None:
    """While polling, telling, sending, sent, answered, sending an image, having sent it."""
    for moment in MOMENTS:
        if moment == "progress":
            bench.server.ask_for_a_reading("p0")
        bench.kill_at(moment)
    bench.let_it_finish()
    bench.check()


def test_the_control_that_forgets_first_loses_evidence(bench: Bench) -> None:
    """Delete on sending, not on the receipt: the same kill, and acknowledged readings are gone."""
    bench.server.faults.append("down")
    bench.kill_at("before_commit", "--forget-first")
    bench.let_it_finish()
    assert bench.acknowledged() - set(bench.server.effects)


def test_killed_three_times_while_reports_flow(bench: Bench) -> None:
    """The short form of the hundred below."""
    many_kills(bench, 3)


@pytest.mark.soak
def test_killed_a_hundred_times_while_reports_flow(bench: Bench) -> None:
    """At random moments, with a server that loses answers and refuses on the way."""
    many_kills(bench, 100)


def many_kills(bench: Bench, kills: int) -> None:
    """Kill it again and again, then let it finish, then look."""
    chance = random.Random(kills)  # noqa: S311 - repeatable
    for _ in range(kills):
        bench.server.faults.extend(chance.choices(["lost", "down", 500, 503, "truncated"], k=1))
        bench.server.retry_after = "0"
        bench.kill_after(chance.uniform(0.0, 0.4))
    bench.server.faults.clear()
    bench.let_it_finish()
    bench.check()


@dataclass
class SpoolBench:
    """A spool's short life under strace."""

    server: StationServer
    state: Path
    words: list[str] = field(default_factory=list)

    def live(self, *strace: str, flags: tuple[str, ...] = ()) -> int:
        """Live once, perhaps to a sudden end; return the exit status."""
        command = [sys.executable, "-m", "tests.agent.soak_spool", str(self.state), *flags]
        if strace:
            paths = [self.state, *(self.state / f"{SPOOL_FILE}{end}" for end in ("", "-wal"))]
            watched = [word for path in paths for word in ("-P", str(path))]
            command = ["strace", "-f", "-qq", "--seccomp-bpf", *watched, *strace, *command]
        ended = subprocess.run(
            command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        self.words += ended.stdout.splitlines()
        return ended.returncode

    def kill_at(self, operation: str, number: int) -> bool:
        """Kill it before its ``number``-th ``operation``; return whether it came to that."""
        status = self.live("-o", "/dev/null", "-e", f"inject={operation}:signal=KILL:when={number}")
        assert status in {0, 128 + signal.SIGKILL, -signal.SIGKILL}
        return status != 0

    def check(self) -> None:
        """Live once more without harm, then compare."""
        self.live()
        left = Spool(self.state, on_rescue=None)
        with left:
            waiting = {record.uid for record in left.waiting(limit=999, most_bytes=10**9)}
            assert left.asides() == ()
        captured = {words.split()[1] for words in self.words if words.startswith("captured")}
        assert captured <= set(self.server.effects) | waiting
        assert set(self.server.effects.values()) == {1}
        assert sorted(self.server.order) == list(range(1, len(self.server.order) + 1))
        assert self.server.complaints == []

    def counted(self, *flags: str) -> dict[str, int]:
        """Return how many of each file operation one life takes."""
        log = self.state / "strace.log"
        wanted = ",".join(OPERATIONS)
        assert self.live("-o", str(log), "-e", f"trace={wanted}", flags=flags) == 0
        calls = re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE)
        return {name: calls.count(name) for name in OPERATIONS if name in calls}


@pytest.fixture
def spool_bench(tmp_path: Path) -> Iterator[SpoolBench]:
    """An enrolled station without an agent."""
    with StationServer() as server:
        server.enrol(tmp_path)
        yield SpoolBench(server, tmp_path)


@pytest.mark.soak
def test_killed_at_every_file_operation_of_the_spool(spool_bench: SpoolBench) -> None:
    """Before each write, sync, truncation, deletion and opening, one life each."""
    kills = 0
    for operation, calls in spool_bench.counted().items():
        for number in range(1, calls + 1):
            kills += spool_bench.kill_at(operation, number)
        spool_bench.check()
    assert kills >= 60


def test_killed_at_some_file_operations_of_the_spool(spool_bench: SpoolBench) -> None:
    """The short form: before a sync, before and between the writes of a commit."""
    assert spool_bench.kill_at("fdatasync", 2)
    assert spool_bench.kill_at("pwrite64", 11)
    assert spool_bench.kill_at("pwrite64", 40)
    spool_bench.check()


def test_captured_means_that_the_disk_was_waited_for(
    spool_bench: SpoolBench, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """At least one sync for each capture; the control with synchronous=OFF does without.

    It syncs only the folder, for the names of new files.
    """
    careful = spool_bench.counted()
    captures = sum(words.startswith("captured") for words in spool_bench.words)
    assert captures == 6
    assert careful["fdatasync"] >= captures
    careless = tmp_path_factory.mktemp("careless")
    spool_bench.server.enrol(careless)
    control = SpoolBench(spool_bench.server, careless).counted("--careless")
    assert control.get("fdatasync", 0) < captures


def test_a_full_disk_refuses_in_words_and_keeps_what_it_has(spool_bench: SpoolBench) -> None:
    """ENOSPC at every write from the n-th on: a sentence, and nothing captured is lost."""
    for number in (45, 90):
        first = len(spool_bench.words)
        spool_bench.live("-o", "/dev/null", "-e", f"inject=pwrite64:error=ENOSPC:when={number}+")
        told = spool_bench.words[first:]
        assert any(re.match(r"(refused|ended) the disk of .* is full", words) for words in told)
    spool_bench.check()
