"""The verdict of a worksheet: each reading beside its limit, and what is still missing.

A failing item fails the scale, whatever is missing; without one the verdict is incomplete until
every required test is there. The order of the readings counts for nothing.

Without changeover weights an indication stands for any value within e/2 of it. The item is
judged by I - L, as read; it is ``borderline`` where that value could lie on either side of the
limit. 与砝码一致 (I = L) is never borderline in a weighing test: the smallest limit is e/2. It
always is at zero, whose limit is e/4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.rules.errors import corrected_mg, error_mg, price_error_mg, unrounded_mg
from app.domain.rules.limits import ScaleLimits
from app.domain.rules.missing import Missing, missing
from app.domain.rules.planning import limit_mg
from app.domain.rules.reading import Range, Reading, WorksheetError, check_readings
from app.domain.rules.ruleset import RuleSet, Test
from app.domain.scale_types import AccuracyClass
from app.domain.verification import VerificationKind

TENTHS: Final = 10


class Outcome(StrEnum):
    """How a worksheet, or one item of it, ends."""

    PASS = "pass"  # noqa: S105 - the result of a verification
    FAIL = "fail"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that was tested.

    It passes exactly when ``abs(error_mg) <= mpe_mg``. ``error_mg`` is Ec, E, the spread of a
    repeatability test (or the error of its worst weighing where that is beyond the limit), or
    how much of one d a discrimination test did not rise.

    Attributes:
        readings: Indexes of the readings it was judged by.
    """

    test: Test
    load_mg: int
    error_mg: int
    mpe_mg: int
    borderline: bool = False
    range_no: int | None = None
    readings: tuple[int, ...] = ()

    @property
    def verdict(self) -> Outcome:
        """Whether it is within its limit."""
        return Outcome.PASS if abs(self.error_mg) <= self.mpe_mg else Outcome.FAIL


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, with what it rests on and what it waits for."""

    verdict: Outcome
    items: tuple[Item, ...]
    missing: tuple[Missing, ...]

    @property
    def borderline(self) -> tuple[Item, ...]:
        """The items that only a changeover weighing decides."""
        return tuple(item for item in self.items if item.borderline)

    @property
    def failing(self) -> tuple[Item, ...]:
        """The items beyond their limits."""
        return tuple(item for item in self.items if item.verdict is Outcome.FAIL)


Line = tuple[int, Reading]
Place = tuple[Test, int, int | None]


def judge(
    rule_set: RuleSet,
    accuracy: AccuracyClass,
    ranges: Sequence[Range],
    kind: VerificationKind,
    readings: Sequence[Reading],
) -> Judgement:
    """Return the verdict of ``readings`` so far.

    Raises:
        WorksheetError: A range is none of the class, or a reading says nothing about the scale.
    """
    limits = ScaleLimits.of(rule_set, accuracy, ranges, kind)
    check_readings(ranges, readings)
    items = tuple(sorted(_items(limits, readings), key=lambda item: item.readings[0]))
    lacking = missing(limits, readings)
    if any(item.verdict is Outcome.FAIL for item in items):
        return Judgement(Outcome.FAIL, items, lacking)
    return Judgement(Outcome.INCOMPLETE if lacking else Outcome.PASS, items, lacking)


def _items(limits: ScaleLimits, readings: Sequence[Reading]) -> Iterator[Item]:
    zeros: dict[int | None, list[int]] = {}
    groups: dict[Place, list[Line]] = {}
    for number, each in enumerate(readings):
        range_no = limits.number_of(each)
        if each.test is Test.ZERO:
            if not limits.is_near_zero(each.load_mg, range_no):
                raise WorksheetError(f"readings[{number}].load_mg", "is too much for zero")
            e_mg = limits.range_for(each.load_mg, range_no).e_mg
            zeros.setdefault(range_no, []).append(error_mg(each, e_mg))
        groups.setdefault((each.test, each.load_mg, range_no), []).append((number, each))
    for place, lines in groups.items():
        test, load_mg, range_no = place
        if test is Test.REPEATABILITY:
            yield _repeatability(limits, lines, tuple(zeros.get(range_no, ())))
        elif test is Test.DISCRIMINATION:
            before = groups.get((Test.WEIGHING_UP, load_mg, range_no), [])
            yield from _discrimination(limits, lines, before)
        elif test is Test.PRICE:
            yield from (_price(limits, line) for line in lines)
        else:
            known = tuple(zeros.get(range_no, ()))
            yield from (_weighing(limits, line, known) for line in lines)


def _weighing(limits: ScaleLimits, line: Line, zeros: tuple[int, ...]) -> Item:
    number, reading = line
    range_no = limits.number_of(reading)
    e_mg = limits.range_for(reading.load_mg, range_no).e_mg
    limit = limit_mg(limits, reading.test, reading.load_mg, range_no)
    error = error_mg(reading, e_mg)
    if not _is_zero(limits, reading, range_no):
        error = corrected_mg(error, zeros)
    return Item(
        test=reading.test,
        load_mg=reading.load_mg,
        error_mg=error,
        mpe_mg=limit,
        borderline=reading.added_mg is None and _is_borderline(reading, error, limit, e_mg),
        range_no=range_no,
        readings=(number,),
    )


def _is_zero(limits: ScaleLimits, reading: Reading, range_no: int | None) -> bool:
    """Return whether the reading is a zero itself, which no other zero corrects."""
    if reading.test is Test.ZERO:
        return True
    return reading.test is Test.TARE and limits.is_near_zero(reading.load_mg, range_no)


def _is_borderline(reading: Reading, error: int, limit: int, e_mg: int) -> bool:
    """Return whether the value behind the indication could lie on either side of the limit."""
    surely_good = 2 * abs(reading.indication_mg - reading.load_mg) + e_mg <= 2 * limit
    surely_bad = 2 * abs(error) - e_mg > 2 * limit
    return not (surely_good and abs(error) <= limit) and not surely_bad


def _repeatability(limits: ScaleLimits, lines: list[Line], zeros: tuple[int, ...]) -> Item:
    """Judge the spread of one load, and each weighing by itself (R 76-1, 3.6 and 3.6.1)."""
    _, first = lines[0]
    range_no = limits.number_of(first)
    e_mg = limits.range_for(first.load_mg, range_no).e_mg
    limit = limits.mpe_mg(first.load_mg, range_no)
    fine = all(each.added_mg is not None for _, each in lines)
    shown = [unrounded_mg(each, e_mg) if fine else each.indication_mg for _, each in lines]
    spread = max(shown) - min(shown)
    errors = [corrected_mg(error_mg(each, e_mg), zeros) for _, each in lines]
    worst = max(errors, key=lambda each: (abs(each), each))
    return Item(
        test=Test.REPEATABILITY,
        load_mg=first.load_mg,
        error_mg=worst if spread <= limit < abs(worst) else spread,
        mpe_mg=limit,
        range_no=range_no,
        readings=tuple(number for number, _ in lines),
    )


def _discrimination(limits: ScaleLimits, lines: list[Line], weighed: list[Line]) -> Iterator[Item]:
    """Judge whether 1.4 d raised the indication by at least one d (R 76-1, 3.8.2.2).

    The indication before is that of a line without ``added_mg`` beside one with it, else that
    of the rising load, else the load itself. A line by itself is the indication after.
    """
    after = [line for line in lines if line[1].added_mg is not None] or lines
    before = [line for line in lines if line not in after] or weighed
    for number, reading in after:
        range_no = limits.number_of(reading)
        d_mg = limits.range_for(reading.load_mg, range_no).e_mg
        _check_added(limits, number, reading, d_mg)
        base = max((each.indication_mg for _, each in before), default=reading.load_mg)
        needed = limits.rule_set.limits.discrimination_rise_d * d_mg
        yield Item(
            test=Test.DISCRIMINATION,
            load_mg=reading.load_mg,
            error_mg=min(0, reading.indication_mg - base - needed),
            mpe_mg=0,
            range_no=range_no,
            readings=(number, *(each for each, _ in before if before is not weighed)),
        )


def _check_added(limits: ScaleLimits, number: int, reading: Reading, d_mg: int) -> None:
    """Refuse a load above 1.4 d: that the scale rises then proves nothing."""
    largest = limits.rule_set.limits.discrimination_tenths_d * d_mg
    if reading.added_mg is not None and reading.added_mg * TENTHS > largest:
        message = f"must be at most 1.4 d, {largest // TENTHS}"
        raise WorksheetError(f"readings[{number}].added_mg", message)


def _price(limits: ScaleLimits, line: Line) -> Item:
    number, reading = line
    range_no = limits.number_of(reading)
    return Item(
        test=Test.PRICE,
        load_mg=reading.net_mg,
        error_mg=price_error_mg(reading),
        mpe_mg=limit_mg(limits, Test.PRICE, reading.net_mg, range_no),
        range_no=range_no,
        readings=(number,),
    )
