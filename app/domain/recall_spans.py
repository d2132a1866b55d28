"""Which weights a bad one puts in doubt, and from when to when, down the chain of calibrations.

A weight calibrated by one in doubt is in doubt from that day until it is calibrated again; what
it calibrated meanwhile is in doubt with it, and so on, as deep as a chain may be.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.traceability import DEEPEST


@dataclass(frozen=True, slots=True)
class Made:
    """A calibration of ``weight`` by means of ``against``; ids.

    Attributes:
        until: First day on which a newer calibration speaks for the weight, None for none.
    """

    id: int
    weight: int
    against: int
    on: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which a weight is in doubt: from ``since``, and before ``until``.

    Attributes:
        links: Calibrations between the bad weight and this one.
    """

    weight: int
    since: date
    until: date | None
    links: int

    def covers(self, day: date) -> bool:
        """Return whether the weight is in doubt on ``day``."""
        return self.since <= day and (self.until is None or day < self.until)


def first(weight: int, last_good_on: date) -> Span:
    """Return the doubt about the bad weight itself: from the day after it was surely good."""
    return Span(weight, last_good_on + timedelta(days=1), None, 0)


def next_level(
    spans: Iterable[Span], made: Iterable[Made], known: Mapping[int, Span]
) -> dict[int, Span]:
    """Return the doubts that ``spans`` pass on, by the calibration that passed them.

    Args:
        made: The calibrations against the weights of ``spans``.
        known: Doubts found on higher levels, by calibration; none is found twice.
    """
    above: dict[int, list[Span]] = {}
    for span in spans:
        above.setdefault(span.weight, []).append(span)
    found: dict[int, Span] = {}
    for one in made:
        if one.id in known or one.id in found:
            continue
        passing = next((s for s in above.get(one.against, ()) if s.covers(one.on)), None)
        if passing is not None and passing.links < DEEPEST:
            found[one.id] = Span(one.weight, one.on, one.until, passing.links + 1)
    return found
