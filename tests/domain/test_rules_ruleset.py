"""A rule set's document: read whole or refused at its place; which one holds when."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.rules.builtin import built_in, documents
from app.domain.rules.choosing import NoRuleSetError, choose, named, newest
from app.domain.rules.reader import RuleSetError
from app.domain.rules.ruleset import Effect, RuleSet
from app.domain.scale_types import TypeGeneration

OLD, NEW = TypeGeneration.OLD, TypeGeneration.JJF2184
RULES = built_in()
LAST_OF_539, FIRST_OF_1204 = date(2027, 1, 7), date(2027, 1, 8)
LAST_NETWORKED = date(2030, 1, 8)
A_YEAR_LATER = date(2031, 1, 1)


@pytest.mark.parametrize(
    ("day", "generation", "networked", "chosen"),
    [
        (date(2017, 5, 30), OLD, False, "JJG 539-2016"),
        (LAST_OF_539, OLD, False, "JJG 539-2016"),
        (LAST_OF_539, OLD, True, "JJG 539-2016"),
        (LAST_OF_539, NEW, False, "JJG 539-2016"),
        (LAST_OF_539, NEW, True, "JJG 539-2016"),
        (FIRST_OF_1204, OLD, False, "JJG 1204-2025"),
        (FIRST_OF_1204, NEW, False, "JJG 1204-2025"),
        (FIRST_OF_1204, NEW, True, "JJG 1204-2025"),
        (FIRST_OF_1204, OLD, True, "JJG 539-2016"),  # as the transition says, not confirmed
        (LAST_NETWORKED, OLD, True, "JJG 539-2016"),
        (date(2030, 1, 9), OLD, True, "JJG 1204-2025"),
        (A_YEAR_LATER, OLD, False, "JJG 1204-2025"),
    ],
)
def test_date_generation_and_network_choose(
    day: date, generation: TypeGeneration, chosen: str, *, networked: bool
) -> None:
    """At each last day and the first one after it; whatever the order of the rule sets."""
    for rules in (RULES, RULES[::-1]):
        found = choose(rules, on=day, generation=generation, networked=networked)
        assert found.identifier == chosen


def test_before_the_first_day_no_rule_set_holds() -> None:
    """JJG 539-2016 is in force from 2017-05-30."""
    with pytest.raises(NoRuleSetError):
        choose(RULES, on=date(2017, 5, 29), generation=OLD, networked=False)


def test_oiml_is_never_chosen_by_date() -> None:
    """It is used elsewhere, and asked for by name."""
    alone = [named(RULES, "OIML R 76")]
    with pytest.raises(NoRuleSetError):
        choose(alone, on=LAST_OF_539, generation=OLD, networked=False)
    assert named(alone, "OIML R 76", 1).version == 1


def test_only_the_newest_version_of_a_regulation_counts() -> None:
    """Also where the older one would still hold on that day."""
    ended = replace(named(RULES, "JJG 539-2016"), version=2, in_force_until=date(2026, 1, 1))
    rules = (*RULES, ended)
    assert [each.name for each in newest(rules)][1] == "JJG 539-2016 (2)"
    with pytest.raises(NoRuleSetError):
        choose(rules, on=date(2026, 1, 2), generation=NEW, networked=False)


def test_an_older_version_is_found_by_its_number() -> None:
    """A verdict of its day is reckoned again under it."""
    second = replace(named(RULES, "JJG 539-2016"), version=2)
    rules = (*RULES, second)
    assert named(rules, "JJG 539-2016").version == 2
    assert named(rules, "JJG 539-2016", 1).version == 1
    with pytest.raises(NoRuleSetError, match=r"there is no rule set JJG 539-2016 \(3\)"):
        named(rules, "JJG 539-2016", 3)


@pytest.mark.parametrize("rules", RULES, ids=lambda each: each.identifier)
def test_a_pre_check_that_is_not_confirmed_warns(rules: RuleSet) -> None:
    """Whatever it says; one that is confirmed does what it says."""
    assert any(each.stated is Effect.REFUSE and not each.confirmed for each in rules.pre_checks)
    for each in rules.pre_checks:
        assert each.effect is (each.stated if each.confirmed else Effect.WARN)
        assert each.source


def test_jjg_539_refuses_before_any_weight() -> None:
    """Plate, type approval, statement, lead seal and e = d; the rest warns."""
    checks = {each.code: each.effect for each in named(RULES, "JJG 539-2016").pre_checks}
    refusing = {code for code, effect in checks.items() if effect is Effect.REFUSE}
    assert refusing == {"plate", "type_approval", "statement", "lead_seal", "e_equals_d"}
    assert {"jin", "calibration_access", "software_id", "firmware_level"} <= checks.keys()
    assert "three_codes" not in checks


def test_jjg_1204_looks_at_the_three_codes() -> None:
    """With a warning, until its text is at hand."""
    checks = {each.code: each.effect for each in named(RULES, "JJG 1204-2025").pre_checks}
    assert checks["three_codes"] is checks["self_lock"] is Effect.WARN
    assert checks["type_approval"] is Effect.REFUSE


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Return the document of JJG 539 with a change."""
    document = deepcopy(documents()[0])
    change(document)
    return document


