"""A jobs process for tests, started as ``python -m tests.jobs.bench URL HOME``.

Its timetable has one job of the present minute. It writes a line when it begins and one when
it ends, and waits between the two as long as the file ``hold`` is there; looked at every second.
"""

import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.blobs import Blobs
from app.config import Settings
from app.crypto import keys
from app.db.session import Database
from app.domain.duties import Period
from app.jobs.process import JobsProcess
from app.jobs.timetable import Job
from app.web.database import Installation
from app.work import Progress

LEASE = timedelta(seconds=4)
STEP_S = 0.02


def main(url: str, home: Path) -> None:
    """Run until told to stop."""
    settings = Settings(home=home, database_url=url)
    work = Installation(settings, keys.load(settings.keys), Database(url), Blobs(settings.blobs))
    done = home / "done.txt"
    process: JobsProcess

    def do(_work: Installation, at: datetime) -> str:
        write(done, "begin", process.worker, at)
        while (home / "hold").exists():
            time.sleep(STEP_S)
        write(done, "end", process.worker, at)
        return "done"

    def copy(_work: Installation, progress: Progress) -> dict[str, Any]:
        name = progress.payload["name"]
        write(done, f"task-begin-{name}", process.worker, progress.now())
        while (home / "hold-tasks").exists():
            time.sleep(STEP_S)
        progress.step(1, 1)
        write(done, f"task-end-{name}", process.worker, progress.now())
        return {"name": name}

    timetable = (Job("write_a_line", Period.DAY, do),)
    process = JobsProcess(work, {"copy": copy}, timetable, lease=LEASE, look_at="*")
    process.run()


def write(target: Path, what: str, worker: str, at: datetime) -> None:
    """Append one line at once, as several processes may."""
    with target.open("a") as file:
        file.write(f"{what} {worker} {Period.DAY.of(at)}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
