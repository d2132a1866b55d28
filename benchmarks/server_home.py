"""A server of our own for a measurement: temporary home, free port, the same gunicorn."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.cli.schema import prepare
from app.config import Settings
from benchmarks.server_load import Connection, request

PATIENCE_S: Final = 60


@contextmanager
def home() -> Iterator[Settings]:
    """Yield a fresh installation."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_env({"WUTONG_HOME": f"{folder}/var", "PORT": str(port)})
        prepare(settings)
        yield settings


@contextmanager
def served(settings: Settings) -> Iterator[int]:
    """Yield the port of a server on ``settings``."""
    command = [sys.executable, "-m", "app.cli.__main__", "run"]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("WUTONG_")},
        "WUTONG_HOME": str(settings.home),
        # One client stands for thousands: it is counted like them, and not refused.
        "WUTONG_RATES": "100000",
        "PORT": str(settings.port),
    }
    with (Path(settings.home) / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait(settings.port)
            yield settings.port
        finally:
            server.terminate()
            server.wait(PATIENCE_S)


def _wait(port: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            connection = Connection(port)
            if connection.ask(request("GET", "/readyz", f"127.0.0.1:{port}")).status == 200:  # noqa: PLR2004
                return
            connection.close()
        except OSError:
            pass
        if time.monotonic() > end:
            raise RuntimeError("the server did not come up")
        time.sleep(0.2)
