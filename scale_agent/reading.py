"""One reading of one scale: open, enter, identify, read every page twice, conclude.

Trouble with a device is a verdict with a reason, never an exception: a station must be able to
report it. An image that is not complete has no parts and is never hashed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """Memory read in full. ``data`` begins at ``address``."""

    name: str
    address: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading is; ``pass_`` counts from 1, ``remaining_s`` is an estimate."""

    pass_: int
    passes: int
    bytes: int
    total: int
    remaining_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the caller may choose; None takes the protocol's default."""

    baud: int = 115200
    length: int | None = None
    entry: str | None = None
    passes: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of it. ``verdict``: read, unreadable, no_answer, malformed or inconsistent."""

    protocol: str
    device: Mapping[str, str | int]
    verdict: str
    parts: tuple[Part, ...]
    passes: int
    passes_equal: bool
    elapsed_s: float
    wire_limit_s: float
    facts: Mapping[str, str | int]


OnProgress = Callable[[Progress], None]
Stop = Callable[[], bool]


def read_scale(
    port_url: str,
    protocol: str,
    *,
    options: ReadOptions,
    on_progress: OnProgress | None = None,
    stop: Stop | None = None,
) -> Reading:
    """Read the program memory of the scale behind ``port_url``."""
    raise NotImplementedError
