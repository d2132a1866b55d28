"""What can be wrong with a virtual scale or its line, as written after ``--fault``."""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

# fmt: off
HELP: Final = {
    "rdp":          "read protection is on: the bootloader answers, memory is refused (an3155)",
    "flips[=RATE]": "bits flip on the line, RATE of all bytes in both directions (0.001)",
    "stalls[=S]":   "the device pauses S seconds after every 2048 bytes (1.0)",
    "unplug=N":     "the plug is pulled after the device has sent N bytes",
    "parity":       "the device is set to another parity than its protocol's",
    "silent":       "the device never answers",
    "half-dead":    "every answer of more than one byte breaks off half way",
    "liar=FILE":    "the program answers with a clean copy, FILE, of what it should be; only the "
                    "strap and a reset reach the boot ROM behind it (an3155 over RFC 2217)",
    "seed=N":       "repeat the same random faults (0)",
}
# fmt: on
BYTES_BETWEEN_STALLS: Final = 2048


class FaultError(ValueError):
    """A fault was asked for that does not exist or makes no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Everything that is wrong; by default nothing."""

    is_protected: bool = False
    is_silent: bool = False
    is_half_dead: bool = False
    has_wrong_parity: bool = False
    flip_rate: float = 0.0
    stall_s: float = 0.0
    unplug_after: int | None = None
    liar: Path | None = None
    seed: int = 0

    def with_fault(self, text: str) -> "Faults":
        """Return these faults and the one that ``text`` names.

        Raises:
            FaultError: There is no such fault, or its value makes no sense.
        """
        name, _, value = text.partition("=")
        match name, bool(value):
            case "rdp", False:
                return replace(self, is_protected=True)
            case "silent", False:
                return replace(self, is_silent=True)
            case "half-dead", False:
                return replace(self, is_half_dead=True)
            case "parity", False:
                return replace(self, has_wrong_parity=True)
            case "liar", True:
                return replace(self, liar=Path(value))
            case _:
                return self._with_number(name, value, text)

    def _with_number(self, name: str, value: str, text: str) -> "Faults":
        match name:
            case "flips":
                return replace(self, flip_rate=_number(text, value or "0.001", most=1.0))
            case "stalls":
                return replace(self, stall_s=_number(text, value or "1.0", most=3600.0))
            case "unplug":
                return replace(self, unplug_after=int(_number(text, value, most=1e9)))
            case "seed":
                return replace(self, seed=int(_number(text, value, most=1e9)))
            case _:
                raise FaultError(f"no fault {text!r}; there are: {', '.join(HELP)}")


def parse(texts: Iterable[str]) -> Faults:
    """Return all the faults that ``texts`` name.

    Raises:
        FaultError: There is no such fault, or its value makes no sense.
    """
    faults = Faults()
    for text in texts:
        faults = faults.with_fault(text)
    return faults


def _number(text: str, value: str, *, most: float) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number <= most:
        raise FaultError(f"{text!r}: expected a number from 0 to {most:g}")
    return number


class Flipper:
    """Flips single bits of passing bytes at random."""

    def __init__(self, rate: float, seed: int) -> None:
        self._rate = rate
        self._random = random.Random(seed)  # noqa: S311 -- faults are to be repeatable, not secret

    def passed(self, data: bytes) -> bytes:
        """Return ``data`` as the line delivers it."""
        if not self._rate:
            return data
        return bytes(
            byte ^ (1 << self._random.randrange(8) if self._random.random() < self._rate else 0)
            for byte in data
        )
