"""A worksheet as a JSON document, read strictly, and its judgement written back.

Whatever is wrong is named at its field; a field nobody knows is wrong too, because a misspelt
``added_mg`` would judge another worksheet than the one that was meant.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from app.domain.rules.choosing import newest
from app.domain.rules.judging import Judgement, judge
from app.domain.rules.reading import LARGEST, Range, Reading, WorksheetError
from app.domain.rules.ruleset import RuleSet, Test
from app.domain.scale_types import AccuracyClass
from app.domain.verification import VerificationKind

Choice = TypeVar("Choice", bound=StrEnum)

FIELDS: Final = ("regulation", "kind", "class", "ranges", "readings")
WEIGHED: Final = ("load_mg", "indication_mg")
PRICED: Final = ("net_mg", "unit_price_fen_per_kg", "amount_fen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worksheet:
    """What a document asks to be judged."""

    rule_set: RuleSet
    kind: VerificationKind
    accuracy: AccuracyClass
    ranges: tuple[Range, ...]
    readings: tuple[Reading, ...]

    def judge(self) -> Judgement:
        """Return the verdict.

        Raises:
            WorksheetError: A range or a reading cannot be judged.
        """
        return judge(self.rule_set, self.accuracy, self.ranges, self.kind, self.readings)


def read_worksheet(document: Mapping[str, Any], rule_sets: Iterable[RuleSet]) -> Worksheet:
    """Return the worksheet that ``document`` holds, under the newest of its regulation.

    Raises:
        WorksheetError: It names the field.
    """
    _only(document, FIELDS, (), "")
    known = {each.identifier: each for each in newest(rule_sets)}
    name = document["regulation"]
    if not isinstance(name, str) or name not in known:
        raise WorksheetError("regulation", "must be one of " + ", ".join(known))
    return Worksheet(
        rule_set=known[name],
        kind=_one_of(document["kind"], VerificationKind, "kind"),
        accuracy=_one_of(document["class"], AccuracyClass, "class"),
        ranges=tuple(_range(row, place) for row, place in _rows(document, "ranges")),
        readings=tuple(_reading(row, place) for row, place in _rows(document, "readings")),
    )


def written(judgement: Judgement) -> dict[str, Any]:
    """Return the judgement as the document that `wutong worksheet judge` prints."""
    return {
        "verdict": judgement.verdict.value,
        "items": [
            {
                "test": item.test.value,
                "load_mg": item.load_mg,
                "error_mg": item.error_mg,
                "mpe_mg": item.mpe_mg,
                "verdict": item.verdict.value,
            }
            for item in judgement.items
        ],
        "missing": [each.code for each in judgement.missing],
    }


def _rows(document: Mapping[str, Any], name: str) -> list[tuple[Mapping[str, Any], str]]:
    found = document[name]
    if not isinstance(found, list):
        raise WorksheetError(name, "must be a list")
    for number, row in enumerate(found):
        if not isinstance(row, Mapping):
            raise WorksheetError(f"{name}[{number}]", "must be an object")
    return [(row, f"{name}[{number}]") for number, row in enumerate(found)]


def _range(row: Mapping[str, Any], place: str) -> Range:
    _only(row, ("max_mg", "e_mg"), ("min_mg",), place)
    return Range(
        _whole(row, "max_mg", place), _whole(row, "e_mg", place), _maybe(row, "min_mg", place)
    )


def _reading(row: Mapping[str, Any], place: str) -> Reading:
    if "test" not in row:
        raise WorksheetError(f"{place}.test", "is missing")
    test = _one_of(row["test"], Test, f"{place}.test")
    if test is Test.PRICE:
        _only(row, ("test", *PRICED), ("range", *WEIGHED), place)
        return Reading(
            test=test,
            net_mg=_whole(row, "net_mg", place),
            unit_price_fen_per_kg=_whole(row, "unit_price_fen_per_kg", place),
            amount_fen=_whole(row, "amount_fen", place),
            range_no=_maybe(row, "range", place),
        )
    _only(row, ("test", *WEIGHED), ("range", "added_mg"), place)
    return Reading(
        test=test,
        load_mg=_whole(row, "load_mg", place),
        indication_mg=_whole(row, "indication_mg", place),
        added_mg=_maybe(row, "added_mg", place),
        range_no=_maybe(row, "range", place),
    )


def _only(
    row: Mapping[str, Any], needed: tuple[str, ...], allowed: tuple[str, ...], place: str
) -> None:
    for name in needed:
        if name not in row:
            raise WorksheetError(_below(place, name), "is missing")
    for name in row:
        if name not in needed and name not in allowed:
            raise WorksheetError(_below(place, name), "is no field of this document")


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _whole(row: Mapping[str, Any], name: str, place: str) -> int:
    value = row[name]
    if type(value) is not int:
        raise WorksheetError(_below(place, name), "must be a whole number")
    if abs(value) > LARGEST:
        raise WorksheetError(_below(place, name), "is beyond what is reckoned with")
    return value


def _maybe(row: Mapping[str, Any], name: str, place: str) -> int | None:
    return None if row.get(name) is None else _whole(row, name, place)


def _one_of(value: object, kinds: type[Choice], place: str) -> Choice:
    try:
        return kinds(str(value) if isinstance(value, str) else "")
    except ValueError:
        raise WorksheetError(place, "must be one of " + ", ".join(kinds)) from None
