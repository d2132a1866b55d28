"""What a reading is made of: options, progress, parts, the outcome."""

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

    baud: int | None = None
    length: int | None = None
    entry: str | None = None
    passes: int = 2
    boot0_by_rts: bool = False
    """Wiring of the strap: BOOT0 is high while RTS is asserted instead of released."""


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
    read_s: float
    """From the first block to the last byte."""
    facts: Mapping[str, str | int]


OnProgress = Callable[[Progress], None]
Stop = Callable[[], bool]
