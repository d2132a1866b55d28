"""The API of in-service checks: two officers do them, in person; a failed one makes a lead."""

from datetime import datetime

from flask import Blueprint
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.appeals import CheckForce
from app.domain.permissions import AUTHORITY
from app.domain.tokens import TokenScope
from app.domain.verification import VerificationResult
from app.models import InServiceCheck
from app.verify import queries_checks as found
from app.verify.service import leads
from app.verify.service.leads import InLeadError, NoCauseError
from app.verify.views_checks import READERS
from app.web import api
from app.web.access import access, caller

bp = Blueprint("checks", __name__)


class CheckOut(api.Model):
    """An in-service check; `pass` says within the in-service limits, never verified.

    `lead`: whose evidence it is, if somebody made it that.
    """

    id: str
    scale: str
    force: CheckForce
    task_no: str
    verdict: VerificationResult
    rules: str
    checked_at: datetime
    officers: list[str]
    lead: str | None


@bp.get("/in-service-checks")
@api.lists("List in-service checks", CheckOut)
@access(*READERS)
def checks(session: Session, query: api.ListQuery) -> api.Listed[CheckOut]:
    """Those of the caller's regions, by place."""
    order = (InServiceCheck.path, InServiceCheck.uid)
    return api.listed(session, query, found.checks(caller().scope(*READERS)), order, _out)


@bp.get("/in-service-checks/<uid:check>")
@api.read("Read an in-service check", returns=CheckOut)
@access(*READERS)
def check(session: Session, check: str) -> CheckOut:
    """What it is worth and what came of it."""
    return _out(found.check_in(session, caller().scope(*READERS), check))


@bp.post("/in-service-checks/<uid:check>/lead")
@api.write(
    "Open a lead from a failed check",
    returns={201: CheckOut},
    problems=(NoCauseError, InLeadError),
    scope=TokenScope.FLEET,
)
@access(*AUTHORITY)
def open_lead(session: Session, check: str) -> CheckOut:
    """The scale's lead that is not handed over yet takes the check up; else one is opened."""
    row = found.check_in(session, caller().scope(*AUTHORITY), check)
    leads.open_lead(session, row, by=caller().uid, at=utcnow())
    session.flush()
    return _out(row)


def _out(row: InServiceCheck) -> CheckOut:
    return CheckOut(
        id=row.uid,
        scale=row.scale.uid,
        force=row.force,
        task_no=row.task_no,
        verdict=row.verdict,
        rules=row.rules,
        checked_at=row.checked_at,
        officers=[one.uid for one in (row.officer, row.second) if one],
        lead=row.lead.uid if row.lead else None,
    )
