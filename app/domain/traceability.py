"""Whether a standard weight may be used on a day: its own state, its certificate, its chain.

A certificate holds through its last day. A calibration counts as long as every weight that
stood above it was good on the day it was used: certified on that day, and not withdrawn or
recalled with an earlier last good day. Errors in micrograms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.standards import WeightClass, WeightState

DEEPEST: Final = 25


class WeightWhy(StrEnum):
    """Why a weight is refused."""

    NOT_OF_THIS_BODY = "not_of_this_body"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"
    RECALLED = "recalled"
    NO_CERTIFICATE = "no_certificate"
    NOT_PASSED = "not_passed"
    EXPIRED = "expired"
    CHAIN_UNCERTIFIED = "chain_uncertified"
    CHAIN_WITHDRAWN = "chain_withdrawn"
    CHAIN_RECALLED = "chain_recalled"
    CHAIN_ENDLESS = "chain_endless"
    LIMIT_UNKNOWN = "limit_unknown"
    TOO_COARSE = "too_coarse"
    CANNOT_BUILD = "cannot_build"


class WithdrawReason(StrEnum):
    """Why a weight is taken out of use at once."""

    CHECK_FAILED = "check_failed"
    CALIBRATION_FAILED = "calibration_failed"
    DAMAGED = "damaged"
    LOST = "lost"
    LABORATORY_NOTICE = "laboratory_notice"
    HIGHER_WEIGHT = "higher_weight"


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A certificate of a weight; ``against``: the weights by which it was calibrated."""

    uid: str
    calibrated_on: date
    valid_until: date
    passed: bool = True
    error_ug: int | None = None
    uncertainty_ug: int | None = None
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight as far as trust in it goes; certificates oldest first.

    Attributes:
        recalled_after: Last good day of the oldest open recall, None for none.
    """

    uid: str
    weight_class: WeightClass
    nominal_mg: int
    state: WeightState = WeightState.IN_USE
    last_good_on: date | None = None
    recalled_after: date | None = None
    calibrations: tuple[Calibrated, ...] = ()

    def current(self, on: date) -> Calibrated | None:
        """Return the certificate that speaks for the weight on ``on``: the newest by then."""
        known = [one for one in reversed(self.calibrations) if one.calibrated_on <= on]
        return max(known, key=lambda one: one.calibrated_on) if known else None


STOPPED: Final = MappingProxyType(
    {
        WeightState.RETIRED: WeightWhy.RETIRED,
        WeightState.WITHDRAWN: WeightWhy.WITHDRAWN,
    }
)


def why_not(weight: Weight, known: Mapping[str, Weight], on: date) -> WeightWhy | None:
    """Return why ``weight`` may not be used on ``on``; None where it may.

    Args:
        known: Every weight of its chain, by uid.
    """
    if weight.state in STOPPED:
        return STOPPED[weight.state]
    if weight.recalled_after is not None and on > weight.recalled_after:
        return WeightWhy.RECALLED
    current = weight.current(on)
    if why := _certified(current, on):
        return why
    return _chain(current, known) if current else None


def _certified(current: Calibrated | None, on: date) -> WeightWhy | None:
    if current is None:
        return WeightWhy.NO_CERTIFICATE
    if not current.passed:
        return WeightWhy.NOT_PASSED
    return WeightWhy.EXPIRED if on > current.valid_until else None


def _chain(made: Calibrated, known: Mapping[str, Weight]) -> WeightWhy | None:
    """Go up the chain, level by level; one that never ends is refused like one too long."""
    level = {made.uid: made}
    for _depth in range(DEEPEST + 1):
        higher: dict[str, Calibrated] = {}
        for lower in level.values():
            for uid in lower.against:
                own = known[uid].current(lower.calibrated_on)
                if why := _link(known[uid], own, lower.calibrated_on):
                    return why
                if own is not None:
                    higher[own.uid] = own
        if not higher:
            return None
        level = higher
    return WeightWhy.CHAIN_ENDLESS


def _link(above: Weight, own: Calibrated | None, used_on: date) -> WeightWhy | None:
    """Return why ``above`` was no good on the day another weight was calibrated by it."""
    if _certified(own, used_on):
        return WeightWhy.CHAIN_UNCERTIFIED
    gone = above.state is WeightState.WITHDRAWN
    if gone and (above.last_good_on is None or used_on > above.last_good_on):
        return WeightWhy.CHAIN_WITHDRAWN
    if above.recalled_after is not None and used_on > above.recalled_after:
        return WeightWhy.CHAIN_RECALLED
    return None
