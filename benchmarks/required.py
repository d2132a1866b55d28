"""Which figures there must be: every row of the quality goals on speed and size.

``REQUIRED`` names the rows of each measurement; one that is absent fails the run. What a later
issue builds stands in ``LATER`` with its goal, so that nobody forgets it.
"""

from types import MappingProxyType
from typing import Final


def _of_lists(database: str) -> tuple[str, ...]:
    cases = ("province", "county", "state", "legal status", "stop orders", "text")
    return (
        *(f"list at a million over ten thousand, {case}, {database}" for case in cases),
        f"last page over first, province, {database}",
        f"last page over first, county, {database}",
        f"two-character name search, province, {database}",
        f"two-character name search, county, {database}",
        f"dashboard of a province, {database}",
        f"dashboard over a live full count, {database}",
    )


REQUIRED: Final = MappingProxyType(
    {
        "firmware-an3155": (
            "AN3155 64 KiB, whole reading over the wire limit",
            "AN3155 64 KiB, agent over stm32flash",
        ),
        "firmware-rfc2217": ("AN3155 64 KiB over RFC 2217, blocks over the wire limit",),
        "firmware-eight-ports": (
            "AN3155 64 KiB on 8 ports at once, slowest whole reading over the wire limit",
        ),
        "firmware-stk500v1": (
            "STK500v1 32 KiB, blocks over the wire limit",
            "STK500v1 32 KiB, agent over avrdude",
        ),
        "agent-footprint": (
            "agent, import",
            "agent, resident after import",
            "agent, installed with all it needs",
        ),
        "agent-spool": ("agent: raw fsync", "agent: durable spool writes"),
        "server-pages": ("public tag page", "public tag as JSON", "first load of a page"),
        "server-evidence": (
            "signed evidence with ledger entry",
            "the same, 100 in a batch",
            "one report 50 times in parallel, effects",
        ),
        "server-ledger": (
            "ledger, chain",
            "ledger, chain, memory",
            "ledger, with rows",
            "ledger, with rows, memory",
        ),
        "server-labels": ("1,000 QR labels",),
        "certificate": ("certificate PDF",),
        "import": ("register import, rows of xlsx read, checked and compared",),
        "recall": ("recall of a weight over 100,000 verifications",),
        "worksheet": ("worksheet, taps per scale", "worksheet, program per scale"),
        "camera": ("camera start to the scale's answer", "camera, one frame"),
        "lists-sqlite": _of_lists("SQLite"),
        "lists-postgresql": _of_lists("PostgreSQL"),
    }
)

# What is not built yet: the goal, and the issue that builds it; none is written where no issue
# is open for it.
LATER: Final = MappingProxyType(
    {
        "rotation plan of 500 stalls (feasible <= 2 s)": "a later issue",
    }
)


def absent(parts: list[str], names: set[str]) -> list[str]:
    """Return the rows that the measurements ``parts`` owe and that are not among ``names``."""
    return [row for part in parts for row in REQUIRED[part] if row not in names]
