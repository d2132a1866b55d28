"""The benchmarks: no figure is forgotten, a missing one fails, and all of them still run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import __main__ as program
from benchmarks.harness import Row, at_most
from benchmarks.required import LATER, REQUIRED, absent

ROOT = Path(__file__).parents[2]
PART = "server-labels"
(NAME,) = REQUIRED[PART]


def good() -> Iterator[Row]:
    """Yield the row that the part owes."""
    yield at_most(NAME, 1, "s", 8)


def another() -> Iterator[Row]:
    """Yield a row of another name: the one that is owed is absent."""
    yield at_most("labels", 1, "s", 8)


def slow() -> Iterator[Row]:
    """Yield a row that misses its goal."""
    yield at_most(NAME, 9, "s", 8)


def broken() -> Iterator[Row]:
    """Fail after the row."""
    yield at_most(NAME, 1, "s", 8)
    raise RuntimeError("the machine is gone")


def test_table_and_measurements_agree() -> None:
    """Every measurement owes rows, every row owed has a measurement, no name stands twice."""
    assert set(REQUIRED) == set(program.MEASUREMENTS)
    names = [row for rows in REQUIRED.values() for row in rows]
    assert len(names) == len(set(names))
    assert not LATER.keys() & set(names)


@pytest.mark.parametrize(
    ("measurement", "status"), [(good, 0), (another, 1), (slow, 1), (broken, 1)]
)
def test_what_is_absent_late_or_broken_fails_the_run(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    measurement: program.Measurement,
    status: int,
) -> None:
    """The first one is the control: it passes."""
    monkeypatch.setattr(program, "MEASUREMENTS", {PART: measurement})
    monkeypatch.setenv("BENCH_RESULTS", str(tmp_path / "results.json"))
    assert program.main([]) == status
    document = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert NAME in {row["name"] for row in document["rows"]}
    assert document["not_built_yet"] == dict(LATER)


def test_each_measurement_of_the_server_runs(tmp_path: Path) -> None:
    """A little of each; the goals are judged by `make bench`."""
    parts = [name for name in REQUIRED if name.startswith(("server", "lists", "import"))]
    results = tmp_path / "results.json"
    environment = {
        **os.environ,
        "BENCH_SIZE": "tiny",
        "BENCH_RESULTS": str(results),
        "TMPDIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *parts],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(results.read_text(encoding="utf-8"))["rows"]
    missing = absent(parts, {row["name"] for row in rows})
    assert all("PostgreSQL" in name for name in missing)
