"""What the agent costs a small machine: time to import, memory, disk."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from benchmarks.harness import Row, at_most

ROUNDS: Final = 5
MB: Final = 1_000_000
# Everything that the command and the daemon load, as a process of its own counts it.
IMPORT: Final = (
    "import time; began = time.process_time(); import scale_agent.__main__, scale_agent.station; "
    "print(time.process_time() - began)"
)
RESIDENT: Final = (
    "import scale_agent.__main__, scale_agent.station; print(open('/proc/self/status').read())"
)


def agent() -> Iterator[Row]:
    """Import time, resident memory and installed size of the agent."""
    yield at_most("agent, import", _import_s(), "s", 0.4)
    yield at_most("agent, resident after import", _resident_mb(), "MB", 60)
    parts = _installed()
    largest = sorted(parts, key=lambda name: -parts[name])[:3]
    yield at_most(
        *("agent, installed with all it needs", sum(parts.values()) / MB, "MB", 60),
        note="most of it: " + ", ".join(f"{name} {parts[name] / MB:.1f}" for name in largest),
    )


def _import_s() -> float:
    """Return the processor time of the import, everything compiled as an installer leaves it.

    On an idle machine that is the time it takes; on a busy one it is still the same.
    """
    with tempfile.TemporaryDirectory() as cache:
        environment = dict(os.environ, PYTHONPYCACHEPREFIX=cache)
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        took = [float(_printed(IMPORT, environment)) for _ in range(ROUNDS + 1)]
    return min(took[1:])


def _printed(program: str, environment: dict[str, str] | None = None) -> str:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    ).stdout


def _resident_mb() -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", _printed(RESIDENT))
    if not found:
        raise RuntimeError("the system does not say what is resident")
    return int(found[1]) * 1024 / MB


def _installed() -> dict[str, int]:
    """Return the bytes of our package and of every distribution it needs."""
    ours = Path(__file__).parents[1] / "scale_agent"
    sizes = {"scale_agent": sum(_size(path) for path in ours.rglob("*") if path.is_file())}
    wanted = [Requirement("wutong[agent]")]
    seen: set[str] = set()
    while wanted:
        for distribution, requirement in _needed(wanted.pop(), seen):
            wanted.append(requirement)
            sizes.setdefault(distribution.name, _distribution_size(distribution))
    return sizes


def _needed(wanted: Requirement, seen: set[str]) -> Iterator[tuple[Distribution, Requirement]]:
    extras = wanted.extras or {""}
    for text in importlib.metadata.requires(wanted.name) or []:
        requirement = Requirement(text)
        applies = requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in extras
        )
        if applies and requirement.name not in seen:
            seen.add(requirement.name)
            try:
                yield importlib.metadata.distribution(requirement.name), requirement
            except PackageNotFoundError:
                raise RuntimeError(f"{requirement.name} is not installed") from None


def _distribution_size(distribution: Distribution) -> int:
    files = distribution.files or []
    return sum(_size(Path(str(distribution.locate_file(file)))) for file in files)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
