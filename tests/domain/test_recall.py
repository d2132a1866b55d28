"""Which weights a bad one puts in doubt, and how urgent each scale is."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.recall_risk import POINTS, RiskFacts, RiskReason, risk
from app.domain.recall_spans import Made, Span, first, next_level
from app.domain.traceability import DEEPEST

DAY = timedelta(days=1)
GOOD = date(2026, 3, 1)
SAFE = RiskFacts(
    is_standing=False, in_service=False, is_fair=False, used_percent=10, links=3, finding_open=False
)


def test_the_last_good_day_itself_is_good() -> None:
    """The doubt begins on the day after."""
    doubt = first(7, GOOD)
    assert not doubt.covers(GOOD)
    assert doubt.covers(GOOD + DAY)


def test_a_weight_calibrated_meanwhile_is_in_doubt_until_it_is_calibrated_again() -> None:
    """Its own next certificate ends it; a calibration before the doubt passes nothing on."""
    again = GOOD + timedelta(days=200)
    made = [Made(1, 8, 7, GOOD + DAY, again), Made(2, 9, 7, GOOD, None)]
    found = next_level([first(7, GOOD)], made, {})
    assert found == {1: Span(8, GOOD + DAY, again, 1)}
    assert found[1].covers(again - DAY)
    assert not found[1].covers(again)


def test_doubt_passes_on_only_while_it_lasts() -> None:
    """What the lower weight calibrated after its own new certificate is good."""
    doubt = Span(8, GOOD, GOOD + timedelta(days=10), 1)
    made = [
        Made(1, 9, 8, GOOD + timedelta(days=9), None),
        Made(2, 10, 8, GOOD + timedelta(days=10), None),
    ]
    assert list(next_level([doubt], made, {})) == [1]


@given(st.integers(1, 40))
def test_doubt_goes_down_twenty_five_levels_and_ends(depth: int) -> None:
    """A chain as deep as one may be is followed to its end, one that is deeper is cut."""
    level, known, reached = [first(0, GOOD)], {}, 0
    while level:
        made = [
            Made(s.weight + 1, s.weight + 1, s.weight, GOOD + DAY, None)
            for s in level
            if s.weight < depth
        ]
        found = next_level(level, made, known)
        known |= found
        level = list(found.values())
        reached += bool(level)
    assert reached == min(depth, DEEPEST)


def test_two_weights_that_calibrated_each_other_end_the_search() -> None:
    """No calibration is followed twice."""
    known: dict[int, Span] = {}
    level = [first(1, GOOD)]
    made = {1: [Made(11, 2, 1, GOOD + DAY, None)], 2: [Made(12, 1, 2, GOOD + DAY, None)]}
    for _ in range(5):
        found = next_level(level, [one for s in level for one in made[s.weight]], known)
        known |= found
        level = list(found.values())
    assert set(known) == {11, 12}
    assert not level


def test_a_mark_that_rests_on_the_weight_outranks_everything_else_together() -> None:
    """Reasons are named heaviest first."""
    worst = RiskFacts(
        is_standing=True, in_service=True, is_fair=True, used_percent=95, links=0, finding_open=True
    )
    points, reasons = risk(worst)
    assert reasons[0] is RiskReason.MARK_RESTS_ON_IT
    assert points == sum(POINTS.values()) - POINTS[RiskReason.LITTLE_MARGIN]
    assert risk(SAFE) == (0, ())


@given(st.integers(0, 200), st.integers(0, 200))
def test_less_margin_is_never_less_urgent(one: int, other: int) -> None:
    """Of two scales alike, the one nearer to its limit does not stand lower."""
    low, high = sorted((one, other))
    assert risk(replace(SAFE, used_percent=low))[0] <= risk(replace(SAFE, used_percent=high))[0]
