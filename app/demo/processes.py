"""The demo's processes: started in order, watched, and all stopped together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn, Self

from app.domain.errors import DomainError

GRACE_S: Final = 8.0
PAUSE_S: Final = 0.1


class DemoError(DomainError):
    """A part of the demo did not come up, or fell over."""

    code = "demo_failed"


class Processes:
    """The children of the demo; leaving the block stops every one of them."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self.logs = logs
        self.environment = dict(environment)
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, _interrupt)
        return self

    def __exit__(self, *_why: object) -> None:
        # A second Ctrl-C must not cut the tidying short.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in self.running.values():
            _tell(child, signal.SIGTERM)
        end = time.monotonic() + GRACE_S
        for child in self.running.values():
            try:
                child.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _tell(child, signal.SIGKILL)
                child.wait()

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a child in a group of its own, its words in a log file."""
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603 - our own commands
                list(command),
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def run(self, name: str, command: Sequence[str]) -> None:
        """Run a child to its end.

        Raises:
            DemoError: It failed; its words are in the log file.
        """
        done = subprocess.run(  # noqa: S603 - our own commands
            list(command), env=self.environment, capture_output=True, text=True, check=False
        )
        (self.logs / f"{name}.log").write_text(done.stdout + done.stderr)
        if done.returncode:
            raise DemoError(f"{name} ended with status {done.returncode}: {done.stderr.strip()}")

    def until(self, what: str, done: Callable[[], bool], seconds: float) -> None:
        """Wait until ``done``.

        Raises:
            DemoError: It took too long, or a child died on the way.
        """
        end = time.monotonic() + seconds
        while not done():
            self.check()
            if time.monotonic() > end:
                raise DemoError(f"{what} did not come within {seconds:.0f} s; see {self.logs}")
            time.sleep(PAUSE_S)

    def check(self) -> None:
        """Refuse to go on without a child that died.

        Raises:
            DemoError: Names it and its last words.
        """
        for name, child in self.running.items():
            if child.poll() is not None:
                tail = (self.logs / f"{name}.log").read_text(errors="replace").splitlines()[-3:]
                raise DemoError(f"{name} ended with status {child.returncode}: {' / '.join(tail)}")


def _tell(child: subprocess.Popen[bytes], number: int) -> None:
    if child.poll() is None:
        os.killpg(child.pid, number)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
