"""The form of a verification result: text in, a command or words at a field out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Self

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.domain.verification import VerificationKind, VerificationResult
from app.models import Person
from app.verify.service import NewVerification, ResultError, VerifiedFault
from app.web.words.items import ITEMS

NAMES: Final = (
    "result",
    "kind",
    "verified_on",
    "body",
    "label_no",
    "certificate_no",
    "seal_no",
    "code",
)
# Longest text of each field, as its column holds it.
LONGEST: Final[Mapping[str, int]] = MappingProxyType(
    {"body": 120, "label_no": 40, "certificate_no": 80, "seal_no": 40}
)
# A check in service (使用中检查) is no verification and has its own record.
KINDS: Final = (VerificationKind.INITIAL, VerificationKind.SUBSEQUENT)
CHOOSE: Final = _l("Please choose one.")
NO_DATE: Final = _l("Please give a day, like 2026-03-05.")
TOO_LONG: Final = _l("This is too long.")
NO_CODE: Final = _l("Type the six digits of your second factor.")
WORDS: Final[Mapping[tuple[str, VerifiedFault], Any]] = MappingProxyType(
    {
        ("body", VerifiedFault.MISSING): _l("Name the verification body."),
        ("label_no", VerifiedFault.MISSING): _l(
            "Give the number of the label or of the certificate."
        ),
        ("failed_items", VerifiedFault.MISSING): _l("Say what it failed."),
        ("verified_on", VerifiedFault.NO_RULES): _l("No regulation of ours held on that day."),
        ("verified_on", VerifiedFault.IN_THE_FUTURE): _l("This day is still to come."),
        ("verified_on", VerifiedFault.BEFORE_THE_LAST): _l(
            "A later verification is on record already."
        ),
        ("verified_on", VerifiedFault.BEFORE_THE_OPENING): _l(
            "The scale was opened after this day: it has to be verified again."
        ),
        ("kind", VerifiedFault.NO_VERIFICATION): _l(
            "A check in service verifies nothing: it has its own record."
        ),
        ("label_no", VerifiedFault.TAKEN): _l("This label is voided or stands on another scale."),
        ("seal_no", VerifiedFault.TAKEN): _l("This seal is voided or stands on another scale."),
        ("seal_no", VerifiedFault.SEAL_NEEDED): _l(
            "No intact verification seal is on record: give the number of the new one."
        ),
        ("seal_no", VerifiedFault.HELD): _l(
            "The scale is held as evidence: its seals stay as they are."
        ),
    }
)


@dataclass(slots=True)
class ResultForm:
    """A result as typed, and what is wrong with it by field."""

    values: dict[str, str] = field(default_factory=dict)
    items: tuple[str, ...] = ()
    errors: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def fresh(cls, today: date, body: str) -> Self:
        """Return the form as it is shown first."""
        values = {
            "result": "",
            "kind": VerificationKind.SUBSEQUENT.value,
            "verified_on": today.isoformat(),
            "body": body,
        }
        return cls(values)

    @classmethod
    def read(cls, given: MultiDict[str, str]) -> Self:
        """Return the form as it was sent, with what can be told without the scale."""
        form = cls({name: given.get(name, "").strip() for name in NAMES})
        form.items = tuple(item for item in given.getlist("failed_items") if item in ITEMS)
        if form["result"] not in set(VerificationResult):
            form.errors["result"] = CHOOSE
        if form["kind"] not in KINDS:
            form.errors["kind"] = CHOOSE
        if form.day is None:
            form.errors["verified_on"] = NO_DATE
        for name, longest in LONGEST.items():
            if len(form[name]) > longest:
                form.errors[name] = TOO_LONG
        if not form["code"]:
            form.errors["code"] = NO_CODE
        return form

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def day(self) -> date | None:
        """The day of the verification, where one was typed."""
        try:
            return date.fromisoformat(self["verified_on"])
        except ValueError:
            return None

    def command(self, verifier: Person | None) -> NewVerification:
        """Return the command of a form without errors."""
        assert self.day is not None  # noqa: S101 - `read` noted its absence as an error
        return NewVerification(
            result=VerificationResult(self["result"]),
            kind=VerificationKind(self["kind"]),
            verified_on=self.day,
            body=self["body"],
            verifier=verifier,
            certificate_no=self["certificate_no"],
            label_no=self["label_no"],
            seal_no=self["seal_no"],
            failed_items=self.items,
        )

    def refuse(self, error: ResultError) -> None:
        """Note what the service found, each at its field."""
        self.errors |= {name: WORDS[name, fault] for name, fault in error.faults.items()}
