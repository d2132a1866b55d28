"""Event counters of a scale: how often it was calibrated, how often its parameters were set.

Source: domain.md 4.3. A counter that changed with neither repair nor verification on record
is told; one that fell as well, for a counter cannot count backwards.
"""

from dataclasses import dataclass

from app.domain.errors import DomainError


class CounterError(DomainError):
    """A counter is a whole number from 0 up."""

    code = "bad_counter"


@dataclass(frozen=True, slots=True)
class Counters:
    """The calibration counter C and the parameter counter P, as the scale shows them."""

    calibration: int
    parameters: int

    def __post_init__(self) -> None:
        if min(self.calibration, self.parameters) < 0:
            raise CounterError("a counter is a whole number from 0 up")


def unexplained(before: Counters | None, now: Counters, *, adjusted: bool) -> bool:
    """Return whether ``now`` differs from ``before`` and nothing on record says why.

    Args:
        adjusted: A repair or a verification was recorded since ``before``.
    """
    return before is not None and now != before and not adjusted
