"""What a model's profile says can be read of it, and how the bytes are compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from app.attest.wire import Measurement
from app.domain.errors import DomainError
from app.domain.firmware import PAGE
from app.domain.regions import PROGRAM, Region, regions_from

METHODS: Final = frozenset({"an3155", "stk500v1", "stk500v2", "lpc-isp"})


class BadProfileError(DomainError):
    """The profile of a model cannot be used as it stands."""

    code = "bad_profile"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of memory that a complete reading covers."""

    name: str
    address: int
    length: int

    def is_covered_by(self, found: Measurement | None) -> bool:
        """Return whether ``found`` holds every byte of this part, from its start."""
        return found is not None and found.address == self.address and found.length >= self.length

    def pages_of(self, found: Measurement) -> tuple[str, ...] | None:
        """Return the page digests of this part alone; None where a page runs over its end."""
        if found.length == self.length:
            return found.pages
        return found.pages[: self.length // PAGE] if self.length % PAGE == 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a model is read and compared; empty where nobody knows.

    Attributes:
        answer_limit_ms: Latest answer to a challenge, None where the model has no such check.
    """

    protocol: str | None
    entry: str | None
    parts: Mapping[str, Part]
    regions: tuple[Region, ...]
    opens_case: bool
    answer_limit_ms: int | None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the profile that a model's row holds.

        Raises:
            BadProfileError: A part lacks its address or length.
            RegionError: The regions contradict each other.
        """
        try:
            parts = {
                row["name"]: Part(row["name"], int(row["address"]), int(row["length"]))
                for row in document.get("parts", ())
            }
        except (KeyError, TypeError, ValueError) as error:
            raise BadProfileError("a part wants name, address and length") from error
        return cls(
            protocol=document.get("protocol") or None,
            entry=document.get("entry") or None,
            parts=parts,
            regions=regions_from(document.get("regions", ())),
            opens_case=bool(document.get("opens_case", False)),
            answer_limit_ms=document.get("answer_limit_ms"),
        )

    @property
    def program(self) -> Part | None:
        """The part that reference images are images of."""
        return self.parts.get(PROGRAM)
