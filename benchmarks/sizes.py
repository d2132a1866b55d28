"""How much is measured: in full, or a little of each to see that the measurements still run.

``BENCH_SIZE=tiny`` is for the tests; its figures mean nothing.
"""

import os
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Numbers of rows, requests and repetitions."""

    small: int = 10_000
    large: int = 1_000_000
    times: int = 15
    postgresql: bool = True
    round_s: float = 1.5
    rounds: int = 3
    single: int = 160
    batches: int = 40
    chain: int = 25_000
    scales: int = 800
    labels: int = 1_000
    rows: int = 100_000


FULL: Final = Size()
TINY: Final = Size(
    small=100,
    large=1_000,
    times=2,
    postgresql=False,
    round_s=0.1,
    rounds=1,
    single=4,
    batches=1,
    chain=50,
    scales=5,
    labels=10,
    rows=50,
)
IS_TINY: Final = os.environ.get("BENCH_SIZE") == "tiny"
SIZE: Final = TINY if IS_TINY else FULL
