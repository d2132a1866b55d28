"""Durable spool writes against the disk's own rate, in the same run and the same folder.

Goal (docs/quality of the agent): a captured reading costs at most two raw syncs. The raw
figure writes the bytes of one record and calls fsync; both alternate in small rounds, so that
a busy machine slows both alike.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from scale_agent import evidence
from scale_agent.evidence import Errand
from scale_agent.keys import make_or_load_key
from scale_agent.results import Part, Reading
from scale_agent.spool import Signer, Spool

GOAL: Final = 0.5
ROUNDS: Final = 15
WRITES: Final = 40
STATION: Final = "0199f39f-11aa-7000-8000-0242ac120002"
ERRAND: Final = Errand(scale="0199f39f-22bb-7111-9000-0242ac120003", port="bench-1")
READING: Final = Reading(
    protocol="an3155",
    device={"chip_id": "0410", "bootloader": "22", "commands": "00010211"},
    verdict="read",
    parts=(Part("program", 0x08000000, bytes(range(256)) * 256),),
    passes=2,
    passes_equal=True,
    elapsed_s=13.4,
    read_s=13.2,
    wire_limit_s=13.1,
    facts={"transport": "tty", "control_lines": "driven", "baud": 115200},
)


def measure() -> list[dict[str, Any]]:
    """Return the rows for benchmarks/results.json."""
    # The temporary folder may lie in memory, where a sync costs nothing: measure a disk.
    with tempfile.TemporaryDirectory(dir=_disk()) as name:
        folder = Path(name)
        signer = Signer(STATION, make_or_load_key(folder))
        measured = evidence.measure(READING)
        with Spool(folder) as spool:

            def capture() -> None:
                spool.keep(measured, ERRAND, by=signer, at=1_795_416_000)

            capture()
            (record,) = spool.waiting(limit=1, most_bytes=2**30)
            handle = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT, 0o600)

            def raw() -> None:
                os.write(handle, record.envelope)
                os.fsync(handle)

            try:
                pairs = [(_rate(raw), _rate(capture)) for _ in range(ROUNDS)]
            finally:
                os.close(handle)
    ratio = statistics.median(captured / synced for synced, captured in pairs)
    return [
        {
            "name": "agent: raw fsync",
            "value": round(statistics.median(synced for synced, _ in pairs), 1),
            "unit": "1/s",
            "ratio": None,
            "goal": None,
            "passed": True,
            "note": f"write and fsync of {len(record.envelope)} bytes",
        },
        {
            "name": "agent: durable spool writes",
            "value": round(statistics.median(captured for _, captured in pairs), 1),
            "unit": "1/s",
            "ratio": round(ratio, 3),
            "goal": GOAL,
            "passed": ratio >= GOAL,
            "note": "readings of 64 KiB: document, signature, one transaction, one sync",
        },
    ]


def _rate(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    for _ in range(WRITES):
        act()
    return WRITES / (time.perf_counter() - began)


def _disk() -> Path:
    """Return a folder that is on a disk: beside the checkout's other leftovers."""
    folder = Path(__file__).parents[1] / "var"
    folder.mkdir(exist_ok=True)
    return folder
