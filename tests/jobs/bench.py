"""A jobs process for tests, started as ``python -m tests.jobs.bench URL HOME [unguarded]``.

Its timetable is looked at twice a second: two real duties, and a probe that looks whether its
period has an effect, waits as long as the file ``hold`` is there, and writes one. Without
guards that is how two processes do it twice. ``unguarded``: each believes it leads and claims.
"""

import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.blobs import Blobs
from app.config import Settings
from app.crypto import keys
from app.db.session import Database
from app.domain.duties import Period
from app.jobs import leader, runs
from app.jobs.process import JobsProcess
from app.jobs.timetable import TIMETABLE, Job
from app.web.database import Installation
from app.work import Progress

LEASE = timedelta(seconds=2)
LOOK = timedelta(seconds=0.5)
STEP_S = 0.02
PROBE = "CREATE TABLE probe (period VARCHAR(20), worker VARCHAR(60))"
REAL = ("expire_scales", "watch_stations")


class Bench:
    """What the process does, and how it tells of it."""

    def __init__(self, url: str, home: Path) -> None:
        self.home = home
        settings = Settings(home=home, database_url=url)
        self.work = Installation(
            settings, keys.load(settings.keys), Database(url), Blobs(settings.blobs)
        )
        timetable = [job for job in TIMETABLE if job.name in REAL]
        timetable.append(Job("probe", Period.DAY, self.probe))
        kinds = {"copy": self.copy}
        self.process = JobsProcess(self.work, kinds, timetable, lease=LEASE, look_every=LOOK)

    def probe(self, work: Installation, at: datetime) -> str:
        """Have one effect in the period, by what was read before it is written."""
        period = Period.DAY.of(at)
        with work.database.reading() as session:
            found = text("SELECT count(*) FROM probe WHERE period = :period")
            done = session.scalar(found, {"period": period})
        self.write("begin", period)
        self.wait_while("hold")
        self.write("go-on", period)
        if not done:
            with work.database.transaction() as session:
                session.execute(
                    text("INSERT INTO probe VALUES (:period, :worker)"),
                    {"period": period, "worker": self.process.worker},
                )
        self.write("end", period)
        return "probed"

    def copy(self, _work: Installation, progress: Progress) -> dict[str, Any]:
        """Do a task of two steps."""
        name = progress.payload["name"]
        self.write("task-begin", name)
        self.wait_while("hold-tasks")
        progress.step(1, 1)
        self.write("task-end", name)
        return {"name": name}

    def wait_while(self, name: str) -> None:
        """Wait as long as a file is there."""
        while (self.home / name).exists():
            time.sleep(STEP_S)

    def write(self, what: str, of: str) -> None:
        """Append one line at once, as several processes may."""
        with (self.home / "done.txt").open("a") as file:
            file.write(f"{what} {of} {self.process.worker}\n")


def without_guards() -> None:
    """Have everybody lead, and everybody claim."""
    leader.lead = lambda *_args, **_more: True
    claimed: set[runs.Key] = set()

    def once(*args: Any) -> runs.Run | None:  # noqa: ANN401 - as runs.once
        if args[1] in claimed:
            return None
        claimed.add(args[1])
        return _Unchecked(args[0], args[1], args[2])

    runs.once = once


class _Unchecked(runs.Run):
    def check(self, session: object) -> None:
        """Let everybody write."""

    def finish(self, outcome: str, *, at: datetime) -> None:
        """Keep no record."""


if __name__ == "__main__":
    if "unguarded" in sys.argv:
        without_guards()
    Bench(sys.argv[1], Path(sys.argv[2])).process.run()
