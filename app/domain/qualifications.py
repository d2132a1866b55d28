"""What gates the work of a verification body: its authorisation, standard and people.

Sources: 计量法 20 and 计量授权管理办法 (authorised bodies work inside what they were given),
计量标准考核办法 (a standard is used under a valid assessment certificate), 计量检定人员管理办法
(a verifier verifies the items of the certificate held, while it is valid).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

REMIND_DAYS: Final = 60
PRESS_DAYS: Final = 30


class VerificationItem(StrEnum):
    """An item (检定项目) that a verifier's certificate names."""

    PRICE_SCALES = "price_scales"
    DIGITAL_SCALES = "digital_scales"
    NON_AUTOMATIC = "non_automatic"
    WEIGHTS = "weights"


# Each of these covers electronic price-computing scales.
FOR_MARKET_SCALES: Final = frozenset(
    {
        VerificationItem.PRICE_SCALES,
        VerificationItem.DIGITAL_SCALES,
        VerificationItem.NON_AUTOMATIC,
    }
)


class GateFault(StrEnum):
    """Why somebody may not verify a scale for a body today; shown in this order."""

    AUTHORISATION_EXPIRED = "authorisation_expired"
    NOT_ASSIGNED = "not_assigned"
    NO_STANDARD = "no_standard"
    STANDARD_EXPIRED = "standard_expired"
    NOT_QUALIFIED = "not_qualified"
    QUALIFICATION_EXPIRED = "qualification_expired"


class EndingKind(StrEnum):
    """What a body works by and what ends on a day; shown in this order."""

    AUTHORISATION = "authorisation_ends"
    STANDARD = "standard_ends"
    QUALIFICATION = "qualification_ends"
    WEIGHT = "weight_ends"


class Urgency(StrEnum):
    """How soon something ends; shown in this order."""

    OVER = "ended"
    PRESSING = "ends_in_30"
    COMING = "ends_in_60"


@dataclass(frozen=True, slots=True)
class Span:
    """From a day to a day, both inclusive; None is open."""

    since: date | None
    until: date | None

    def holds(self, on: date) -> bool:
        """Return whether ``on`` lies inside."""
        begun = self.since is None or self.since <= on
        return begun and (self.until is None or on <= self.until)


def any_holds(spans: Iterable[Span], on: date) -> bool:
    """Return whether one of ``spans`` holds on ``on``."""
    return any(span.holds(on) for span in spans)


def runs_out(until: date | None, on: date) -> int | None:
    """Return the days left where they are `REMIND_DAYS` at most (negative: over); else None."""
    if until is None or (until - on).days > REMIND_DAYS:
        return None
    return (until - on).days


def urgency(left: int) -> Urgency:
    """Return how urgent something is that ends in ``left`` days, its last day being today at 0."""
    if left < 0:
        return Urgency.OVER
    return Urgency.PRESSING if left <= PRESS_DAYS else Urgency.COMING
