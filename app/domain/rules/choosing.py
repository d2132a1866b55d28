"""Which rule set holds: by date, type generation and network function."""

from collections.abc import Iterable
from datetime import date

from app.domain.errors import DomainError
from app.domain.rules.ruleset import RuleSet
from app.domain.scale_types import TypeGeneration


class NoRuleSetError(DomainError):
    """No rule set holds for such a scale on that day, or none has that name."""

    code = "no_rule_set"


def choose(
    rule_sets: Iterable[RuleSet], *, on: date, generation: TypeGeneration, networked: bool
) -> RuleSet:
    """Return the rule set by which such a scale is verified on ``on``.

    Of each regulation only the newest version counts. Of several that hold, one that is kept
    for the type in a transition goes before the one that replaced it, else the younger one.

    Raises:
        NoRuleSetError: None holds.
    """
    holding = [
        each
        for each in newest(rule_sets)
        if each.automatic and each.holds_on(on, generation, networked=networked)
    ]
    if not holding:
        raise NoRuleSetError(f"no regulation holds on {on.isoformat()}", on=on.isoformat())
    return max(holding, key=lambda each: (each.is_past(on), each.in_force_from, each.identifier))


def newest(rule_sets: Iterable[RuleSet]) -> tuple[RuleSet, ...]:
    """Return the newest version of each regulation, ordered by name."""
    found: dict[str, RuleSet] = {}
    for each in rule_sets:
        known = found.get(each.identifier)
        if known is None or each.version > known.version:
            found[each.identifier] = each
    return tuple(found[name] for name in sorted(found))


def named(rule_sets: Iterable[RuleSet], identifier: str, version: int | None = None) -> RuleSet:
    """Return the rule set of that name, the newest version where none is given.

    Raises:
        NoRuleSetError: There is none.
    """
    found = [
        each
        for each in rule_sets
        if each.identifier == identifier and version in {None, each.version}
    ]
    if not found:
        wanted = identifier if version is None else f"{identifier} ({version})"
        raise NoRuleSetError(f"there is no rule set {wanted}")
    return max(found, key=lambda each: each.version)
