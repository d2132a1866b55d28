"""Words of rule sets: their numbers with units, their tests, and what is wrong with a document."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.rules.reader import RuleFault, Wrong
from app.domain.rules.ruleset import At, Changeover, Effect, Need, Test

NEED: Final[Mapping[Need, Any]] = MappingProxyType(
    {Need.REQUIRED: _l("must be done"), Need.OPTIONAL: _l("by choice")}
)
EFFECT: Final[Mapping[Effect, Any]] = MappingProxyType(
    {Effect.REFUSE: _l("the scale is refused"), Effect.WARN: _l("a warning")}
)
CHANGEOVER: Final[Mapping[Changeover, Any]] = MappingProxyType(
    {
        Changeover.ALWAYS: _l("always"),
        Changeover.BORDERLINE: _l("where a reading does not decide"),
        Changeover.NEVER: _l("not at all"),
    }
)
AT: Final[Mapping[At, Any]] = MappingProxyType(
    {
        At.ZERO: _l("zero"),
        At.MIN: _l("Min"),
        At.CHANGES: _l("where the limit steps"),
        At.MAX: _l("Max"),
        At.THIRD: _l("a third of Max"),
        At.HALF: _l("half of Max"),
        At.FOUR_FIFTHS: _l("0.8 Max"),
    }
)
TEST: Final[Mapping[str, Any]] = MappingProxyType(
    {
        Test.ZERO: _l("zero"),
        Test.TARE: _l("tare"),
        Test.ECCENTRICITY: _l("eccentric loading"),
        Test.WEIGHING_UP: _l("weighing, rising"),
        Test.WEIGHING_DOWN: _l("weighing, falling"),
        Test.REPEATABILITY: _l("repeatability"),
        Test.DISCRIMINATION: _l("discrimination"),
        Test.PRICE: _l("price computation"),
    }
)
# By code; one that an installed rule set adds stands there by its code.
PRE_CHECK: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "plate": _l("plate and markings"),
        "type_approval": _l("type approval number"),
        "statement": _l("statement against cheating functions"),
        "lead_seal": _l("lead seal"),
        "e_equals_d": _l("e equals d"),
        "jin": _l("no 市斤"),
        "calibration_access": _l("no way to the calibration past the seal"),
        "three_codes": _l("three codes"),
        "self_lock": _l("case-open lock"),
        "software_id": _l("software identification"),
        "firmware_level": _l("state of the program check"),
    }
)
# What a number limits, and how it is written; the tests of the domain name each of them.
LIMIT: Final[Mapping[str, tuple[Any, Any]]] = MappingProxyType(
    {
        "in_service_factor": (_l("In service the limits are multiplied by"), "× %(n)s"),
        "validity_months": (_l("A pass is valid for"), _l("%(n)s months")),
        "max_mg": (_l("Largest Max"), _l("%(n)s mg")),
        "zero_quarter_e": (_l("Zero may be off by"), "%(n)s/4 e"),
        "tare_quarter_e": (_l("Zero after taring may be off by"), "%(n)s/4 e"),
        "zero_tracking_e": (_l("Load at which zero tracking is out of work"), "%(n)s e"),
        "eccentricity_divisor": (_l("Load of the eccentricity test"), "Max / %(n)s"),
        "eccentricity_least_percent": (_l("At the least of that load"), "%(n)s %%"),
        "repeatability_least_percent": (_l("Load of the repeatability test, of Max"), "%(n)s %%"),
        "discrimination_tenths_d": (_l("Load put on in the discrimination test"), "%(tenths)s d"),
        "discrimination_rise_d": (_l("The indication rises by at least"), "%(n)s d"),
        "price_e": (_l("An amount may be off by the price of"), "%(n)s e"),
        "weights_divisor": (_l("Error of the weights, of the limit at the load"), "1/%(n)s"),
    }
)
FAULT: Final[Mapping[RuleFault, Any]] = MappingProxyType(
    {
        RuleFault.MISSING: _l("This is missing."),
        RuleFault.UNKNOWN: _l("A rule set has no such field."),
        RuleFault.WORDS: _l("This must be words."),
        RuleFault.WHOLE: _l("This must be a whole number."),
        RuleFault.FLAG: _l("This must be true or false."),
        RuleFault.LIST: _l("This must be a list."),
        RuleFault.OBJECT: _l("This must be an object."),
        RuleFault.DAY: _l("This must be a day, like 2027-01-08."),
        RuleFault.ONE_OF: _l("This must be one of: %(detail)s."),
        RuleFault.AT_LEAST: _l("This must be at least %(detail)s."),
        RuleFault.AT_MOST: _l("This must be at most %(detail)s."),
        RuleFault.ENDS_FIRST: _l("This day is before the first day."),
        RuleFault.STEPS_RISE: _l("The steps must rise, in load and in limit."),
        RuleFault.BEYOND_STEPS: _l("The largest n reaches beyond the last step of the limits."),
        RuleFault.EACH_ONCE: _l("Each test must stand here once: %(detail)s."),
        RuleFault.TWICE: _l("Two pre-checks have the same code."),
        RuleFault.EDITION: _l("There is a version %(detail)s already; take a higher number."),
        RuleFault.SHAPE: _l("This is not written as it should be."),
    }
)


def say_wrong(wrong: Wrong) -> str:
    """Return what is wrong, without the place."""
    return str(FAULT[wrong.fault]) % {"detail": wrong.detail}


def say_limit(name: str, value: int) -> tuple[str, str]:
    """Return what a single number limits, and the number with its unit."""
    words, shape = LIMIT[name]
    tenths = f"{value // 10}.{value % 10}"
    return str(words), str(shape) % {"n": value, "tenths": tenths}
