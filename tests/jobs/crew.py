"""Real processes under a clock that a test sets: jobs of `tests.jobs.bench`, and the web."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as time_of_day
from importlib.resources import files
from pathlib import Path

from sqlalchemy import text

from app.cli.serving import gunicorn
from app.db.session import utcnow
from app.domain.calendar import CHINA, local_date
from app.domain.duties import Period
from app.web.database import Installation
from tests.jobs.bench import PROBE

PROJECT = Path(__file__).parents[2]
PATIENCE_S = 180
PROCESSES = 3


class Crew:
    """Three jobs processes, what they wrote, and how late they believe it is."""

    def __init__(self, work: Installation, *more: str) -> None:
        self.home, self.work, self.more = work.settings.home, work, more
        self.running: list[subprocess.Popen[bytes]] = []
        # Noon in China when it begins: no day ends by itself in the middle of a test.
        self.noon = datetime.combine(local_date(utcnow()), time_of_day(12), CHINA)
        self.noon_is_ahead = self.noon - utcnow()
        self.set_clock(timedelta())
        with work.database.engine.begin() as connection:
            connection.execute(text(PROBE))

    def start(self) -> None:
        """Start the jobs processes."""
        self.running = [self._job() for _ in range(PROCESSES)]

    def replace(self, dead: subprocess.Popen[bytes]) -> None:
        """Start another one for one that is dead."""
        self.running = [*(one for one in self.running if one is not dead), self._job()]

    @contextlib.contextmanager
    def web(self, port: int) -> Iterator[subprocess.Popen[bytes]]:
        """Run the web server beside them, with four workers."""
        settings = replace(self.work.settings, workers=4, threads=2)
        # Loaded once, then forked: four times the imports would take longer than the test.
        child = self._child([*gunicorn(settings, f"127.0.0.1:{port}"), "--preload"])
        try:
            yield child
        finally:
            child.terminate()
            ended(child)

    def set_clock(self, ahead: timedelta) -> None:
        """Set everybody's clock: so far ahead of the noon of the day on which we began."""
        fresh = self.home / "clock.new"
        fresh.write_text(f"{(self.noon_is_ahead + ahead).total_seconds():+.0f}\n")
        fresh.rename(self.home / "clock")

    def day(self, ahead: int) -> str:
        """Return the period ``ahead`` days from the day on which we began."""
        return Period.DAY.of(self.noon + timedelta(days=ahead))

    def hold(self, name: str = "hold") -> None:
        """Have who comes to the fault point wait there."""
        (self.home / name).touch()

    def release(self, name: str = "hold") -> None:
        """Let them go on."""
        (self.home / name).unlink(missing_ok=True)

    def lines(self, what: str, of: str | None = None) -> list[str]:
        """Return who wrote ``what``, of one period or task or of any."""
        with contextlib.suppress(FileNotFoundError):
            found = [line.split() for line in (self.home / "done.txt").read_text().splitlines()]
            return [who for said, subject, who in found if said == what and of in {None, subject}]
        return []

    def until(self, done: Callable[[], bool]) -> None:
        """Wait until ``done``."""
        end = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < end, (self.home / "done.txt").read_text()
            time.sleep(0.05)

    def send(self, worker: str, number: signal.Signals) -> None:
        """Send a signal to the process that calls itself ``worker``."""
        os.kill(int(worker.split(":")[-2]), number)

    def effects(self) -> Counter[str]:
        """Return how many effects each period has."""
        with self.work.database.asking() as connection:
            return Counter(connection.execute(text("SELECT period FROM probe")).scalars())

    def stop(self) -> None:
        """End them all and see that they end well."""
        for child in self.running:
            child.terminate()
        for child in self.running:
            # SIGTERM: one that was started a moment ago had not begun to listen.
            assert ended(child) in {0, -signal.SIGKILL, -signal.SIGTERM}
        self.running = []

    def close(self) -> None:
        """End what still runs, however it is."""
        for child in self.running:
            child.kill()
            child.wait()

    def _job(self) -> subprocess.Popen[bytes]:
        where = [self.work.settings.database_url, str(self.home)]
        return self._child([sys.executable, "-m", "tests.jobs.bench", *where, *self.more])

    def _child(self, command: list[str]) -> subprocess.Popen[bytes]:
        library = files("libfaketime") / "vendor/libfaketime/src/libfaketime.so.1"
        environment = {
            **os.environ,
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.home / "clock"),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONFAULTHANDLER": "1",
            "WUTONG_HOME": str(self.home),
            "WUTONG_DATABASE_URL": self.work.settings.database_url,
        }
        return subprocess.Popen(command, cwd=PROJECT, env=environment)


def ended(child: subprocess.Popen[bytes]) -> int:
    """Wait for the end of one that was told to; where it does not come, show its threads."""
    try:
        return child.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGABRT)  # what each thread does is then among the test's errors
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE_S)
        raise
