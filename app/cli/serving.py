"""`wutong run` and `wutong jobs`: the two long-running processes."""

import logging
import os
import shutil
import sys
from typing import Final

import click

from app.attest.work import TASKS
from app.cli.context import fail, open_installation, settings
from app.cli.schema import revisions
from app.config import Settings
from app.jobs.process import JobsProcess

GUNICORN: Final = ("--no-control-socket", "--worker-class", "gthread", "--graceful-timeout", "10")
# A request may wait for tasks 20 s; a worker that says nothing for a minute is stuck.
TIMEOUT_S: Final = 60


def gunicorn(found: Settings, bind: str) -> list[str]:
    """Return the command line of the web server."""
    numbers = [f"--workers={found.workers}", f"--threads={found.threads}"]
    where = [f"--bind={bind}", f"--timeout={TIMEOUT_S}", "--log-level=warning"]
    return [sys.executable, "-m", "gunicorn", *GUNICORN, *numbers, *where, "app.wsgi:app"]


def environment(found: Settings) -> dict[str, str]:
    """Return the server's environment: with several workers, a fresh folder for counters."""
    if found.workers == 1:
        return dict(os.environ)
    folder = found.home / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}


def refuse_old_schema() -> None:
    """End in words where the database is not at the program's revision."""
    current, newest = revisions(settings())
    if current != newest:
        fail(f"the database is at {current or 'nothing'}, not {newest}; run: wutong db upgrade")


@click.command()
@click.option("--bind", default=None, help="address:port (default 127.0.0.1:$PORT or 8000)")
def run(bind: str | None) -> None:
    """Serve the pages and the API."""
    found = open_installation().settings
    refuse_old_schema()
    command = gunicorn(found, bind or f"127.0.0.1:{os.environ.get('PORT', '8000')}")
    os.execve(command[0], command, environment(found))  # noqa: S606 - we become the server


@click.command()
def jobs() -> None:
    """Keep the timetable and do long work; any number may run, one leads."""
    work = open_installation()
    refuse_old_schema()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    JobsProcess(work, TASKS).run()


COMMANDS: Final = (run, jobs)
