"""Labels and lead seals by number: runs of numbers, and the books of them.

Source: 计量检定印、证管理办法 10 (marks are kept in custody and accounted for). Invariant:
issued = used + voided + returned + left, whatever came in which order.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from app.domain.standards import MarkState

MOST_AT_ONCE: Final = 1000
NUMBER: Final = re.compile(r"(.*?)([0-9]{1,15})", re.DOTALL)


class VoidReason(StrEnum):
    """Why a mark was voided (作废)."""

    DAMAGED = "damaged"
    WRONGLY_FILLED = "wrongly_filled"
    MISPRINTED = "misprinted"
    LOST = "lost"
    WORKSHEET_VOID = "worksheet_void"


@dataclass(frozen=True, slots=True, order=True)
class MarkNo:
    """A number as it is printed: what stands before its last digits, their count, their value."""

    prefix: str
    digits: int
    value: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the number that ``text`` is; None where it does not end in digits.

        Wide digits are digits; all digits at the end count, so that one text is one number.
        """
        found = NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
        if found is None or found[1][-1:].isdigit():
            return None
        return cls(found[1], len(found[2]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.prefix}{self.value:0{self.digits}d}"


@dataclass(frozen=True, slots=True)
class Run:
    """Numbers from the first to the last, both included."""

    first: int
    last: int

    def __len__(self) -> int:
        return max(0, self.last - self.first + 1)

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and self.first <= number <= self.last

    def meets(self, other: "Run") -> bool:
        """Return whether a number is in both."""
        return self.first <= other.last and other.first <= self.last


def runs_of(numbers: Iterable[int]) -> list[Run]:
    """Return the runs that ``numbers`` make up, in order."""
    found: list[Run] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1].last + 1:
            found[-1] = Run(found[-1].first, number)
        else:
            found.append(Run(number, number))
    return found


@dataclass(frozen=True, slots=True)
class Books:
    """What the books say of somebody's marks of one kind."""

    issued: int = 0
    used: int = 0
    voided: int = 0
    returned: int = 0

    @property
    def left(self) -> int:
        """How many should be in hand."""
        return self.issued - self.used - self.voided - self.returned

    @classmethod
    def of(cls, issued: int, states: Mapping[MarkState, int]) -> Self:
        """Return the books from what was taken and what became of it."""
        return cls(
            issued,
            states.get(MarkState.USED, 0),
            states.get(MarkState.VOIDED, 0),
            states.get(MarkState.RETURNED, 0),
        )

    def since(self, before: "Books", counted: int) -> dict[str, int]:
        """Return a day's line: what was left before, what came and went, what was counted."""
        return {
            "before": before.left,
            "issued": self.issued - before.issued,
            "used": self.used - before.used,
            "voided": self.voided - before.voided,
            "returned": self.returned - before.returned,
            "left": self.left,
            "counted": counted,
        }
