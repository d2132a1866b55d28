"""`wutong run`: the web server."""

import os
import socket
import sys
import tempfile
from typing import Final

import click

from app.cli.context import fail, open_installation
from app.config import LAST_PORT, Settings

# Threads are for requests that are there, not for those that arrive slowly.
WORKER: Final = "app.web.patience.PatientWorker"
GUNICORN: Final = (
    *("--no-control-socket", "--worker-class", WORKER, "--graceful-timeout", "10"),
    *("--logger-class", "app.web.server_log.ServerLog"),
    # Whom to believe about the address and the scheme is WUTONG_TRUSTED_PROXIES' to say.
    "--forwarded-allow-ips=",
)
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
    # Not in the home: that may be shared by several machines, and is read-only to none.
    return {**os.environ, "PROMETHEUS_MULTIPROC_DIR": tempfile.mkdtemp(prefix="wutong-metrics-")}


class Address(click.ParamType[tuple[str, int]]):
    """An address and a port, such as 0.0.0.0:8000 or [::1]:8000."""

    name = "address:port"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Split what was typed."""
        host, _, port = str(value).rpartition(":")
        if not (host and port.isascii() and port.isdigit() and 0 < int(port) <= LAST_PORT):
            self.fail(f"{value} is no address:port", param, ctx)
        return host, int(port)


def refuse_taken(host: str, port: int) -> None:
    """End in words where we cannot listen; gunicorn would try for seconds first."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host.strip("[]"), port))
        except OSError as error:
            fail(f"cannot listen on {host}:{port}: {error.strerror}")


@click.command()
@click.option("--bind", type=Address(), help="default 127.0.0.1:$PORT, or 8000")
def run(bind: tuple[str, int] | None) -> None:
    """Serve the pages and the API."""
    found = open_installation().settings
    host, port = bind or ("127.0.0.1", found.port)
    refuse_taken(host, port)
    command = gunicorn(found, f"{host}:{port}")
    os.execve(command[0], command, environment(found))  # noqa: S606 - we become the server


COMMANDS: Final = (run,)
