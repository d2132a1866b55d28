"""A rule set: what a regulation says of price-computing scales, as values to reckon with.

Errors are limited in halves of e and zero in quarters of e, so that all stays whole. What is
not confirmed still reckons, since something must; but a pre-check that is not confirmed warns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final, Self

from app.domain.rules.reader import Figure, Reader, RuleFault, RuleSetError, Wrong
from app.domain.rules.transitions import Transition, transition
from app.domain.scale_types import AccuracyClass, TypeGeneration
from app.domain.verification import VerificationKind


class Test(StrEnum):
    """What is tested with weights, in the order of a worksheet."""

    __test__ = False  # to pytest: it is none of its own

    ZERO = "zero"
    TARE = "tare"
    ECCENTRICITY = "eccentricity"
    WEIGHING_UP = "weighing_up"
    WEIGHING_DOWN = "weighing_down"
    REPEATABILITY = "repeatability"
    DISCRIMINATION = "discrimination"
    PRICE = "price"


class Need(StrEnum):
    """Whether a kind of verification asks for a test."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class At(StrEnum):
    """At which load a test stands."""

    ZERO = "zero"
    MIN = "min"
    CHANGES = "changes"  # where the permissible error steps
    MAX = "max"
    THIRD = "third"  # of Max
    HALF = "half"
    FOUR_FIFTHS = "four_fifths"


class Changeover(StrEnum):
    """When the small weights of 0.1 e come out."""

    ALWAYS = "always"
    BORDERLINE = "borderline"
    NEVER = "never"


class Effect(StrEnum):
    """What a pre-check that is not met does."""

    REFUSE = "refuse"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class IntervalBand:
    """Which e a class knows, mg, and how many intervals a range may have with it."""

    e_from_mg: int
    e_to_mg: int | None
    n_min: int
    n_max: int


@dataclass(frozen=True, slots=True)
class MpeStep:
    """Up to a load of ``to_e`` intervals the error may be ``half_e`` halves of e."""

    to_e: int
    half_e: int


