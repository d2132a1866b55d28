"""A running demo for tests: the real processes, on a free port, in a folder of its own."""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pyotp

READY_S = 180.0
STOP_S = 120.0
STEP_S = 30
WUTONG = (sys.executable, "-m", "app.cli.__main__")


@dataclass(frozen=True)
class Demo:
    """Where a demo answers, and where it keeps its things."""

    base: str
    home: Path
    said: str
    used: dict[str, int] = field(default_factory=dict)

    @property
    def password(self) -> str:
        """The password it printed."""
        return re.findall(r"Password of every demo account: (\S+)", self.said)[0]

    @property
    def second_factors(self) -> dict[str, str]:
        """The TOTP secrets it printed, by sign-in name."""
        return dict(re.findall(r"^  (\w+) .*TOTP ([A-Z2-7]+)$", self.said, re.MULTILINE))

    def code(self, login: str) -> str:
        """Return a code that ``login`` has not used: each counts once, the next one already."""
        step = max(int(time.time()) // STEP_S, self.used.get(login, 0) + 1)
        while step > int(time.time()) // STEP_S + 1:
            time.sleep(0.2)
        self.used[login] = step
        return pyotp.TOTP(self.second_factors[login]).generate_otp(step)

    def tag(self, port: str) -> str:
        """Return the address it printed for the tag of the scale on ``port``."""
        return re.findall(rf"tag of the {port} scale\s+(\S+)", self.said)[0]

    def program(self, port: str) -> Path:
        """Return the file that is in the chip of the scale on ``port``."""
        return self.home / "demo/programs" / f"{port}.hex"

    def status(self, port: str) -> str:
        """Return what the public is told of the scale on ``port``."""
        found = httpx.get(self.tag(port), headers={"Accept": "application/json"}, timeout=120)
        return str(json.loads(found.text)["status"])


def loaded(home: Path, shared: Path) -> None:
    """Put the demo's data into ``home``: a copy of what is loaded once into ``shared``."""
    shared.mkdir(parents=True, exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        template = shared / "var"
        if not (shared / "done").exists():
            environment = {**os.environ, "WUTONG_HOME": str(template)}
            subprocess.run([*WUTONG, "demo", "--load-only"], env=environment, check=True)
            (shared / "done").touch()
        shutil.copytree(template, home)


def shared_by_all(base: Path) -> Path:
    """Return a folder for all processes of this run; ``base``: pytest's, of one of them."""
    several = "PYTEST_XDIST_WORKER" in os.environ
    return (base.parent if several else base) / "loaded-demo"


@contextmanager
def running(home: Path, port: int) -> Iterator[Demo]:
    """Start the demo, yield it once it says Ready, and stop it as Ctrl-C does."""
    environment = {**os.environ, "WUTONG_HOME": str(home), "PORT": str(port)}
    log = home.parent / f"demo-{port}.log"
    with log.open("w") as out:
        child = subprocess.Popen(
            [*WUTONG, "demo"], env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield Demo(f"http://127.0.0.1:{port}", home, _until_ready(child, log))
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(STOP_S)


def _until_ready(child: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + READY_S
    while time.monotonic() < end and child.poll() is None:
        said = log.read_text()
        if re.search(r"^Ready: http", said, re.MULTILINE):
            return said
        time.sleep(0.1)
    raise AssertionError(f"the demo did not become ready:\n{log.read_text()}")
