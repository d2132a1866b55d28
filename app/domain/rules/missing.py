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
# Tests whose loads are marks of the scale; the others count how many loads, of what weight.
AT_MARKS: Final = frozenset({Test.WEIGHING_UP, Test.WEIGHING_DOWN})
# Those at about a load that weights build: what is missing of them is told with that load.
ABOUT: Final = frozenset({Test.ECCENTRICITY, Test.REPEATABILITY})


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
    elif rule.test in AT_MARKS:
        yield from _at_marks(limits, rule, number, found)
    else:
        yield from _somewhere(limits, rule, number, found)


def _somewhere(
    limits: ScaleLimits, rule: TestRule, number: int | None, found: list[Reading]
) -> Iterator[Missing]:
    """Count the loads, heavy enough for the test, that were weighed often enough."""
    counts = Counter(
        each.load_mg or each.net_mg for each in found if _is_heavy(limits, rule, number, each)
    )
    done = [count for count in counts.values() if count >= rule.readings]
    if len(done) < rule.loads:
        begun = max((each for each in counts.values() if each < rule.readings), default=0)
        load = needed_loads(limits, rule, number)[0] if rule.test in ABOUT else None
        yield Missing(rule.test, load, rule.readings - begun, number)


def _is_heavy(limits: ScaleLimits, rule: TestRule, number: int | None, reading: Reading) -> bool:
    """Return whether there is enough on the pan for an eccentricity or repeatability test."""
    top = limits.ranges[(number or len(limits.ranges)) - 1].max_mg
    single = limits.rule_set.limits
    if rule.test is Test.ECCENTRICITY:
        least = top * single.eccentricity_least_percent
        return reading.load_mg * PERCENT * single.eccentricity_divisor >= least
    if rule.test is Test.REPEATABILITY:
        return reading.load_mg * PERCENT >= top * single.repeatability_least_percent
    return True


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
