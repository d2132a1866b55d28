"""Advisories: each rule at its borders."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.advisories import Advisory, AdvisoryCode, AdvisoryFacts, advisories
from app.domain.evidence import Level
from app.domain.verdicts import Verdict

TODAY = date(2026, 11, 23)
ONE_DAY = timedelta(days=1)
# A tagged scale, verified, read a month ago.
QUIET = AdvisoryFacts(
    valid_until=date(2027, 3, 4),
    has_tag=True,
    firmware=Verdict.MATCH,
    taken_on=date(2026, 10, 23),
    lapse_days=60,
)
C = AdvisoryCode


def said(facts: AdvisoryFacts, today: date = TODAY) -> list[Advisory]:
    """Return what is said about ``facts``."""
    return list(advisories(facts, today))


def test_nothing_to_say_about_a_good_scale() -> None:
    """Silence is the usual case."""
    assert said(QUIET) == []


def test_the_codes_are_the_published_ones() -> None:
    """They are public API."""
    published = (
        "due_soon no_tag firmware_mismatch firmware_inconsistent firmware_unknown "
        "firmware_unreadable evidence_lapsed counters_rose weight_withdrawn evidence_hold "
        "too_long_with_trader low_ratings type_recalled"
    )
    assert [code.value for code in AdvisoryCode] == published.split()


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2027, 2, 1), []),
        (date(2027, 2, 2), [Advisory(C.DUE_SOON, date(2027, 2, 2))]),
        (date(2027, 3, 4), [Advisory(C.DUE_SOON, date(2027, 2, 2))]),
        (date(2027, 3, 5), []),
    ],
)
def test_due_within_thirty_days(today: date, expected: list[Advisory]) -> None:
    """From thirty days before the last day until it; then the law speaks."""
    assert said(replace(QUIET, lapse_days=999), today) == expected


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (Verdict.MATCH, None),
        (Verdict.MISMATCH, C.FIRMWARE_MISMATCH),
        (Verdict.INCONSISTENT, C.FIRMWARE_INCONSISTENT),
        (Verdict.UNKNOWN_VERSION, C.FIRMWARE_UNKNOWN),
        (Verdict.UNREADABLE, C.FIRMWARE_UNREADABLE),
        (Verdict.NO_ANSWER, None),
        (Verdict.MALFORMED, None),
        (Verdict.SLOW, None),
        (None, None),
    ],
)
def test_what_a_standing_verdict_says(verdict: Verdict | None, code: AdvisoryCode | None) -> None:
    """A failed line is a task for somebody, not something to say about the scale."""
    expected = [Advisory(code, date(2026, 10, 23))] if code else []
    assert said(replace(QUIET, firmware=verdict)) == expected


def test_a_reading_lapses_after_its_last_day() -> None:
    """The day after is the first one without."""
    last = date(2026, 10, 23) + timedelta(days=60)
    assert said(QUIET, last) == []
    assert said(QUIET, last + ONE_DAY) == [Advisory(C.EVIDENCE_LAPSED, last + ONE_DAY)]


def test_an_old_difference_is_still_a_difference() -> None:
    """Only good news lapses by itself."""
    found = said(replace(QUIET, firmware=Verdict.MISMATCH), date(2027, 2, 1))
    assert [advisory.code for advisory in found] == [C.FIRMWARE_MISMATCH, C.EVIDENCE_LAPSED]


def test_a_cancelled_reading_counts_as_lapsed() -> None:
    """An error of the Verifier took the match away."""
    found = said(replace(QUIET, firmware=None, evidence_cancelled=True))
    assert found == [Advisory(C.EVIDENCE_LAPSED, date(2026, 10, 23))]


@pytest.mark.parametrize(
    ("firmware", "met", "lapsed"),
    [
        (Verdict.MATCH, True, False),
        (Verdict.MATCH, False, True),
        (None, False, True),
        (Verdict.NO_ANSWER, False, True),
        (Verdict.MALFORMED, False, True),
        (Verdict.SLOW, False, True),
        (Verdict.UNREADABLE, False, False),
        (Verdict.MISMATCH, False, False),
    ],
)
def test_a_required_check_that_does_not_stand(
    firmware: Verdict | None, *, met: bool, lapsed: bool
) -> None:
    """Where the model's profile requires a level, its absence is said once."""
    facts = replace(QUIET, firmware=firmware, required_level=Level.E2, requirement_met=met)
    assert (Advisory(C.EVIDENCE_LAPSED) in said(facts)) is lapsed
    without = said(replace(facts, required_level=None))
    assert C.EVIDENCE_LAPSED not in [advisory.code for advisory in without]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("counters_rose_on", C.COUNTERS_ROSE),
        ("weight_withdrawn_on", C.WEIGHT_WITHDRAWN),
        ("evidence_hold_since", C.EVIDENCE_HOLD),
        ("type_recalled_on", C.TYPE_RECALLED),
    ],
)
def test_what_is_on_record_since_a_day(field: str, code: AdvisoryCode) -> None:
    """A recorded day is said with that day."""
    day = date(2026, 11, 1)
    assert said(replace(QUIET, **{field: day})) == [Advisory(code, day)]


def test_a_scale_without_our_tag() -> None:
    """Its page cannot be found by a shopper."""
    assert said(replace(QUIET, has_tag=False)) == [Advisory(C.NO_TAG)]


def test_too_long_with_one_trader() -> None:
    """The ninetieth day is still within a limit of ninety."""
    facts = replace(QUIET, trader_since=date(2026, 8, 25), trader_limit_days=90)
    assert said(facts, date(2026, 11, 23)) == []
    since = date(2026, 11, 24)
    assert said(facts, since) == [Advisory(C.TOO_LONG_WITH_TRADER, since)]
    assert said(replace(facts, trader_limit_days=None), date(2027, 1, 1) - 15 * ONE_DAY) == []


@pytest.mark.parametrize(
    ("count", "total", "low"),
    [(9, 9, False), (10, 24, True), (10, 25, False), (200, 499, True), (0, 0, False)],
)
def test_many_low_ratings(count: int, total: int, *, low: bool) -> None:
    """Ten or more with a mean below 2.5."""
    found = said(replace(QUIET, rating_count=count, rating_sum=total))
    assert (Advisory(C.LOW_RATINGS) in found) is low


maybe_day = st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31))
facts = st.builds(
    AdvisoryFacts,
    valid_until=maybe_day,
    has_tag=st.booleans(),
    firmware=st.sampled_from([None, *Verdict]),
    taken_on=maybe_day,
    lapse_days=st.integers(1, 400),
    evidence_cancelled=st.booleans(),
    required_level=st.none() | st.sampled_from(Level),
    requirement_met=st.booleans(),
    counters_rose_on=maybe_day,
    weight_withdrawn_on=maybe_day,
    evidence_hold_since=maybe_day,
    type_recalled_on=maybe_day,
    trader_since=maybe_day,
    trader_limit_days=st.none() | st.integers(1, 400),
    rating_count=st.integers(0, 50),
    rating_sum=st.integers(0, 250),
)


@given(facts)
def test_each_thing_is_said_once_and_in_order(given_facts: AdvisoryFacts) -> None:
    """Whatever the facts."""
    found = [advisory.code for advisory in said(given_facts)]
    assert found == [code for code in AdvisoryCode if code in found]
