"""Several web processes count together, and say what they do in our log."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.cli.conftest import PROJECT, Shell
from tests.support.ports import free_port

ASKED = 20
READY_S = 120


@contextmanager
def served(shell: Shell, **settings: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Yield the address of a running server, and its process."""
    port = free_port()
    given = {"WUTONG_HOME": str(shell.home), "PORT": str(port), "PYTHONPATH": str(PROJECT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli.__main__", "run"],
        env={"PATH": os.environ["PATH"], **given, **settings},
        cwd=shell.home.parent,
        stderr=subprocess.PIPE,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        until_ready(address)
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


def until_ready(address: str) -> None:
    """Wait until the server answers."""
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        try:
            if httpx.get(f"{address}/healthz", timeout=READY_S).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


def counted(address: str) -> float:
    """Return how many requests for the sign-in page are counted."""
    said = httpx.get(f"{address}/metrics", timeout=READY_S).text
    line = r'^wutong_requests_total{endpoint="accounts\.sign_in_page",status="200"} (\S+)$'
    return sum(float(number) for number in re.findall(line, said, re.MULTILINE))


def ask(address: str) -> None:
    """Ask each time by a new connection, so that both processes get their share."""
    for _time in range(ASKED):
        assert httpx.get(f"{address}/sign-in", timeout=READY_S).status_code == 200


def test_two_processes_count_together(wutong: Shell) -> None:
    """Whichever is asked knows what the other one did; each line of the log is JSON."""
    with served(wutong, WUTONG_WORKERS="2") as (address, process):
        ask(address)
        assert {counted(address) for _time in range(6)} == {ASKED}
        process.send_signal(signal.SIGTERM)
        _out, said = process.communicate(timeout=READY_S)
    lines = [json.loads(line) for line in said.splitlines()]
    assert sum(one.get("route") == "/sign-in" for one in lines) == ASKED
