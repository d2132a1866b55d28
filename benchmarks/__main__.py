"""``python -m benchmarks [PART...]``: measure, print a table, write ``benchmarks/results.json``.

Exit status 1 if a figure misses its goal. PART is the beginning of a name in ``MEASUREMENTS``.
"""

import json
import os
import platform
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from benchmarks import (
    firmware,
    footprint,
    server,
    server_ledger,
    server_lists,
    spool,
)
from benchmarks.harness import Measurement, Row, failed, rows_from, table

RESULTS: Final = Path(__file__).with_name("results.json")

# To add one: a function that yields rows, and a line here.
MEASUREMENTS: Final[Mapping[str, Measurement]] = MappingProxyType(
    {
        "firmware-an3155": firmware.an3155,
        "firmware-rfc2217": firmware.rfc2217,
        "firmware-eight-ports": firmware.eight_ports,
        "firmware-stk500v1": firmware.stk500v1,
        "agent-footprint": footprint.agent,
        "agent-spool": lambda: rows_from(spool.measure()),
        "server-pages": server.pages,
        "server-evidence": server.evidence,
        "server-ledger": server_ledger.verification,
        "server-lists": server_lists.lists,
        "server-labels": server_lists.labels,
    }
)


def measured(name: str) -> Iterable[Row]:
    """Return the rows of one measurement; one that fails is a row as well."""
    print(f"measuring {name} ...", file=sys.stderr, flush=True)
    try:
        return list(MEASUREMENTS[name]())
    except Exception as error:  # noqa: BLE001 -- the other figures are still wanted
        return [failed(name, f"{type(error).__name__}: {error}")]


def main(parts: list[str]) -> int:
    """Measure what ``parts`` name, or everything."""
    names = [name for name in MEASUREMENTS if not parts or name.startswith(tuple(parts))]
    if not names:
        print(f"there is no such measurement; there are: {', '.join(MEASUREMENTS)}")
        return 2
    # Others at work on the machine spoil every figure here: the document says whether they were.
    load = round(os.getloadavg()[0], 2)
    rows = [row for name in names for row in measured(name)]
    document = {
        "at": int(time.time()),
        "machine": {
            "cpus": os.cpu_count(),
            "load_before": load,
            "python": platform.python_version(),
        },
        "rows": [row.as_json() for row in rows],
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(table(rows))
    print(f"{os.cpu_count()} processors, load before {load}")
    for row in rows:
        if row.note:
            print(f"  {row.name}: {row.note}")
    return 0 if all(row.passed for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
