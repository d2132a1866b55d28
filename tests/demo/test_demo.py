"""`wutong demo`, whole: from the port of a virtual scale to what its tag tells a shopper.

One start and one restart for the whole file; the tests build on each other in this order.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from app.domain.roles import Role
from tests.attest.lab import IMAGES
from tests.support.demo import loaded, shared_by_all
from tests.support.ports import free_port

PROJECT = Path(__file__).parents[2]
READY_S = 60.0  # for a machine that has everything installed
SUSPENDED_S = 60.0
PATIENCE_S = 180.0
ACCOUNTS = {
    *(role.value for role in Role if role is not Role.CUSTODIAN),
    "custodian1",
    "custodian2",
}
SECOND_FACTOR = ACCOUNTS - {"manager", "repairer", "auditor"}

Found = TypeVar("Found")


@dataclass(slots=True)
class Demo:
    """A demo as somebody in front of a terminal has it."""

    home: Path
    port: int
    process: subprocess.Popen[str] | None = None
    words: list[str] = field(default_factory=list)
    ready_at: float = 0.0
    token: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """Nothing but what a command needs."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home.parent),
            "WUTONG_HOME": str(self.home),
            "PORT": str(self.port),
        }

    @property
    def base(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Start it and return how long it took until it was ready."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.cli.__main__", "demo"],
            env=self.environment,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        self.words = []
        for line in self.process.stdout:
            self.words.append(line.rstrip())
            if line.startswith("Ready: "):
                break
        else:
            pytest.fail("\n".join(self.words))
        self.ready_at = time.monotonic()
        return self.ready_at - began

    def interrupt(self) -> int:
        """Press Ctrl-C and return how it ended."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(PATIENCE_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def run(self, *words: str) -> str:
        """Return what another ``wutong`` command says beside it."""
        command = [sys.executable, "-m", "app.cli.__main__", *words]
        done = subprocess.run(
            command, env=self.environment, cwd=PROJECT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """Return the JSON at ``path``."""
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self.token}"}
        with httpx.Client(timeout=PATIENCE_S) as client:
            answer = client.get(self.base + path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, which: str) -> str:
        """Ask for a reading as the manager and return the path to follow it at."""
        path = f"/api/v1/scales/{self.scale(which)['id']}/readings"
        headers = {
            "Authorization": f"Bearer {self.run('token', 'add', '--user', 'manager')}",
            "Idempotency-Key": "one-reading",
        }
        with httpx.Client(timeout=PATIENCE_S) as client:
            answer = client.post(self.base + path, headers=headers)
        assert answer.status_code == 202, answer.text
        return f"{path}/{answer.json()['id']}"

    def tag(self, which: str) -> dict[str, Any]:
        """Return what a shopper learns from the tag of a scale on the bench."""
        line = self.words.index(f"  tag of the {which} scale") + 1
        found: dict[str, Any] = self.get(self.words[line].strip().removeprefix(self.base))
        return found

    def scale(self, which: str) -> dict[str, Any]:
        """Return a scale on the bench as the API shows it."""
        number = self.tag(which)["scale"]["market_no"]
        (found,) = self.get(f"/api/v1/scales?q={number}")["items"]
        return dict(found)

    def readings(self, which: str) -> list[dict[str, Any]]:
        """Return the evidence about a scale on the bench, the newest first."""
        found: list[dict[str, Any]] = self.get(f"/api/v1/evidence?scale={self.scale(which)['id']}")[
            "items"
        ]
        return found

    def of(self, collection: str, which: str) -> list[dict[str, Any]]:
        """Return the findings or leads about a scale on the bench."""
        scale = self.scale(which)["id"]
        return [row for row in self.get(f"/api/v1/{collection}")["items"] if row["scale"] == scale]

    def wait(self, ask: Callable[[], Found], seconds: float = PATIENCE_S) -> Found:
        """Return what ``ask`` returns as soon as it is true."""
        end = time.monotonic() + seconds
        while not (found := ask()):
            if time.monotonic() > end:
                logs = (self.home / "demo/logs").glob("*.log")
                tails = [f"{log.name}: {log.read_text()[-600:]}" for log in logs]
                pytest.fail("\n".join(["it did not come", *tails]))
            time.sleep(0.3)
        return found

    def processes(self) -> list[str]:
        """Return the commands of all processes that belong to this home."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if str(self.home) in (folder / "environ").read_text(errors="replace"):
                    found.append((folder / "cmdline").read_text().replace("\0", " "))
            except OSError:  # it ended meanwhile
                continue
        return found


