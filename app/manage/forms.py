"""What the pages of the fleet are asked: filters in the address, acts from their forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Self, TypeVar
from urllib.parse import parse_qs, urlencode

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.domain.legal_status import LegalCode
from app.domain.lifecycle import Action, State
from app.domain.scope import Scope
from app.domain.verdicts import Verdict
from app.manage.queries import LONGEST, UNREAD, Asked
from app.manage.service import SuspendReason

FILTERS: Final = ("q", "state", "legal", "firmware", "place")
CARRIED: Final = (*FILTERS, "after")
LONGEST_NOTE: Final = 200
MOST_FIELDS: Final = 50
LONGEST_NUMBER: Final = 80
Code = TypeVar("Code", bound=StrEnum)

MISSING: Final = _l("Please fill this in.")
CHOOSE: Final = _l("Please choose one.")
TOO_LONG: Final = _l("This is too long.")
REASONS: Final[Mapping[SuspendReason, Any]] = MappingProxyType(
    {
        SuspendReason.SPOT_CHECK: _l("The spot check with the known mass differed"),
        SuspendReason.SEAL: _l("A seal is broken or missing"),
        SuspendReason.DISPLAY: _l("Display or keys are faulty"),
        SuspendReason.COMPLAINT: _l("A complaint about this scale"),
        SuspendReason.OTHER: _l("Another reason"),
    }
)


def asked(given: Mapping[str, str], scope: Scope, today: date) -> Asked:
    """Return the filters that an address holds; what means nothing filters nothing."""
    firmware = given.get("firmware")
    return Asked(
        scope=scope,
        today=today,
        q=given.get("q", "").strip()[:LONGEST],
        state=_code(State, given.get("state")),
        legal=_code(LegalCode, given.get("legal")),
        firmware=UNREAD if firmware == UNREAD else _code(Verdict, firmware),
        place=given.get("place") or None,
    )


def carried(given: Mapping[str, str]) -> dict[str, str]:
    """Return the part of an address that leads back to the same page of the list."""
    return {name: given[name] for name in CARRIED if given.get(name)}


def filters_of(query: str) -> dict[str, str]:
    """Return the filters that a part of an address holds, known ones alone."""
    given = parse_qs(query, max_num_fields=MOST_FIELDS)
    return {name: given[name][0][:LONGEST] for name in FILTERS if given.get(name)}


def written(filters: Mapping[str, str]) -> str:
    """Return ``filters`` as an address has them, in one order."""
    return urlencode([(name, filters[name]) for name in FILTERS if filters.get(name)])


def day(text: str) -> date | None:
    """Return the day that a field of a form holds, or None."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _code(kind: type[Code], text: str | None) -> Code | None:
    return kind(text) if text in set(kind) else None


@dataclass(slots=True)
class ActForm:
    """An act as typed, and what is wrong with it by field.

    Attributes:
        blocked: Why it cannot be done, in sentences.
    """

    action: Action
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)
    blocked: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, action: Action, given: Mapping[str, str]) -> Self:
        """Return the form with what can be checked without the database."""
        names = ("stall", "trader", "reason", "note", "seen")
        form = cls(action, {name: given.get(name, "").strip() for name in names})
        if len(form["note"]) > LONGEST_NOTE:
            form.errors["note"] = TOO_LONG
        if action is Action.SUSPEND and form.reason is None:
            form.errors["reason"] = CHOOSE
        return form

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def reason(self) -> SuspendReason | None:
        """Why it is suspended, where that was chosen."""
        return _code(SuspendReason, self["reason"])

    @property
    def seen(self) -> int | None:
        """The last step that was seen, where the page said it."""
        return int(self["seen"]) if self["seen"].isdecimal() else None


@dataclass(slots=True)
class DocumentForm:
    """The number of an authority's document, and the proof that it is you."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Self:
        """Return the form, checked."""
        number = given.get("number", "").strip()
        form = cls({"number": number, "code": given.get("code", "")})
        if not number:
            form.errors["number"] = MISSING
        elif len(number) > LONGEST_NUMBER:
            form.errors["number"] = TOO_LONG
        return form

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(slots=True)
class OpeningForm:
    """Seals broken to open a case."""

    seals: frozenset[str] = frozenset()
    note: str = ""
    errors: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, given: MultiDict[str, str]) -> Self:
        """Return the form, checked."""
        form = cls(frozenset(given.getlist("seals")), given.get("note", "").strip())
        if len(form.note) > LONGEST_NOTE:
            form.errors["note"] = TOO_LONG
        return form