def put(place: str, value: object) -> Callable[[dict[str, Any]], object]:
    """Return what sets the value at ``place``, keys and numbers joined by dots."""

    def change(document: dict[str, Any]) -> None:
        *path, last = place.split(".")
        found: Any = document
        for key in path:
            found = found[int(key) if key.isdigit() else key]
        if value is None:
            del found[last]
        else:
            found[int(last) if last.isdigit() else last] = value

    return change


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("identifier", "", "identifier: must be words"),
        ("version", 0, "version: must be at least 1"),
        ("version", True, "version: must be a whole number"),
        ("automatic", "yes", "automatic: must be true or false"),
        ("title.zh", None, "title.zh: is missing"),
        ("in_force_from.value", "8 January", "in_force_from.value: must be a date"),
        ("in_force_from.source", " ", "in_force_from.source: must be words"),
        ("in_force_from.confirmed", None, "in_force_from.confirmed: is missing"),
        ("in_force_until.value", "2017-05-29", "in_force_until.value: is before the first day"),
        ("generations", ["newest"], "generations[0]: must be one of old, jjf2184"),
        ("transition.0.networked", 1, "transition[0].networked: must be true or false"),
        ("classes.III", None, "classes.III: is missing"),
        ("classes.III.mpe", {}, "classes.III.mpe: must be a list"),
        ("classes.III.mpe", [], "classes.III.mpe: must be steps that rise"),
        ("classes.III.mpe.1.to_e.value", 500, "classes.III.mpe: must be steps that rise"),
        ("classes.III.mpe.1.half_e.value", 1, "classes.III.mpe: must be steps that rise"),
        ("classes.III.mpe.1.half_e.value", 1.5, "classes.III.mpe[1].half_e.value: must be a wh"),
        ("classes.III.mpe.2.to_e.value", 9_999, "classes.III.intervals: reaches beyond"),
        ("classes.III.mpe.0", 3, "classes.III.mpe[0]: must be an object"),
        ("limits.in_service_factor", None, "limits.in_service_factor: is missing"),
        (
            "limits.in_service_factor.value",
            -2,
            "limits.in_service_factor.value: must be at least 1",
        ),
        ("tests.0.test", "warmth", "tests[0].test: must be one of zero"),
        ("tests.0.test", "tare", "tests: must name each test once"),
        ("tests.0.needs.initial", "perhaps", "tests[0].needs.initial: must be one of required"),
        ("tests.3.points", ["everywhere"], "tests[3].points[0]: must be one of zero"),
        ("tests.3.source", "", "tests[3].source: must be words"),
        ("pre_checks.1.code", "plate", "pre_checks: names a code twice"),
        ("pre_checks.0.effect", "forbid", "pre_checks[0].effect: must be one of refuse, warn"),
    ],
)
def test_a_document_is_refused_at_its_place(place: str, value: object, told: str) -> None:
    """In words that name it; unchanged it is taken."""
    assert RuleSet.of(changed(lambda _document: None)).version == 1
    with pytest.raises(RuleSetError) as refused:
        RuleSet.of(changed(put(place, value)))
    assert str(refused.value).startswith(told)
