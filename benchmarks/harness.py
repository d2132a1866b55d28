"""Rows of results, and how a figure is held against its goal.

A ratio within one run is a goal; an absolute time is only for orientation, unless the goal is one.
"""

import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

Document = Mapping[str, object]
MEASURED: Final = "measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure. ``ratio`` is judged where there is one, else ``value``."""

    name: str
    value: float
    unit: str
    ratio: float | None
    goal: str
    passed: bool
    note: str = ""

    @property
    def measured(self) -> bool:
        """Whether there is a figure at all."""
        return self.goal != MEASURED

    def as_json(self) -> Document:
        """Return the row as it stands in the document."""
        return asdict(self)


Measurement = Callable[[], Iterable[Row]]


def at_most(
    name: str, value: float, unit: str, limit: float, *, ratio: float | None = None, note: str = ""
) -> Row:
    """Return a row whose ratio, or value where there is none, must not exceed ``limit``."""
    judged = value if ratio is None else ratio
    row = _row(name, value, unit, ratio, note)
    return replace(row, goal=f"<= {limit:g}", passed=judged <= limit)


def at_least(
    name: str, value: float, unit: str, limit: float, *, ratio: float | None = None, note: str = ""
) -> Row:
    """Return a row whose ratio, or value where there is none, must reach ``limit``."""
    judged = value if ratio is None else ratio
    row = _row(name, value, unit, ratio, note)
    return replace(row, goal=f">= {limit:g}", passed=judged >= limit)


def rows_from(documents: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """Yield the rows of a measurement that judges itself; its goals are lower bounds."""
    for document in documents:
        goal = document["goal"]
        yield Row(**{**document, "goal": "" if goal is None else f">= {goal:g}"})


def failed(name: str, why: str) -> Row:
    """Return the row of a measurement that could not be made."""
    return Row(name=name, value=0.0, unit="", ratio=None, goal=MEASURED, passed=False, note=why)


def _row(name: str, value: float, unit: str, ratio: float | None, note: str) -> Row:
    return Row(
        name=name,
        value=round(value, 4),
        unit=unit,
        ratio=None if ratio is None else round(ratio, 4),
        goal="",
        passed=False,
        note=note,
    )


def timed(words: Iterable[object], *, timeout: float = 120) -> tuple[float, str]:
    """Run a command; return how long it took and what it printed.

    Raises:
        RuntimeError: It failed.
    """
    command = [str(word) for word in words]
    began = time.monotonic()
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout,
        text=True,
        check=False,
    )
    took = time.monotonic() - began
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout[-500:]}")
    return took, done.stdout


def median(values: Iterable[float]) -> float:
    """Return the middle value: one run disturbed by the machine does not count."""
    return statistics.median(values)


HEADINGS: Final = ("", "measurement", "value", "unit", "ratio", "goal")


def table(rows: Iterable[Row]) -> str:
    """Return ``rows`` for people."""
    lines = [HEADINGS]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.3f}"
        mark = "ok" if row.passed else "NO"
        lines.append((mark, row.name, f"{row.value:.3f}", row.unit, ratio, row.goal))
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
