"""Reading every page twice, and again where the passes differ.

Read data carry no checksum: three flipped bytes in 64 KiB go unnoticed in one pass. A page counts
when enough passes agree on it. Two passes may also be wrong alike: errors at a rate of ``r`` a page
coincide with a probability of about r * r / 8192 (same bit of 1 KiB), so a line on which that could
happen has to bring three equal copies of every page. So has a line on which requests went wrong:
a request that is garbled and answered all the same gives whole wrong blocks.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from scale_agent.digests import PAGE

COINCIDENCE: Final = 1e-5
BITS_OF_PAGE: Final = 8 * PAGE
PAGES_PER_FAILURE: Final = 50
MOST_ERRORS_COUNTED: Final = 8  # bytes out of step differ by the hundred and were one error


class Votes:
    """What the passes read of each page."""

    def __init__(self, length: int, planned: int) -> None:
        self.pages: Final = -(-length // PAGE)
        self._copies: list[list[bytes]] = [[] for _ in range(self.pages)]
        self._planned = planned
        self._needed = 1
        self.passes = 0

    def add(self, page: int, data: bytes) -> None:
        """Take what a pass read of ``page``."""
        self._copies[page].append(data)

    def end_pass(self, *, failed_requests: int) -> None:
        """Count the pass; after the planned ones decide how much agreement is enough."""
        self.passes += 1
        if self.passes == self._planned > 1:
            allowed = 1 + self.passes * self.pages // PAGES_PER_FAILURE
            is_noisy = failed_requests > allowed or self._is_noisy()
            self._needed = self._planned // 2 + (2 if is_noisy else 1)

    def next_pages(self) -> list[int]:
        """Return what the next pass has to read; nothing when no pass would help."""
        if self.passes < self._planned:
            return list(range(self.pages))
        return self.undecided() if self.passes <= self._needed else []

    def undecided(self) -> list[int]:
        """Return the pages on which not enough passes agree."""
        return [page for page in range(self.pages) if self._best(page)[1] < self._needed]

    def image(self) -> bytes:
        """Return the decided bytes; call it only when nothing is undecided."""
        return b"".join(self._best(page)[0] for page in range(self.pages))

    def _best(self, page: int) -> tuple[bytes, int]:
        copies = self._copies[page]
        if not copies:
            return b"", 0
        return Counter(copies).most_common(1)[0]

    def _is_noisy(self) -> bool:
        errors = sum(_errors(copies) for copies in self._copies)
        rate = errors / (self.passes * self.pages)
        return self.pages * rate * rate / BITS_OF_PAGE > COINCIDENCE


def _errors(copies: Iterable[bytes]) -> int:
    """Return how many bytes differ from the first copy, out of step counted as a few."""
    first, *others = copies
    return sum(
        min(MOST_ERRORS_COUNTED, sum(map(int.__ne__, first, other)))
        for other in others
        if other != first
    )
