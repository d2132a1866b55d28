"""A lead (线索) from a failed in-service check: opened, or given the check as more evidence.

An inspector decides so; the check itself sets nothing off. Handing the lead over to the
authority's case system is a later step with a proof of its own (`app.oversee.service`).
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.errors import DomainError
from app.domain.findings import LeadState
from app.domain.verification import VerificationResult
from app.ledger import entries
from app.ledger.door import act
from app.models import InServiceCheck, Lead

OPENED: Final = "lead_opened"
SUPPORTED: Final = "lead_supported"
GIVEN: Final = "check_in_lead"


class NoCauseError(DomainError):
    """A check that was passed accuses nobody."""

    code = "check_was_passed"


class InLeadError(DomainError):
    """The check belongs to a lead already."""

    code = "check_in_lead"


def open_lead(session: Session, row: InServiceCheck, *, by: str, at: datetime) -> Lead:
    """Return the lead that the failed check ``row`` is evidence of from now on.

    It joins the scale's lead that was not handed over yet; where there is none, it opens one.

    Raises:
        NoCauseError: The check was passed.
        InLeadError: It belongs to a lead already.
    """
    entries.lock(session)
    session.refresh(row)
    if row.verdict is not VerificationResult.FAIL:
        raise NoCauseError("a check that was passed is no lead")
    if row.lead_id is not None:
        raise InLeadError("the check belongs to a lead already")
    found = session.scalar(
        select(Lead)
        .where(Lead.scale_id == row.scale_id, Lead.state == LeadState.OPEN)
        .order_by(Lead.id.desc())
        .limit(1)
    )
    lead = found or Lead(
        uid=new_uid(), path=row.path, scale=row.scale, state=LeadState.OPEN, opened_at=at
    )
    told = {"lead": lead.uid, "check": row.uid}
    with act(session, row.scale, SUPPORTED if found else OPENED, by=by, at=at, details=told):
        session.add(lead)
    with act(session, row, GIVEN, by=by, at=at):
        row.lead = lead
    return lead
