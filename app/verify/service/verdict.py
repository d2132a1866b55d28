"""What comes of a worksheet: pre-checks and readings together, under one rule set.

Pure. A pre-check that refuses and is bad fails the scale, and so does a reading that is surely
beyond its limit. Without either the worksheet has to be complete: every required test, every
pre-check that refuses, and changeover weights wherever the indication alone decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.domain.rules.judging import Item, Judgement, Outcome, judge
from app.domain.rules.reading import Range
from app.domain.rules.ruleset import Changeover, Effect, PreCheck, RuleSet
from app.domain.verification import VerificationKind
from app.models import ScaleModel
from app.verify.service.documents import Document

BAD: Final = "bad"
OPEN: Final = frozenset({"", "not_checked", "not_applicable"})  # what refuses is always looked at


@dataclass(frozen=True, slots=True)
class Looked:
    """A pre-check with what it found."""

    check: PreCheck
    result: str

    @property
    def fails(self) -> bool:
        """Whether it alone refuses the scale."""
        return self.result == BAD and self.check.effect is Effect.REFUSE

    @property
    def warns(self) -> bool:
        """Whether the checker should read of it."""
        return self.result == BAD and self.check.effect is Effect.WARN

    @property
    def open(self) -> bool:
        """Whether the worksheet waits for it."""
        return self.result in OPEN and self.check.effect is Effect.REFUSE


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, what it rests on, and what is missing as codes."""

    outcome: Outcome
    looked: tuple[Looked, ...]
    judgement: Judgement
    missing: tuple[str, ...]

    def items(self) -> list[dict[str, Any]]:
        """Return the judgement as it is kept with the worksheet, pre-checks first."""
        return [_looked(each) for each in self.looked] + [
            _item(each) for each in self.judgement.items
        ]


def ranges_of(model: ScaleModel) -> tuple[Range, ...]:
    """Return the weighing ranges of a model."""
    return tuple(Range(one.max_mg, one.e_mg, one.min_mg) for one in model.ranges)


def verdict(rule_set: RuleSet, model: ScaleModel, document: Document) -> Verdict:
    """Return what comes of ``document``.

    Raises:
        WorksheetError: A reading says nothing about such a scale.
    """
    looked = tuple(
        Looked(check, document.looked.get(check.code, "")) for check in rule_set.pre_checks
    )
    judgement = judge(
        rule_set,
        model.accuracy,
        ranges_of(model),
        VerificationKind(document.kind),
        [row.reading() for row in document.readings],
    )
    undecided = _undecided(rule_set, judgement)
    if any(each.fails for each in looked) or set(judgement.failing) - set(undecided):
        return Verdict(Outcome.FAIL, looked, judgement, ())
    missing = (
        *(f"precheck:{each.check.code}" for each in looked if each.open),
        *(each.code for each in judgement.missing),
        *(f"changeover:{item.test}:{item.load_mg}" for item in undecided),
    )
    return Verdict(Outcome.INCOMPLETE if missing else Outcome.PASS, looked, judgement, missing)


def _undecided(rule_set: RuleSet, judgement: Judgement) -> Sequence[Item]:
    return [
        item
        for item in judgement.borderline
        if rule_set.tests[item.test].changeover is not Changeover.NEVER
    ]


def _looked(each: Looked) -> dict[str, Any]:
    said = "fail" if each.fails else "warn" if each.warns else "open" if not each.result else "pass"
    return {
        "precheck": each.check.code,
        "result": each.result or "not_checked",
        "effect": each.check.effect.value,
        "verdict": said,
    }


def _item(item: Item) -> dict[str, Any]:
    told: dict[str, Any] = {
        "test": item.test.value,
        "load_mg": item.load_mg,
        "error_mg": item.error_mg,
        "mpe_mg": item.mpe_mg,
        "verdict": item.verdict.value,
        "readings": list(item.readings),
    }
    return told | ({"range": item.range_no} if item.range_no else {})
