"""Reads a rule set's document: each value by its place, each figure with its source.

The place of what is wrong is told the way people find it: ``classes.III.mpe[1].half_e.value``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from app.domain.errors import DomainError

Choice = TypeVar("Choice", bound=StrEnum)


class RuleSetError(DomainError):
    """A rule set's document means nothing at the place that ``field`` names."""

    code = "bad_rule_set"

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.field = place
        self.message = message


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

    def refuse(self, message: str) -> RuleSetError:
        """Return the error that names this place."""
        return RuleSetError(self.place or "document", message)

    def __truediv__(self, key: str) -> "Reader":
        """Return the place below ``key``."""
        found = self._object()
        below = f"{self.place}.{key}".lstrip(".")
        if key not in found:
            raise RuleSetError(below, "is missing")
        return Reader(found[key], below, self.figures)

    def keys(self) -> tuple[str, ...]:
        """Return the keys of the object here."""
        return tuple(self._object())

    def rows(self) -> Iterator["Reader"]:
        """Yield the places of the list here."""
        if not isinstance(self.value, list):
            raise self.refuse("must be a list")
        for number, row in enumerate(self.value):
            yield Reader(row, f"{self.place}[{number}]", self.figures)

    def words(self) -> str:
        """Return the words here, or none."""
        if not isinstance(self.value, str):
            raise self.refuse("must be words")
        return self.value

    def text(self) -> str:
        """Return the words here."""
        if not self.words().strip():
            raise self.refuse("must be words")
        return self.words()

    def whole(self, least: int = 1) -> int:
        """Return the whole number here."""
        if type(self.value) is not int or self.value < least:
            raise self.refuse(f"must be a whole number of at least {least}")
        return self.value

    def flag(self) -> bool:
        """Return the yes or no here."""
        if not isinstance(self.value, bool):
            raise self.refuse("must be true or false")
        return self.value

    def day(self) -> date:
        """Return the date here."""
        try:
            return date.fromisoformat(self.text())
        except ValueError:
            raise self.refuse("must be a date like 2027-01-08") from None

    def one_of(self, kinds: type[Choice]) -> Choice:
        """Return which of ``kinds`` stands here."""
        try:
            return kinds(self.text())
        except ValueError:
            known = ", ".join(kinds)
            raise self.refuse(f"must be one of {known}") from None

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
            raise self.refuse("must be an object")
        return self.value
