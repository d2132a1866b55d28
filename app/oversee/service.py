"""Findings and leads: what people make of them. The software proposes, a person decides.

Both belong to their scale: each step is an act on it and stands in its story.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.findings import (
    FindingState,
    LeadState,
    finding_may_become,
    lead_may_become,
)
from app.ledger import remarks
from app.ledger.door import act
from app.models import Finding, Lead, Person


class IllegalStepError(DomainError):
    """The finding or lead is not where this step begins."""

    code = "illegal_step"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How a finding ended, in whose words, by which document."""

    outcome: FindingState
    words: str
    document_no: str


@dataclass(frozen=True, slots=True)
class LeadStep:
    """Where a lead goes, under which number."""

    state: LeadState
    document_no: str
    note: str = ""


def resolve(
    session: Session, finding: Finding, conclusion: Conclusion, *, by: Person, at: datetime
) -> None:
    """Write down what the verification body concluded about ``finding``.

    Confirmed keeps the scale out of service until it is put right and the finding closed.

    Raises:
        IllegalStepError: The finding is not where that outcome can follow.
    """
    outcome = conclusion.outcome
    if not finding_may_become(finding.state, outcome):
        raise IllegalStepError(f"a finding that is {finding.state} cannot become {outcome}")
    details = {"finding": finding.uid, "outcome": outcome.value, "document": conclusion.document_no}
    with act(session, finding.scale, "finding_resolved", by=by.uid, at=at, details=details):
        finding.state = outcome
        finding.resolved_at, finding.resolved_by = at, by
        finding.document_no = conclusion.document_no
        details.update(
            remarks.keep(session, finding.scale, conclusion.words, at=at, about=finding.uid)
        )
    session.expire(finding, ["remarks"])


def step_lead(session: Session, lead: Lead, step: LeadStep, *, by: str, at: datetime) -> None:
    """Hand ``lead`` over to the authority's case system, or close it with its answer.

    Raises:
        IllegalStepError: The lead is not where that state can come next.
    """
    if not lead_may_become(lead.state, step.state):
        raise IllegalStepError(f"a lead that is {lead.state} cannot become {step.state}")
    details = {"lead": lead.uid, "outcome": step.state.value, "document": step.document_no}
    with act(session, lead.scale, f"lead_{step.state.value}", by=by, at=at, details=details):
        lead.state, lead.document_no = step.state, step.document_no
        details.update(remarks.keep(session, lead.scale, step.note, at=at, about=lead.uid))
        if step.state is LeadState.CLOSED:
            lead.closed_at = at
    session.expire(lead, ["remarks"])
