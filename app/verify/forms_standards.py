"""The forms of bodies, weights and stock: text in, values or words at a field out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Self, TypeVar

from flask_babel import lazy_gettext as _l

from app.verify.service.errors import Fault, FieldsError

Code = TypeVar("Code", bound=StrEnum)
DECIMAL: Final = re.compile(r"([-−+]?)([0-9]{1,9}(?:\.[0-9]{1,3})?)")
MOST_COUNTED: Final = 999_999

WORDS: Final[Mapping[Fault, Any]] = MappingProxyType(
    {
        Fault.MISSING: _l("Please fill this in."),
        Fault.TOO_LONG: _l("This is too long."),
        Fault.MALFORMED: _l("This cannot be read."),
        Fault.TAKEN: _l("This is taken already."),
        Fault.OVERLAPS: _l("Some of these numbers are in another lot."),
        Fault.OUT_OF_ORDER: _l("The end comes before the beginning."),
        Fault.IN_THE_FUTURE: _l("This day is still to come."),
        Fault.NOT_HERE: _l("Please choose one."),
        Fault.NO_SUCH_NOMINAL: _l("This class has no weight of this nominal (R 111-1, table 1)."),
        Fault.NOT_IN_STOCK: _l("This number is not on the shelf of this lot."),
        Fault.TOO_MANY: _l("At most 1,000 numbers at once."),
        Fault.ABOVE_ITSELF: _l("A weight cannot stand above itself in its chain."),
    }
)
SAID: Final[Mapping[tuple[str, Fault], Any]] = MappingProxyType(
    {
        ("person", Fault.NOT_HERE): _l("Choose somebody with a role in verification."),
        ("verifier", Fault.NOT_HERE): _l("Choose somebody of the body's staff."),
        ("number", Fault.TAKEN): _l("The body has a weight of this number."),
        ("certificate_no", Fault.TAKEN): _l("This certificate is on record already."),
        ("path", Fault.TAKEN): _l("The body is assigned there at that time already."),
    }
)
BODY: Final = MappingProxyType(
    {
        "region": 120,
        "name": 120,
        "authorisation_no": 80,
        "authorised_until": 10,
        "address": 200,
        "phone": 40,
    }
)
REGION: Final = MappingProxyType({"path": 120, "since": 10, "until": 10})
STAFF: Final = MappingProxyType(
    {"person": 36, "item": 20, "certificate_no": 80, "since": 10, "until": 10}
)
STANDARD: Final = MappingProxyType(
    {"name": 120, "certificate_no": 80, "valid_until": 10, "max": 12}
)
WEIGHT: Final = MappingProxyType(
    {"number": 40, "set_name": 80, "weight_class": 8, "nominal": 12, "standard": 36}
)
CERTIFICATE: Final = MappingProxyType(
    {
        "certificate_no": 80,
        "laboratory": 120,
        "calibrated_on": 10,
        "valid_until": 10,
        "result": 8,
        "error": 14,
        "uncertainty": 14,
    }
)
WITHDRAWAL: Final = MappingProxyType({"because": 40, "last_good_on": 10})
LOT: Final = MappingProxyType(
    {"kind": 20, "first": 40, "last": 40, "received_on": 10, "document_no": 80}
)
ISSUE: Final = MappingProxyType({"lot": 36, "verifier": 36, "first": 40, "last": 40})
VOID: Final = MappingProxyType({"kind": 20, "number": 40, "because": 40})
BACK: Final = MappingProxyType({"kind": 20, "first": 40, "last": 40})
COUNT: Final = MappingProxyType({"label": 6, "lead_seal": 6})


@dataclass(slots=True)
class Form:
    """What was typed, and what is wrong with it by field.

    ``prefix`` tells the fields of several forms of one page apart.
    """

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)
    prefix: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str], longest: Mapping[str, int], prefix: str = "") -> Self:
        """Return the form with the fields in ``longest``, none longer than it says."""
        form = cls({n: given.get(prefix + n, "").strip() for n in longest}, prefix=prefix)
        for name, most in longest.items():
            if len(form[name]) > most:
                form.fault(name, Fault.TOO_LONG)
        return form

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def fault(self, name: str, fault: Fault) -> None:
        """Note what is wrong with a field."""
        self.errors.setdefault(name, said(name, fault))

    def refuse(self, error: FieldsError) -> None:
        """Note what the service found, each at its field."""
        for name, fault in error.faults.items():
            self.fault(name, fault)

    def listed(self) -> Iterator[tuple[str, Any]]:
        """Yield the errors by the names that the page's fields have."""
        for name, words in self.errors.items():
            yield self.prefix + name, words

    def day(self, name: str) -> date | None:
        """Return the date typed, or None; what is no date becomes an error."""
        if not self[name]:
            return None
        try:
            return date.fromisoformat(self[name])
        except ValueError:
            self.fault(name, Fault.MALFORMED)
            return None

    def one_of(self, name: str, kind: type[Code], otherwise: Code) -> Code:
        """Return the code chosen; nothing, or another text, becomes an error."""
        if self[name] in set(kind):
            return kind(self[name])
        self.fault(name, Fault.NOT_HERE)
        return otherwise

    def count(self, name: str) -> int:
        """Return the whole number typed; nothing is an error too."""
        text = self[name]
        if not text:
            self.fault(name, Fault.MISSING)
        elif not (text.isascii() and text.isdecimal()):
            self.fault(name, Fault.MALFORMED)
        return int(text) if text.isascii() and text.isdecimal() else 0

    def scaled(self, name: str, unit: int) -> int | None:
        """Return the decimal typed in ``unit`` ths, without floats; None for nothing."""
        if not self[name]:
            return None
        found = DECIMAL.fullmatch(self[name])
        if found is None:
            self.fault(name, Fault.MALFORMED)
            return None
        return int(Decimal(found[2]) * unit) * (-1 if found[1] in {"-", "−"} else 1)


def said(name: str, fault: Fault) -> Any:  # noqa: ANN401 - a lazy string
    """Return the words for a fault of a field."""
    return SAID.get((name, fault)) or WORDS[fault]