def promised(seconds: float) -> float:
    """Return what a promise comes to while other work waits for each processor, too."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Yield a demo started with data that were loaded just now, and stop what is left of it."""
    demo = Demo(tmp_path_factory.mktemp("demo") / "var", free_port())
    loaded(demo.home, shared_by_all(tmp_path_factory.getbasetemp()))
    took = demo.start()
    assert took < promised(READY_S)
    demo.token = demo.run("token", "add", "--user", "regulator")
    yield demo
    if demo.process and demo.process.poll() is None:
        demo.interrupt()


def test_it_prints_all_accounts_and_where_it_answers(demo: Demo) -> None:
    """Eleven names, the second factor of each who needs one, and `Ready` as the last line."""
    assert demo.words[-1] == f"Ready: {demo.base}"
    lines = [line.split() for line in demo.words if re.match(r"  [a-z0-9]+ +\S", line)]
    accounts = {line[0]: line for line in lines if line[0] in ACCOUNTS}
    assert set(accounts) == ACCOUNTS
    assert {login for login, line in accounts.items() if "TOTP" in line} == SECOND_FACTOR
    assert any("Password" in line for line in demo.words)


def test_the_cheating_scale_is_suspended_by_its_own_reading(demo: Demo) -> None:
    """Within a minute of Ready, with a finding and a lead that say where it differs."""
    demo.wait(lambda: demo.scale("cheating")["state"] == "suspended")
    assert time.monotonic() - demo.ready_at < promised(SUSPENDED_S)
    # The digests accuse at once; where it differs is known when the image has been sent.
    demo.wait(lambda: demo.of("findings", "cheating")[0]["differences"])
    (finding,) = demo.of("findings", "cheating")
    assert (finding["state"], finding["verdict"]) == ("open", "mismatch")
    assert all(0 <= one["start"] < one["end"] <= 32768 for one in finding["differences"])
    (lead,) = demo.of("leads", "cheating")
    assert lead["finding"] == finding["id"]
    assert "firmware_mismatch" in demo.scale("cheating")["advisories"]


def test_a_shopper_is_told_that_it_is_suspended_and_nothing_more(demo: Demo) -> None:
    """No word of firmware, finding or suspicion."""
    told = demo.tag("cheating")
    assert (told["genuine"], told["registered"], told["status"]) == (True, True, "suspended")
    said = json.dumps(told).lower()
    assert not [word for word in ("firmware", "mismatch", "finding", "evidence") if word in said]


def test_the_honest_scale_matches_and_the_protected_one_serves(demo: Demo) -> None:
    """A match that is fresh and stands; an unreadable chip accuses nobody."""
    demo.wait(lambda: [one for one in demo.readings("honest") if one["stands"]])
    (stands,) = [one for one in demo.readings("honest") if one["stands"]]
    assert (stands["verdict"], stands["fresh"], stands["counts"]) == ("match", True, True)
    demo.wait(lambda: demo.readings("protected"))
    assert demo.readings("protected")[0]["verdict"] == "unreadable"
    assert demo.scale("protected")["state"] == "in_service"
    assert "firmware_unreadable" in demo.scale("protected")["advisories"]
    for which in ("honest", "protected"):
        assert demo.tag(which)["status"] == "valid"


def test_the_honest_scale_re_flashed_while_it_runs_is_suspended_too(demo: Demo) -> None:
    """The manager asks for a reading; the suspicion travels from port to agent to verdict."""
    programs = demo.home / "demo/programs"
    draft = programs / "draft"
    shutil.copyfile(IMAGES / "price-scale-1.0-cheat.hex", draft)
    draft.replace(programs / "honest.hex")
    asked = demo.ask("honest")
    demo.wait(lambda: demo.get(asked)["state"] == "done")
    demo.wait(lambda: demo.scale("honest")["state"] == "suspended")
    demo.wait(lambda: demo.of("findings", "honest")[0]["differences"])
    assert demo.of("leads", "honest")
    assert demo.tag("honest")["status"] == "suspended"


def test_what_happened_stands_in_an_intact_ledger(demo: Demo) -> None:
    """While everything runs."""
    assert demo.run("ledger", "verify").startswith("intact: ")


def test_interrupted_it_leaves_nothing_behind_and_starts_again(demo: Demo) -> None:
    """No process, no listener; the data are those of before."""
    accounts = [line for line in demo.words if "TOTP" in line]
    before = {one["id"] for one in demo.of("findings", "honest")}
    assert demo.processes()
    assert demo.interrupt() == 0
    assert demo.processes() == []
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", demo.port)):
        pass
    assert demo.start() < promised(READY_S)
    assert [line for line in demo.words if "TOTP" in line] == accounts
    assert {one["id"] for one in demo.of("findings", "honest")} == before
    assert demo.scale("cheating")["state"] == "suspended"
    assert demo.interrupt() == 0
    assert demo.processes() == []
