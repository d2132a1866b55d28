"""Reads a rule set's document: each value by its place, each figure with its source.

The place of what is wrong is told the way people find it: ``classes.III.mpe[1].half_e.value``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

from app.domain.errors import DomainError

Choice = TypeVar("Choice", bound=StrEnum)


class RuleFault(StrEnum):
    """What is wrong at a place of a rule set's document; ``app.web.words`` says it."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    WORDS = "words"
    WHOLE = "whole"
    FLAG = "flag"
    LIST = "list"
    OBJECT = "object"
    DAY = "day"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ENDS_FIRST = "ends_first"
    STEPS_RISE = "steps_rise"
    BEYOND_STEPS = "beyond_steps"
    EACH_ONCE = "each_once"
    TWICE = "twice"
    EDITION = "edition"
    SHAPE = "shape"


SAID: Final = {
    RuleFault.MISSING: "is missing",
    RuleFault.UNKNOWN: "is no field of a rule set",
    RuleFault.WORDS: "must be words",
    RuleFault.WHOLE: "must be a whole number",
    RuleFault.FLAG: "must be true or false",
    RuleFault.LIST: "must be a list",
    RuleFault.OBJECT: "must be an object",
    RuleFault.DAY: "must be a date like 2027-01-08",
    RuleFault.ONE_OF: "must be one of",
    RuleFault.AT_LEAST: "must be at least",
    RuleFault.AT_MOST: "must be at most",
    RuleFault.ENDS_FIRST: "is before the first day",
    RuleFault.STEPS_RISE: "must be steps that rise",
    RuleFault.BEYOND_STEPS: "reaches beyond the last step of the errors",
    RuleFault.EACH_ONCE: "must name each test once",
    RuleFault.TWICE: "names a code twice",
    RuleFault.EDITION: "must be above the versions there are",
    RuleFault.SHAPE: "does not follow the schema",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong: the place in the document, what, and what there should be."""

    place: str
    fault: RuleFault
    detail: str = ""

    def __str__(self) -> str:
        """Return it in a line."""
        return f"{self.place or 'document'}: {SAID[self.fault]} {self.detail}".rstrip()


class RuleSetError(DomainError):
    """A rule set's document means nothing at the places that ``wrong`` names."""

    code = "bad_rule_set"

    def __init__(self, *wrong: Wrong) -> None:
        super().__init__("; ".join(map(str, wrong)))
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a rule set: where it stands, where it comes from, whether that is sure."""

    place: str
    value: int | str
    source: str
    confirmed: bool


@dataclass(slots=True)
class Reader:
    """A place in a document; the figures read so far are kept for the page that shows them."""

    value: Any
    place: str = ""
    figures: list[Figure] = field(default_factory=list)

    def refuse(self, fault: RuleFault, detail: str = "") -> RuleSetError:
        """Return the error that names this place."""
        return RuleSetError(Wrong(self.place, fault, detail))

    def __truediv__(self, key: str) -> "Reader":
        """Return the place below ``key``."""
        found = self._object()
        below = f"{self.place}.{key}".lstrip(".")
        if key not in found:
            raise RuleSetError(Wrong(below, RuleFault.MISSING))
        return Reader(found[key], below, self.figures)

    def keys(self) -> tuple[str, ...]:
        """Return the keys of the object here."""
        return tuple(self._object())

    def rows(self) -> Iterator["Reader"]:
        """Yield the places of the list here."""
        if not isinstance(self.value, list):
            raise self.refuse(RuleFault.LIST)
        for number, row in enumerate(self.value):
            yield Reader(row, f"{self.place}[{number}]", self.figures)

    def words(self) -> str:
        """Return the words here, or none."""
        if not isinstance(self.value, str):
            raise self.refuse(RuleFault.WORDS)
        return self.value

    def text(self) -> str:
        """Return the words here."""
        if not self.words().strip():
            raise self.refuse(RuleFault.WORDS)
        return self.words()

    def whole(self, least: int = 1) -> int:
        """Return the whole number here."""
        if type(self.value) is not int:
            raise self.refuse(RuleFault.WHOLE)
        if self.value < least:
            raise self.refuse(RuleFault.AT_LEAST, str(least))
        return self.value

    def flag(self) -> bool:
        """Return the yes or no here."""
        if not isinstance(self.value, bool):
            raise self.refuse(RuleFault.FLAG)
        return self.value

    def day(self) -> date:
        """Return the date here."""
        try:
            return date.fromisoformat(self.text())
        except ValueError:
            raise self.refuse(RuleFault.DAY) from None

    def one_of(self, kinds: type[Choice]) -> Choice:
        """Return which of ``kinds`` stands here."""
        try:
            return kinds(self.text())
        except ValueError:
            raise self.refuse(RuleFault.ONE_OF, ", ".join(kinds)) from None

    def figure(self, least: int = 1) -> int:
        """Return the number of the figure here, and keep it with its source."""
        found: int = self._figure(lambda value: value.whole(least))
        return found

    def figure_day(self) -> date:
        """Return the date of the figure here, and keep it with its source."""
        return date.fromisoformat(self._figure(lambda value: value.day().isoformat()))

    def _figure(self, read: Callable[["Reader"], Any]) -> Any:  # noqa: ANN401 - int or str
        value = read(self / "value")
        source, confirmed = (self / "source").text(), (self / "confirmed").flag()
        self.figures.append(Figure(self.place, value, source, confirmed))
        return value

    def _object(self) -> Mapping[str, Any]:
        if not isinstance(self.value, Mapping):
            raise self.refuse(RuleFault.OBJECT)
        return self.value
