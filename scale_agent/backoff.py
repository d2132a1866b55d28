"""How long to wait before trying again: twice as long each time, with jitter, up to a limit."""

import random
from typing import Final

FIRST_S: Final = 1.0
LONGEST_S: Final = 300.0


class Backoff:
    """Counts failures in a row. Jitter keeps a thousand stations from returning as one."""

    def __init__(
        self, *, longest_s: float = LONGEST_S, chance: random.Random | None = None
    ) -> None:
        self._longest_s = longest_s
        self._chance = chance or random.Random()  # noqa: S311 - spreads load, guards nothing
        self._failures = 0

    @property
    def failures(self) -> int:
        """How many failures there were since the last success."""
        return self._failures

    def fail(self) -> float:
        """Count a failure; return how many seconds to wait."""
        ceiling = min(FIRST_S * float(1 << self._failures), self._longest_s)
        self._failures = min(self._failures + 1, 30)
        return ceiling * (0.5 + self._chance.random() / 2)

    def stretch(self, seconds: float) -> float:
        """Return a pause that somebody asked for: never shorter, up to half as long again."""
        return seconds * (1.0 + self._chance.random() / 2)

    def succeed(self) -> None:
        """Start over."""
        self._failures = 0
