"""What a worksheet still lacks: the tests its kind requires, load by load."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.rules.limits import ScaleLimits
from app.domain.rules.planning import needed_loads
from app.domain.rules.reading import Reading
from app.domain.rules.ruleset import Test, TestRule

PERCENT: Final = 100
# Tests at loads that weights build: what counts is how much is on the pan, not a mark.
ABOUT: Final = frozenset({Test.ECCENTRICITY, Test.REPEATABILITY})
ANYWHERE: Final = frozenset({Test.ZERO, Test.TARE, Test.DISCRIMINATION, Test.PRICE})


@dataclass(frozen=True, slots=True)
class Missing:
    """A test, or one load of it; ``readings`` is how many more there must be."""

    test: Test
    load_mg: int | None
    readings: int
    range_no: int | None = None

    @property
    def code(self) -> str:
        """The test, and its load where others of it are there: ``weighing_up:2500000``."""
        return self.test.value if self.load_mg is None else f"{self.test}:{self.load_mg}"


def missing(limits: ScaleLimits, readings: Sequence[Reading]) -> tuple[Missing, ...]:
    """Return what the kind of verification requires and ``readings`` have not."""
    numbers = range(1, len(limits.ranges) + 1) if limits.separate else (None,)
    return tuple(
        lacking
        for test in Test
        if (rule := limits.rule_set.tests[test]).is_required(limits.kind)
        for number in numbers
        for lacking in _lacking(limits, rule, number, _of(limits, readings, test, number))
    )


def _of(
    limits: ScaleLimits, readings: Sequence[Reading], test: Test, number: int | None
) -> list[Reading]:
    return [each for each in readings if each.test is test and limits.number_of(each) == number]


def _lacking(
    limits: ScaleLimits, rule: TestRule, number: int | None, found: list[Reading]
) -> Iterator[Missing]:
    if not found:
        yield Missing(rule.test, None, rule.readings, number)
    elif rule.test in ABOUT:
        yield from _about(limits, rule, number, found)
    elif rule.test in ANYWHERE:
        yield from _anywhere(rule, number, found)
    else:
        yield from _at_marks(limits, rule, number, found)


def _anywhere(rule: TestRule, number: int | None, found: list[Reading]) -> Iterator[Missing]:
    if rule.test is Test.DISCRIMINATION or rule.test is Test.PRICE:
        short = rule.loads - len({(each.load_mg, each.net_mg) for each in found})
    else:
        short = rule.readings - len(found)
    if short > 0:
        yield Missing(rule.test, None, short, number)


def _about(
    limits: ScaleLimits, rule: TestRule, number: int | None, found: list[Reading]
) -> Iterator[Missing]:
    """An eccentricity test counts its places, a repeatability test one load's weighings."""
    top = limits.ranges[(number or len(limits.ranges)) - 1].max_mg
    (load,) = needed_loads(limits, rule, number)
    single = limits.rule_set.limits
    if rule.test is Test.ECCENTRICITY:
        least = top * single.eccentricity_least_percent
        heavy = sum(each.load_mg * PERCENT * single.eccentricity_divisor >= least for each in found)
    else:
        least = top * single.repeatability_least_percent
        loads = Counter(each.load_mg for each in found if each.load_mg * PERCENT >= least)
        heavy = max(loads.values(), default=0)
    if heavy < rule.readings:
        yield Missing(rule.test, load, rule.readings - heavy, number)


def _at_marks(
    limits: ScaleLimits, rule: TestRule, number: int | None, found: list[Reading]
) -> Iterator[Missing]:
    counts = Counter(each.load_mg for each in found)
    needed = needed_loads(limits, rule, number)
    for load in needed:
        if counts[load] < rule.readings:
            yield Missing(rule.test, load, rule.readings - counts[load], number)
    loads = len({*counts, *needed})
    if loads < rule.loads:
        yield Missing(rule.test, None, rule.loads - loads, number)
