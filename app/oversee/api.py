"""The API of findings and leads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from app.domain.findings import FindingState, LeadState, finding_may_become, lead_may_become
from app.domain.permissions import DECIDERS, FINDING_READERS, LEAD_READERS
from app.domain.tokens import TokenScope
from app.domain.verdicts import Verdict
from app.models import Finding, Lead
from app.oversee import queries
from app.oversee.service import IllegalStepError
from app.web import api
from app.web.access import StepUpError, access, caller
from app.web.paging import fetch

bp = Blueprint("oversee_api", __name__, url_prefix="/api/v1")


class FindingOut(api.Model):
    """A suspicion raised by evidence; `differences` are address ranges of the program."""

    id: str
    scale: str
    evidence: str
    verdict: Verdict
    state: FindingState
    opened_at: datetime
    resolved_at: datetime | None
    resolution: str
    document_no: str
    differences: list[dict[str, Any]]
    similarity: int | None


class LeadOut(api.Model):
    """A lead for the authority; its evidence is a finding, in-service checks, or both."""

    id: str
    scale: str
    finding: str | None
    checks: list[str]
    state: LeadState
    opened_at: datetime
    closed_at: datetime | None
    document_no: str
    note: str


class FindingQuery(api.ListQuery):
    """Which findings."""

    state: FindingState | None = None


class LeadQuery(api.ListQuery):
    """Which leads."""

    state: LeadState | None = None


class ResolveIn(api.Body):
    """What the verification body concluded."""

    outcome: FindingState
    conclusion: str = Field(min_length=1, max_length=400)
    document_no: str = Field(min_length=1, max_length=80)


class LeadStepIn(api.Body):
    """Where the lead goes."""

    state: LeadState
    document_no: str = Field(min_length=1, max_length=80)
    note: str = Field(default="", max_length=400)


def finding_out(row: Finding) -> FindingOut:
    """Return ``row`` as the API shows it."""
    return FindingOut(
        id=row.uid,
        scale=row.scale.uid,
        evidence=row.evidence.uid,
        verdict=row.verdict,
        state=row.state,
        opened_at=row.opened_at,
        resolved_at=row.resolved_at,
        resolution=row.words,
        document_no=row.document_no,
        differences=row.evidence.differences,
        similarity=row.evidence.similarity,
    )


def leads_out(session: Session, rows: Sequence[Lead]) -> list[LeadOut]:
    """Return ``rows`` as the API shows them."""
    checks = queries.checks_of(session, rows)
    return [_lead_out(row, [one.uid for one in checks[row.id]]) for row in rows]


def _lead_out(row: Lead, checks: list[str]) -> LeadOut:
    return LeadOut(
        id=row.uid,
        scale=row.scale.uid,
        finding=row.finding.uid if row.finding else None,
        checks=checks,
        state=row.state,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        document_no=row.document_no,
        note=row.words,
    )


@bp.get("/findings")
@api.lists("List findings", FindingOut, query=FindingQuery)
@access(*FINDING_READERS)
def findings(session: Session, query: FindingQuery) -> api.Listed[FindingOut]:
    """Those of the caller's regions, by place."""
    statement = queries.findings(caller().scope(*FINDING_READERS), query.state)
    return api.listed(session, query, statement, [Finding.path, Finding.uid], finding_out)


@bp.get("/findings/<uid:finding>")
@api.read("Read a finding", returns=FindingOut)
@access(*FINDING_READERS)
def finding(session: Session, finding: str) -> api.Answer:
    """With the address ranges in which the program differs."""
    row = queries.finding_in(session, caller().scope(*FINDING_READERS), finding)
    return api.Answer(finding_out(row), version=row.version)


@bp.post("/findings/<uid:finding>/resolution")
@api.write(
    "Resolve a finding",
    body=ResolveIn,
    returns=FindingOut,
    problems=(IllegalStepError, StepUpError),
    conditional=True,
    scope=TokenScope.FLEET,
)
@access(*DECIDERS)
def resolve(session: Session, finding: str, body: ResolveIn) -> api.Answer:
    """What the verification body concluded, by the number of its document.

    It has effect in law: a token is always answered `step_up_required`, and a page does it.
    """
    row = queries.finding_in(session, caller().scope(*DECIDERS), finding)
    api.match(row.version)
    if not finding_may_become(row.state, body.outcome):
        raise IllegalStepError(f"a finding that is {row.state} cannot become {body.outcome}")
    raise StepUpError("a conclusion is recorded in person")


@bp.get("/leads")
@api.lists("List leads", LeadOut, query=LeadQuery)
@access(*LEAD_READERS)
def leads(session: Session, query: LeadQuery) -> api.Listed[LeadOut]:
    """Those of the caller's regions, by place."""
    statement = queries.leads(caller().scope(*LEAD_READERS), query.state)
    page = fetch(session, statement, [Lead.path, Lead.uid], query.after, query.limit)
    return api.Listed(items=leads_out(session, page.items), next=page.next)


@bp.get("/leads/<uid:lead>")
@api.read("Read a lead", returns=LeadOut)
@access(*LEAD_READERS)
def lead(session: Session, lead: str) -> api.Answer:
    """Where it is on its way to the authority."""
    row = queries.lead_in(session, caller().scope(*LEAD_READERS), lead)
    return api.Answer(leads_out(session, [row])[0], version=row.version)


@bp.post("/leads/<uid:lead>/steps")
@api.write(
    "Hand a lead over, or close it",
    body=LeadStepIn,
    returns=LeadOut,
    problems=(IllegalStepError, StepUpError),
    conditional=True,
    scope=TokenScope.FLEET,
)
@access(*DECIDERS)
def step_lead(session: Session, lead: str, body: LeadStepIn) -> api.Answer:
    """With the number under which the authority has it.

    It has effect in law: a token is always answered `step_up_required`, and a page does it.
    """
    row = queries.lead_in(session, caller().scope(*DECIDERS), lead)
    api.match(row.version)
    if not lead_may_become(row.state, body.state):
        raise IllegalStepError(f"a lead that is {row.state} cannot become {body.state}")
    raise StepUpError("a lead is handed over in person")
