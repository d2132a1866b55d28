"""Marks for the checker: the same readings on many scales, work done too fast, odd air.

A mark decides nothing. The numbers are data with their reasons: rules/review.toml.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).parent / "rules" / "review.toml"
MILLI: Final = 1000
MS: Final = 1000

Series = tuple[tuple[str, int, int, int | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When to mark; see rules/review.toml."""

    millibits_differing: int
    millibits_changeover: int
    chance_bits: int
    within_hours: int
    least_seconds: int
    least_dc: int
    most_dc: int
    most_pm: int

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Thresholds":
        """Read the numbers of a document."""
        parts = (document[name] for name in ("duplicate_values", "too_fast", "conditions"))
        return cls(**{name: number for part in parts for name, number in part.items()})


@cache
def usual() -> Thresholds:
    """Return the numbers that come with the program."""
    return Thresholds.of(tomllib.loads(FILE.read_text(encoding="utf-8")))


def series_of(readings: Iterable[Mapping[str, Any]]) -> Series:
    """Return what was read, load by load, without times and places; prices are left out."""
    return tuple(
        (one["test"], one["load_mg"], one["indication_mg"], one.get("added_mg"))
        for one in readings
        if "load_mg" in one
    )


def worth(series: Series, limits: Thresholds) -> int:
    """Return how much it says, in thousandths of a bit, that another scale gave the same."""
    return sum(_worth(one, limits) for one in series)


def duplicated(
    series: Series, others: Sequence[Series], limits: Thresholds
) -> tuple[int, ...] | None:
    """Return which of ``others`` are the same, if they are more than chance gives.

    Of N others k are the same by chance about (N / 2^bits)^k times.
    """
    same = tuple(number for number, other in enumerate(others) if other == series)
    if not same:
        return None
    spare = worth(series, limits) - len(others).bit_length() * MILLI
    return same if len(same) * spare >= limits.chance_bits * MILLI else None


def too_fast(started_ms: int, finished_ms: int, limits: Thresholds) -> int | None:
    """Return how many seconds the work took, if that is less than anybody needs."""
    seconds = (finished_ms - started_ms) // MS
    return seconds if seconds < limits.least_seconds else None


def outside(environment: Mapping[str, int], limits: Thresholds) -> bool:
    """Return whether the air was not that in which scales are verified."""
    is_warm_enough = limits.least_dc <= environment["temperature_dc"] <= limits.most_dc
    return not is_warm_enough or environment["humidity_pm"] > limits.most_pm


def _worth(one: tuple[str, int, int, int | None], limits: Thresholds) -> int:
    _test, load, indication, added = one
    if added is not None:
        return limits.millibits_changeover
    return limits.millibits_differing if indication != load else 0
