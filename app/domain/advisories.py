"""Advisories (管理提示): what the market and we have to say, beside the law.

A pure function of the facts and the day. The codes are public API.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.domain.calendar import is_valid_on
from app.domain.evidence import Level
from app.domain.verdicts import Verdict, has_lapsed, last_day

DUE_SOON_DAYS: Final = 30
LAPSE_DAYS: Final = 180
RATINGS_NEEDED: Final = 10
LOW_MEAN_TENTHS: Final = 25


class AdvisoryCode(StrEnum):
    """What there is to say; shown in this order."""

    DUE_SOON = "due_soon"
    NO_TAG = "no_tag"
    FIRMWARE_MISMATCH = "firmware_mismatch"
    FIRMWARE_INCONSISTENT = "firmware_inconsistent"
    FIRMWARE_UNKNOWN = "firmware_unknown"
    FIRMWARE_UNREADABLE = "firmware_unreadable"
    EVIDENCE_LAPSED = "evidence_lapsed"
    COUNTERS_ROSE = "counters_rose"
    WEIGHT_WITHDRAWN = "weight_withdrawn"
    EVIDENCE_HOLD = "evidence_hold"
    TOO_LONG_WITH_TRADER = "too_long_with_trader"
    LOW_RATINGS = "low_ratings"
    TYPE_RECALLED = "type_recalled"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisoryFacts:
    """What is on record; the defaults give no advisory but a missing tag's.

    Attributes:
        firmware: Verdict that stands, None where none ever did or an error took it away.
        taken_on: Legal date of that reading.
        lapse_days: How long a reading stands.
        required_level: What the model's profile asks for, None for nothing.
        requirement_met: The reading covers every required part at the required level.
        trader_limit_days: Longest time with one trader, None for no limit.
        rating_sum: Sum of the ratings, each 1 to 5.
    """

    valid_until: date | None = None
    has_tag: bool = False
    firmware: Verdict | None = None
    taken_on: date | None = None
    lapse_days: int = LAPSE_DAYS
    evidence_cancelled: bool = False
    required_level: Level | None = None
    requirement_met: bool = True
    counters_rose_on: date | None = None
    weight_withdrawn_on: date | None = None
    evidence_hold_since: date | None = None
    type_recalled_on: date | None = None
    trader_since: date | None = None
    trader_limit_days: int | None = None
    rating_count: int = 0
    rating_sum: int = 0


@dataclass(frozen=True, slots=True)
class Advisory:
    """One thing to say, and since when where that is known."""

    code: AdvisoryCode
    since: date | None = None


_Rule = Callable[[AdvisoryFacts, date], Iterator[Advisory]]


def _due_soon(facts: AdvisoryFacts, today: date) -> Iterator[Advisory]:
    """Thirty days before the last day; once overdue the law speaks instead."""
    if facts.valid_until is None or not is_valid_on(facts.valid_until, today):
        return
    since = facts.valid_until - timedelta(days=DUE_SOON_DAYS)
    if today >= since:
        yield Advisory(AdvisoryCode.DUE_SOON, since)


def _no_tag(facts: AdvisoryFacts, _today: date) -> Iterator[Advisory]:
    if not facts.has_tag:
        yield Advisory(AdvisoryCode.NO_TAG)


_OF_VERDICT: Final = {
    Verdict.MISMATCH: AdvisoryCode.FIRMWARE_MISMATCH,
    Verdict.INCONSISTENT: AdvisoryCode.FIRMWARE_INCONSISTENT,
    Verdict.UNKNOWN_VERSION: AdvisoryCode.FIRMWARE_UNKNOWN,
    Verdict.UNREADABLE: AdvisoryCode.FIRMWARE_UNREADABLE,
}


def _firmware(facts: AdvisoryFacts, _today: date) -> Iterator[Advisory]:
    """Only good news lapses: a difference stays until a person resolves it."""
    if facts.firmware in _OF_VERDICT:
        yield Advisory(_OF_VERDICT[facts.firmware], facts.taken_on)


def _evidence_lapsed(facts: AdvisoryFacts, today: date) -> Iterator[Advisory]:
    """No check stands: it grew old, an error took it away, or the required one is missing."""
    if facts.taken_on is not None and has_lapsed(facts.taken_on, facts.lapse_days, today):
        since = last_day(facts.taken_on, facts.lapse_days) + timedelta(days=1)
        yield Advisory(AdvisoryCode.EVIDENCE_LAPSED, since)
    elif facts.evidence_cancelled:
        yield Advisory(AdvisoryCode.EVIDENCE_LAPSED, facts.taken_on)
    elif facts.required_level is not None and not _required_stands(facts):
        yield Advisory(AdvisoryCode.EVIDENCE_LAPSED)


def _required_stands(facts: AdvisoryFacts) -> bool:
    """Return whether the required check stands, or a verdict already says why it does not."""
    if facts.firmware is Verdict.MATCH:
        return facts.requirement_met
    return facts.firmware in _OF_VERDICT


def _dated(code: AdvisoryCode, since: Callable[[AdvisoryFacts], date | None]) -> _Rule:
    def rule(facts: AdvisoryFacts, _today: date) -> Iterator[Advisory]:
        day = since(facts)
        if day is not None:
            yield Advisory(code, day)

    return rule


def _too_long(facts: AdvisoryFacts, today: date) -> Iterator[Advisory]:
    if facts.trader_since is None or facts.trader_limit_days is None:
        return
    since = facts.trader_since + timedelta(days=facts.trader_limit_days + 1)
    if today >= since:
        yield Advisory(AdvisoryCode.TOO_LONG_WITH_TRADER, since)


def _low_ratings(facts: AdvisoryFacts, _today: date) -> Iterator[Advisory]:
    enough = facts.rating_count >= RATINGS_NEEDED
    if enough and facts.rating_sum * 10 < LOW_MEAN_TENTHS * facts.rating_count:
        yield Advisory(AdvisoryCode.LOW_RATINGS)


RULES: Final[tuple[_Rule, ...]] = (
    _due_soon,
    _no_tag,
    _firmware,
    _evidence_lapsed,
    _dated(AdvisoryCode.COUNTERS_ROSE, lambda facts: facts.counters_rose_on),
    _dated(AdvisoryCode.WEIGHT_WITHDRAWN, lambda facts: facts.weight_withdrawn_on),
    _dated(AdvisoryCode.EVIDENCE_HOLD, lambda facts: facts.evidence_hold_since),
    _too_long,
    _low_ratings,
    _dated(AdvisoryCode.TYPE_RECALLED, lambda facts: facts.type_recalled_on),
)


def advisories(facts: AdvisoryFacts, today: date) -> tuple[Advisory, ...]:
    """Return what there is to say about a scale with ``facts`` on the legal date ``today``."""
    return tuple(advisory for rule in RULES for advisory in rule(facts, today))