@dataclass(frozen=True, slots=True)
class ClassLimits:
    """What one accuracy class may be and how far it may err; Min is ``min_e`` intervals."""

    min_e: int
    bands: tuple[IntervalBand, ...]
    mpe: tuple[MpeStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRule:
    """One test: who asks for it, at which loads, how often.

    Attributes:
        loads: Different loads at the least.
        readings: Readings at each load at the least.
        points: Loads without which the test is not complete.
        proposed: Loads a plan adds to them.
        source, confirmed: Of which kind asks for it; the counts have figures of their own.
    """

    test: Test
    needs: Mapping[VerificationKind, Need]
    points: tuple[At, ...]
    proposed: tuple[At, ...]
    loads: int
    readings: int
    changeover: Changeover
    source: str
    confirmed: bool

    def is_required(self, kind: VerificationKind) -> bool:
        """Return whether ``kind`` asks for this test."""
        return self.needs[kind] is Need.REQUIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class PreCheck:
    """What is looked at before any weight; ``words`` is the key of the sentence shown."""

    code: str
    words: str
    stated: Effect
    clause: str
    source: str
    confirmed: bool

    @property
    def effect(self) -> Effect:
        """What it does: one that is not confirmed warns, whatever it says."""
        return self.stated if self.confirmed else Effect.WARN


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Single numbers of the tests, each in the unit its name says."""

    in_service_factor: int
    validity_months: int
    max_mg: int
    zero_quarter_e: int
    tare_quarter_e: int
    zero_tracking_e: int
    eccentricity_divisor: int
    eccentricity_least_percent: int
    repeatability_least_percent: int
    discrimination_tenths_d: int
    discrimination_rise_d: int
    price_e: int
    weights_divisor: int


LIMIT_NAMES: Final = tuple(Limits.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """One version of one regulation; ``automatic`` ones are chosen by date."""

    identifier: str
    version: int
    title_zh: str
    title_en: str
    automatic: bool
    in_force_from: date
    in_force_until: date | None
    generations: frozenset[TypeGeneration]
    transition: tuple[Transition, ...]
    classes: Mapping[AccuracyClass, ClassLimits]
    limits: Limits
    tests: Mapping[Test, TestRule]
    pre_checks: tuple[PreCheck, ...]
    figures: tuple[Figure, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the rule set that ``document`` holds.

        Raises:
            RuleSetError: It names the place in the document and what is wrong there.
        """
        root = Reader(document)
        first, last = (root / "in_force_from").figure_day(), _last_day(root / "in_force_until")
        if last is not None and last < first:
            raise RuleSetError(Wrong("in_force_until.value", RuleFault.ENDS_FIRST))
        return cls(
            identifier=(root / "identifier").text(),
            version=(root / "version").whole(),
            title_zh=(root / "title" / "zh").text(),
            title_en=(root / "title" / "en").text(),
            automatic=(root / "automatic").flag(),
            in_force_from=first,
            in_force_until=last,
            generations=frozenset(
                each.one_of(TypeGeneration) for each in (root / "generations").rows()
            ),
            transition=tuple(transition(each) for each in (root / "transition").rows()),
            classes={each: _class(root / "classes" / each.value) for each in AccuracyClass},
            limits=Limits(**{each: (root / "limits" / each).figure() for each in LIMIT_NAMES}),
            tests=_tests(root / "tests"),
            pre_checks=_pre_checks(root / "pre_checks"),
            figures=tuple(root.figures),
        )

    @property
    def name(self) -> str:
        """What people call this version."""
        return f"{self.identifier} ({self.version})"

    def is_past(self, day: date) -> bool:
        """Return whether its last day is over; a transition may keep it for some types."""
        return self.in_force_until is not None and day > self.in_force_until

    def holds_on(self, day: date, generation: TypeGeneration, *, networked: bool) -> bool:
        """Return whether a scale of that kind is verified by this rule set on ``day``."""
        if generation not in self.generations or day < self.in_force_from:
            return False
        return not self.is_past(day) or any(
            each.generation is generation and each.networked is networked and day <= each.until
            for each in self.transition
        )


def _last_day(place: Reader) -> date | None:
    return None if place.value is None else place.figure_day()


def _class(place: Reader) -> ClassLimits:
    bands = tuple(
        IntervalBand(
            (row / "e_from_mg").figure(),
            None if (row / "e_to_mg").value is None else (row / "e_to_mg").figure(),
            (row / "n_min").figure(),
            (row / "n_max").figure(),
        )
        for row in (place / "intervals").rows()
    )
    steps = tuple(
        MpeStep((row / "to_e").figure(), (row / "half_e").figure())
        for row in (place / "mpe").rows()
    )
    rising = all(a.to_e < b.to_e and a.half_e < b.half_e for a, b in pairwise(steps))
    if not steps or not rising:
        raise (place / "mpe").refuse(RuleFault.STEPS_RISE)
    if not bands or any(band.n_max > steps[-1].to_e for band in bands):
        raise (place / "intervals").refuse(RuleFault.BEYOND_STEPS)
    return ClassLimits((place / "min_e").figure(), bands, steps)


def _tests(place: Reader) -> dict[Test, TestRule]:
    found = [_test(row) for row in place.rows()]
    if sorted(each.test for each in found) != sorted(Test):
        raise place.refuse(RuleFault.EACH_ONCE, ", ".join(Test))
    return {each.test: each for each in found}


def _test(row: Reader) -> TestRule:
    return TestRule(
        test=(row / "test").one_of(Test),
        needs={kind: (row / "needs" / kind.value).one_of(Need) for kind in VerificationKind},
        points=tuple(each.one_of(At) for each in (row / "points").rows()),
        proposed=tuple(each.one_of(At) for each in (row / "proposed").rows()),
        loads=(row / "loads").figure(),
        readings=(row / "readings").figure(),
        changeover=(row / "changeover").one_of(Changeover),
        source=(row / "source").text(),
        confirmed=(row / "confirmed").flag(),
    )


def _pre_checks(place: Reader) -> tuple[PreCheck, ...]:
    found = tuple(
        PreCheck(
            code=(row / "code").text(),
            words=(row / "words").text(),
            stated=(row / "effect").one_of(Effect),
            clause=(row / "clause").words(),
            source=(row / "source").text(),
            confirmed=(row / "confirmed").flag(),
        )
        for row in place.rows()
    )
    if len({each.code for each in found}) != len(found):
        raise place.refuse(RuleFault.TWICE)
    return found
