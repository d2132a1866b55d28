"""The command in a clean environment, with an empty home."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from app.cli.__main__ import main

PROJECT = Path(__file__).parents[2]
PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs commands for one home, and sees to it that none ends in a traceback."""

    home: Path

    def __call__(self, *words: object, **settings: str) -> Ran:
        """Run ``wutong`` in this process, which is a second quicker than `process`."""
        out, err, status = io.StringIO(), io.StringIO(), -1
        with (
            mock.patch.dict(os.environ, self._environment(settings), clear=True),
            mock.patch.object(sys, "argv", ["wutong", *map(str, words)]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as end:
                status = int(end.code or 0)
        return Ran(status, out.getvalue(), err.getvalue())

    def process(self, *words: object, **settings: str) -> Ran:
        """Run ``wutong`` as people do."""
        done = subprocess.run(
            [sys.executable, "-m", "app.cli.__main__", *map(str, words)],
            env=self._environment(settings),
            cwd=self.home.parent,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home / "nobody"),
            "WUTONG_HOME": str(self.home),
            "PYTHONPATH": str(PROJECT),
            "LC_ALL": "C.UTF-8",
            **settings,
        }


@pytest.fixture
def empty(tmp_path: Path) -> Shell:
    """Return the command in a home that does not exist yet."""
    return Shell(tmp_path / "home")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home that `wutong init` made."""
    home = tmp_path_factory.mktemp("made") / "home"
    ran = Shell(home).process("init")
    assert ran.status == 0, ran.err
    return home


@pytest.fixture
def wutong(made: Path, tmp_path: Path) -> Shell:
    """Return the command in a copy of a freshly made home."""
    home = tmp_path / "home"
    shutil.copytree(made, home)
    return Shell(home)
