"""What to test and at which loads, ready for the weights at hand.

Loads that are no mark of the scale (a third of Max, 0.8 of it) are rounded to what common
weights build, 1, 2 or 5 times a power of ten.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from app.domain.rules.limits import ScaleLimits
from app.domain.rules.reading import Range
from app.domain.rules.ruleset import At, Changeover, RuleSet, Test, TestRule
from app.domain.scale_types import AccuracyClass
from app.domain.verification import VerificationKind

FINENESS: Final = 30  # a rounded load is off by at most a sixtieth of Max
PARTS: Final = 5  # and one between two marks by a tenth of their distance


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPoint:
    """One line of the worksheet before anything is on the pan.

    Attributes:
        readings: How often; the places on the pan of an eccentricity test, else weighings.
        required: The verdict is incomplete without it.
        range_no: Which range to switch on; None: the scale chooses by load.
    """

    test: Test
    load_mg: int
    readings: int
    required: bool
    mpe_mg: int
    e_mg: int
    changeover: Changeover
    range_no: int | None = None


def test_plan(
    rule_set: RuleSet,
    accuracy: AccuracyClass,
    ranges: Sequence[Range],
    kind: VerificationKind,
) -> tuple[PlannedPoint, ...]:
    """Return the tests that ``kind`` asks for, then those it leaves open, in working order.

    Raises:
        WorksheetError: The ranges are none of this class.
    """
    limits = ScaleLimits.of(rule_set, accuracy, ranges, kind)
    return tuple(point for test in Test for point in _points(limits, rule_set.tests[test]))


def _points(limits: ScaleLimits, rule: TestRule) -> Iterator[PlannedPoint]:
    numbers = range(1, len(limits.ranges) + 1) if limits.separate else (None,)
    for number in numbers:
        needed = set(needed_loads(limits, rule, number))
        extra = {load for at in rule.proposed for load in loads_at(limits, at, number)} - needed
        between = _between(limits, needed | _further(limits, rule, needed, number), rule.loads)
        for load in sorted(needed | extra | between, reverse=rule.test is Test.WEIGHING_DOWN):
            yield PlannedPoint(
                test=rule.test,
                load_mg=load,
                readings=rule.readings,
                required=rule.is_required(limits.kind) and load not in extra,
                mpe_mg=limit_mg(limits, rule.test, load, number),
                e_mg=limits.range_for(load, number).e_mg,
                changeover=rule.changeover,
                range_no=number,
            )


def _further(limits: ScaleLimits, rule: TestRule, needed: set[int], number: int | None) -> set[int]:
    """Return Max where a rule set asks for more loads than the one that it names."""
    alone = len(needed) == 1 < rule.loads and At.ZERO not in rule.points
    return set(loads_at(limits, At.MAX, number)) if alone else set()


def limit_mg(limits: ScaleLimits, test: Test, load_mg: int, range_no: int | None) -> int:
    """Return how far the scale may be off in ``test`` at a load."""
    if test is Test.ZERO:
        return limits.zero_mg(range_no)
    if test is Test.TARE and limits.is_near_zero(load_mg, range_no):
        return limits.tare_mg(range_no)
    if test is Test.DISCRIMINATION:
        return 0
    if test is Test.PRICE:
        return limits.rule_set.limits.price_e * limits.range_for(load_mg, range_no).e_mg
    return limits.mpe_mg(load_mg, range_no)


def needed_loads(limits: ScaleLimits, rule: TestRule, range_no: int | None) -> tuple[int, ...]:
    """Return the loads without which the test is not complete, rising."""
    return tuple(sorted({load for at in rule.points for load in loads_at(limits, at, range_no)}))


def loads_at(limits: ScaleLimits, at: At, range_no: int | None) -> tuple[int, ...]:
    """Return the loads that ``at`` names; of all partial ranges where the scale chooses."""
    top = limits.ranges[(range_no or len(limits.ranges)) - 1].max_mg
    if at is At.CHANGES:
        return _changes(limits, range_no)
    loads: dict[At, Callable[[], int]] = {
        At.ZERO: lambda: 0,
        At.MIN: lambda: limits.min_mg(range_no or 1),
        At.MAX: lambda: top,
        At.THIRD: lambda: _built(limits, top, limits.rule_set.limits.eccentricity_divisor),
        At.HALF: lambda: _built(limits, top, 2),
        At.FOUR_FIFTHS: lambda: _rounded(limits, top * 4 // 5, top // FINENESS),
    }
    return (loads[at](),)


def _changes(limits: ScaleLimits, range_no: int | None) -> tuple[int, ...]:
    if range_no is not None:
        return limits.change_loads(range_no)
    ends = tuple(each.max_mg for each in limits.ranges[:-1])
    inside = (limits.change_loads(number) for number in range(1, len(limits.ranges) + 1))
    return tuple(sorted({*ends, *(load for loads in inside for load in loads)}))


def _between(limits: ScaleLimits, loads: set[int], count: int) -> set[int]:
    """Return ``loads`` and more in the widest gaps, so that there are ``count`` in all."""
    found = set(loads)
    while 1 < len(found) < count:
        low, high = max(pairwise(sorted(found)), key=lambda pair: pair[1] - pair[0])
        middle = _rounded(limits, (low + high) // 2, (high - low) // PARTS)
        if middle in found:
            break
        found.add(middle)
    return found


def _built(limits: ScaleLimits, top: int, divisor: int) -> int:
    return _rounded(limits, top // divisor, top // FINENESS)


def _rounded(limits: ScaleLimits, load_mg: int, within_mg: int) -> int:
    """Return the nearest load that weights of at most ``within_mg`` build and that e divides."""
    e_mg = limits.range_for(load_mg).e_mg
    power = 10 ** (len(str(within_mg)) - 1)
    unit = next((each * power for each in (5, 2, 1) if each * power <= within_mg), e_mg)
    if unit % e_mg:
        unit = e_mg
    return (load_mg + unit // 2) // unit * unit
