"""The real web server with several workers, for tests of what only it can show."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from app.cli.serving import WORKER, gunicorn
from app.config import Settings
from tests.support.ports import free_port

STARTS_S = 120.0


@contextmanager
def served(
    settings: Settings,
    app: str = "app.wsgi:app",
    env: dict[str, str] | None = None,
    worker: str = WORKER,
) -> Iterator[str]:
    """Yield the address of a server of our own; it is ended with its workers."""
    port = free_port()
    usual = gunicorn(settings, f"127.0.0.1:{port}")[:-1]
    command = [*(worker if part == WORKER else part for part in usual), app]
    given = {
        **os.environ,
        "WUTONG_HOME": str(settings.home),
        "WUTONG_DATABASE_URL": settings.database_url,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        **(env or {}),
    }
    with subprocess.Popen(command, env=given, start_new_session=True) as process:
        try:
            yield _ready(f"http://127.0.0.1:{port}", process)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _ready(address: str, process: "subprocess.Popen[bytes]") -> str:
    until = time.monotonic() + STARTS_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{address}/healthz", timeout=20).status_code == httpx.codes.OK:
                return address
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")
