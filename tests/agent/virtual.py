"""Runs ``scale-agent simulate`` for tests."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.agent.avr.workshop import READY_S, appeared
from tests.support.ports import free_port


def command(*words: str | Path) -> list[str]:
    """Return the command line of a virtual scale."""
    return [sys.executable, "-m", "scale_agent", "simulate", *map(str, words)]


def ended(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a virtual scale that is expected to give up."""
    return subprocess.run(
        command(*words), capture_output=True, text=True, timeout=READY_S, check=False
    )


@contextlib.contextmanager
def running(*words: str | Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a virtual scale and never leave it behind, whatever a test finds."""
    with subprocess.Popen(command(*words), stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def on_pty(tmp_path: Path, *words: str | Path, ends_itself: bool = False) -> Iterator[Path]:
    """Run a virtual scale on a pseudo-terminal; one that is unplugged ends by itself."""
    link = tmp_path / "scale"
    with running("--link", link, *words) as process:
        appeared(link, process)
        yield link
        if not ends_itself:
            process.terminate()
        assert process.wait(READY_S) == 0
    assert not link.is_symlink()


@contextlib.contextmanager
def on_rfc2217(*words: str | Path) -> Iterator[str]:
    """Run a virtual scale behind a serial port server."""
    port = free_port()
    with running("--rfc2217", str(port), *words) as process:
        deadline = time.monotonic() + READY_S
        while True:
            with (
                contextlib.suppress(ConnectionRefusedError),
                socket.create_connection(("127.0.0.1", port)),
            ):
                break
            assert time.monotonic() < deadline, "the port never opened"
            time.sleep(0.02)
        yield f"rfc2217://127.0.0.1:{port}"
        process.terminate()
        assert process.wait(READY_S) == 0
