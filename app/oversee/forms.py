"""Forms of findings and leads: what was typed, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from flask_babel import gettext as _

from app.domain.findings import FindingState, LeadState
from app.oversee.service import Conclusion, LeadStep

LONGEST_WORDS = 400
LONGEST_NUMBER = 80


@dataclass(slots=True)
class ConclusionForm:
    """What the verification body concluded."""

    outcome: str = ""
    words: str = ""
    document_no: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """Return the form as it was typed, with its errors."""
        form = cls(
            outcome=given.get("outcome", ""),
            words=given.get("words", "").strip(),
            document_no=given.get("document_no", "").strip(),
        )
        if form.outcome not in set(FindingState):
            form.errors["outcome"] = _("Choose what was concluded.")
        if not 0 < len(form.words) <= LONGEST_WORDS:
            form.errors["words"] = _("Say in at most 400 characters what was concluded.")
        if not 0 < len(form.document_no) <= LONGEST_NUMBER:
            form.errors["document_no"] = _("Give the number of the document that says so.")
        return form

    def conclusion(self) -> Conclusion:
        """Return the conclusion of a form without errors."""
        return Conclusion(FindingState(self.outcome), self.words, self.document_no)


@dataclass(slots=True)
class LeadForm:
    """Where a lead goes, under which number."""

    state: str = ""
    document_no: str = ""
    note: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """Return the form as it was typed, with its errors."""
        form = cls(
            state=given.get("state", ""),
            document_no=given.get("document_no", "").strip(),
            note=given.get("note", "").strip(),
        )
        if form.state not in set(LeadState):
            form.errors["state"] = _("Choose where the lead goes.")
        if not 0 < len(form.document_no) <= LONGEST_NUMBER:
            form.errors["document_no"] = _("Give the number under which the authority has it.")
        if len(form.note) > LONGEST_WORDS:
            form.errors["note"] = _("The note has more than 400 characters.")
        return form

    def step(self) -> LeadStep:
        """Return the step of a form without errors."""
        return LeadStep(LeadState(self.state), self.document_no, self.note)
