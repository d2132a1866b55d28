"""``python -m benchmarks [PART...]``: measure, print a table, write ``benchmarks/results.json``.

Exit status 1 if a figure misses its goal, could not be measured or is absent. PART is the
beginning of a name in ``MEASUREMENTS``. ``BENCH_SIZE=tiny`` tries the measurements only: no goal
is judged. ``BENCH_RESULTS`` names another file for the document.
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
    camera,
    firmware,
    footprint,
    importing,
    papers,
    recalls,
    server,
    server_ledger,
    server_lists,
    spool,
    weight,
    worksheet,
)
from benchmarks.harness import Measurement, Row, failed, rows_from, table
from benchmarks.required import LATER, absent
from benchmarks.sizes import IS_TINY, SIZE

RESULTS: Final = Path(__file__).with_name("results.json")


def _pages() -> Iterable[Row]:
    yield from server.pages()
    yield from weight.first_load()


# To add one: a function that yields rows, a line here, and its rows in benchmarks/required.py.
MEASUREMENTS: Final[Mapping[str, Measurement]] = MappingProxyType(
    {
        "firmware-an3155": firmware.an3155,
        "firmware-rfc2217": firmware.rfc2217,
        "firmware-eight-ports": firmware.eight_ports,
        "firmware-stk500v1": firmware.stk500v1,
        "agent-footprint": footprint.agent,
        "agent-spool": lambda: rows_from(spool.measure()),
        "server-pages": _pages,
        "server-evidence": server.evidence,
        "server-ledger": server_ledger.verification,
        "server-labels": server_lists.labels,
        "certificate": papers.certificates,
        "import": importing.lists_of_a_county,
        "recall": recalls.listing,
        "camera": camera.scanning,
        "worksheet": worksheet.round_of_scales,
        "lists-sqlite": server_lists.lists_sqlite,
        "lists-postgresql": server_lists.lists_postgresql,
    }
)


def measured(name: str) -> Iterable[Row]:
    """Return the rows of one measurement; one that fails is a row as well."""
    print(f"measuring {name} ...", file=sys.stderr, flush=True)
    found: list[Row] = []
    try:
        found.extend(MEASUREMENTS[name]())
    except Exception as error:  # noqa: BLE001 -- the other figures are still wanted
        found.append(failed(name, f"{type(error).__name__}: {error}"))
    missing = absent([name], {row.name for row in found})
    if not SIZE.postgresql:
        missing = [row for row in missing if "PostgreSQL" not in row]
    return [*found, *(failed(row, "required, and not measured") for row in missing)]


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
            "system": platform.platform(),
            "load_before": load,
            "load_after": round(os.getloadavg()[0], 2),
            "python": platform.python_version(),
        },
        "tiny": IS_TINY,
        "rows": [row.as_json() for row in rows],
        "not_built_yet": dict(LATER),
    }
    results = Path(os.environ.get("BENCH_RESULTS") or RESULTS)
    results.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    _print(rows, load)
    return 0 if all(row.passed or (IS_TINY and row.measured) for row in rows) else 1


def _print(rows: list[Row], load: float) -> None:
    print(table(rows))
    print(f"{os.cpu_count()} processors, load before {load}")
    for row in rows:
        if row.note:
            print(f"  {row.name}: {row.note}")
    for name, where in LATER.items():
        print(f"not built yet: {name}: {where}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
