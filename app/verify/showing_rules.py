"""A rule set as its page shows it: tables of numbers with source and mark; what changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.rules.reader import Figure
from app.domain.rules.ruleset import RuleSet
from app.domain.scale_types import AccuracyClass


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: what it says, and the figures it rests on."""

    cells: tuple[Any, ...]
    figures: tuple[Figure, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the numbers come from, each once."""
        return tuple(dict.fromkeys(each.source for each in self.figures))

    @property
    def confirmed(self) -> bool:
        """Whether all of them are."""
        return all(each.confirmed for each in self.figures)


@dataclass(frozen=True, slots=True)
class Shown:
    """The tables of one rule set."""

    days: tuple[Row, ...]
    mpe: tuple[Row, ...]
    intervals: tuple[Row, ...]
    limits: tuple[Row, ...]
    tests: tuple[Row, ...]


def shown(rules: RuleSet) -> Shown:
    """Return the tables of ``rules``."""
    by_place = {each.place: each for each in rules.figures}

    def under(prefix: str) -> tuple[Figure, ...]:
        return tuple(each for place, each in by_place.items() if place.startswith(prefix))

    return Shown(
        days=tuple(_days(rules, by_place)),
        mpe=tuple(
            Row((name, low, step.to_e, step.half_e), under(f"classes.{name}.mpe[{number}]"))
            for name in AccuracyClass
            for number, (low, step) in enumerate(
                zip(
                    (0, *(each.to_e for each in rules.classes[name].mpe)),
                    rules.classes[name].mpe,
                    strict=False,
                )
            )
        ),
        intervals=tuple(
            Row(
                (name, band, rules.classes[name].min_e),
                under(f"classes.{name}.intervals[{number}]"),
            )
            for name in AccuracyClass
            for number, band in enumerate(rules.classes[name].bands)
        ),
        limits=tuple(
            Row((place.removeprefix("limits."), each.value), (each,))
            for place, each in by_place.items()
            if place.startswith("limits.")
        ),
        tests=tuple(
            Row((rule,), under(f"tests[{number}]"))
            for number, rule in enumerate(rules.tests.values())
        ),
    )


def _days(rules: RuleSet, by_place: Mapping[str, Figure]) -> Iterator[Row]:
    yield Row(("from", rules.in_force_from, None), (by_place["in_force_from"],))
    if rules.in_force_until is not None:
        yield Row(("until", rules.in_force_until, None), (by_place["in_force_until"],))
    for number, each in enumerate(rules.transition):
        yield Row(("transition", each.until, each), (by_place[f"transition[{number}].until"],))


def changes(old: Any, new: Any, place: str = "") -> list[tuple[str, Any, Any]]:  # noqa: ANN401
    """Return what differs between two documents: place, old and new value, None for none."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return [
            found
            for key in dict.fromkeys((*old, *new))
            for found in changes(old.get(key), new.get(key), f"{place}.{key}".lstrip("."))
        ]
    if isinstance(old, list) and isinstance(new, list):
        longer = max(len(old), len(new))
        both = [[*each, *[None] * (longer - len(each))] for each in (old, new)]
        return [
            found
            for number, (one, other) in enumerate(zip(*both, strict=True))
            for found in changes(one, other, f"{place}[{number}]")
        ]
    return [] if old == new else [(place, old, new)]
