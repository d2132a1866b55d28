"""How far a scale may err: the limits of one rule set, for one class, its ranges and a kind.

Source: OIML R 76-1:2006, 3.5.1 and Table 6, 3.5.2 (in service), 4.5.2, 4.6.3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from app.domain.rules.reading import Range, Reading, WorksheetError, are_separate, check_ranges
from app.domain.rules.ruleset import ClassLimits, IntervalBand, RuleSet, Test
from app.domain.scale_types import AccuracyClass
from app.domain.verification import VerificationKind

QUARTERS: Final = 4


@dataclass(frozen=True, slots=True)
class ScaleLimits:
    """The limits that hold for one scale in one kind of verification."""

    rule_set: RuleSet
    of_class: ClassLimits
    ranges: tuple[Range, ...]
    kind: VerificationKind

    @classmethod
    def of(
        cls,
        rule_set: RuleSet,
        accuracy: AccuracyClass,
        ranges: Sequence[Range],
        kind: VerificationKind,
    ) -> Self:
        """Return the limits, for ranges that the class allows.

        Raises:
            WorksheetError: A range is none of this class; no limit is defined for it.
        """
        check_ranges(ranges)
        found = cls(rule_set, rule_set.classes[accuracy], tuple(ranges), kind)
        for number, each in enumerate(ranges):
            found._check_allowed(f"ranges[{number}]", accuracy, each)
        return found

    def _check_allowed(self, place: str, accuracy: AccuracyClass, one: Range) -> None:
        name, largest = self.rule_set.identifier, self.rule_set.limits.max_mg
        if one.max_mg > largest:
            raise WorksheetError(f"{place}.max_mg", f"{name} reaches to {largest} mg")
        band = next((each for each in self.of_class.bands if _holds(each, one.e_mg)), None)
        if band is None:
            raise WorksheetError(f"{place}.e_mg", f"class {accuracy} knows no e of {one.e_mg} mg")
        if not band.n_min * one.e_mg <= one.max_mg <= band.n_max * one.e_mg:
            allowed = f"{band.n_min} to {band.n_max}"
            raise WorksheetError(f"{place}.max_mg", f"class {accuracy} allows n of {allowed} here")

    @property
    def separate(self) -> bool:
        """Whether each range is weighed by itself, from its own Min to its own Max."""
        return are_separate(self.ranges)

    def range_for(self, load_mg: int, range_no: int | None = None) -> Range:
        """Return the range in which ``load_mg`` is weighed: by number, else by load."""
        if range_no is not None:
            return self.ranges[range_no - 1]
        return next((each for each in self.ranges if load_mg <= each.max_mg), self.ranges[-1])

    def number_of(self, reading: Reading) -> int | None:
        """Return the range a reading belongs to; None where the scale chooses by load."""
        if not self.separate:
            return None
        load_mg = reading.net_mg if reading.test is Test.PRICE else reading.load_mg
        return reading.range_no or self.ranges.index(self.range_for(load_mg)) + 1

    def min_mg(self, range_no: int = 1) -> int:
        """Return the smallest load to weigh: the plate's Min, else the class's."""
        one = self.ranges[range_no - 1]
        return one.min_mg or self.of_class.min_e * one.e_mg

    def mpe_mg(self, load_mg: int, range_no: int | None = None) -> int:
        """Return the permissible error at a load; the load counts in e of its range."""
        e_mg = self.range_for(load_mg, range_no).e_mg
        halves = next(
            (step.half_e for step in self.of_class.mpe if load_mg <= step.to_e * e_mg),
            self.of_class.mpe[-1].half_e,
        )
        in_service = self.kind is VerificationKind.IN_SERVICE
        return halves * e_mg * (self.rule_set.limits.in_service_factor if in_service else 1) // 2

    def zero_mg(self, range_no: int | None = None) -> int:
        """Return how far zero may be off, in every kind."""
        return self.rule_set.limits.zero_quarter_e * self._finest(range_no) // QUARTERS

    def tare_mg(self, range_no: int | None = None) -> int:
        """Return how far zero after taring may be off, in every kind."""
        return self.rule_set.limits.tare_quarter_e * self._finest(range_no) // QUARTERS

    def is_near_zero(self, load_mg: int, range_no: int | None = None) -> bool:
        """Return whether a load stands for zero: at 10 e zero tracking is out of work."""
        return load_mg <= self.rule_set.limits.zero_tracking_e * self._finest(range_no)

    def _finest(self, range_no: int | None) -> int:
        return self.ranges[(range_no or 1) - 1].e_mg

    def change_loads(self, range_no: int) -> tuple[int, ...]:
        """Return the loads of one range at which its permissible error steps, Max left out."""
        one = self.ranges[range_no - 1]
        below = 0 if self.separate or range_no == 1 else self.ranges[range_no - 2].max_mg
        steps = (step.to_e * one.e_mg for step in self.of_class.mpe)
        return tuple(load for load in steps if below < load < one.max_mg)


def _holds(band: IntervalBand, e_mg: int) -> bool:
    return band.e_from_mg <= e_mg and (band.e_to_mg is None or e_mg <= band.e_to_mg)


def mpe_mg(
    rule_set: RuleSet,
    accuracy: AccuracyClass,
    ranges: Sequence[Range],
    load_mg: int,
    kind: VerificationKind,
) -> int:
    """Return the permissible error at ``load_mg``, in whole mg.

    Raises:
        WorksheetError: The ranges are none of this class.
    """
    return ScaleLimits.of(rule_set, accuracy, ranges, kind).mpe_mg(load_mg)
