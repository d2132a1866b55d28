"""The API of in-service checks: read only. Two officers do them, in person."""

from datetime import datetime

from flask import Blueprint
from sqlalchemy.orm import Session

from app.domain.appeals import CheckForce
from app.domain.verification import VerificationResult
from app.models import InServiceCheck
from app.verify import queries_checks as found
from app.verify.views_checks import READERS
from app.web import api
from app.web.access import access, caller
from app.web.paging import BadCursorError, Cursor, fetch

bp = Blueprint("checks", __name__)


class CheckOut(api.Model):
    """An in-service check; `pass` says within the in-service limits, never verified."""

    id: str
    scale: str
    force: CheckForce
    task_no: str
    verdict: VerificationResult
    rules: str
    checked_at: datetime
    officers: list[str]


@bp.get("/in-service-checks")
@api.read(
    "List in-service checks",
    query=api.ListQuery,
    returns=api.Listed[CheckOut],
    problems=(BadCursorError,),
)
@access(*READERS)
def checks(session: Session, query: api.ListQuery) -> api.Listed[CheckOut]:
    """Those of the caller's regions, by place."""
    cursor = Cursor.parse(query.after, str, str)
    order = (InServiceCheck.path, InServiceCheck.uid)
    page = fetch(session, found.checks(caller().scope(*READERS)), order, cursor, query.limit)
    return api.Listed[CheckOut](items=[_out(one) for one in page.items], next=page.next)


@bp.get("/in-service-checks/<uid:check>")
@api.read("Read an in-service check", returns=CheckOut)
@access(*READERS)
def check(session: Session, check: str) -> CheckOut:
    """What it is worth and what came of it."""
    return _out(found.check_in(session, caller().scope(*READERS), check))


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
    )
