"""The API of applications for arbitration verification: read only; they are decided in person."""

from datetime import date

from flask import Blueprint
from sqlalchemy.orm import Session

from app.domain.appeals import AppealState
from app.domain.permissions import APPEAL_READERS
from app.models import Appeal
from app.verify import queries_appeals as found
from app.web import api
from app.web.access import access, caller

bp = Blueprint("appeals", __name__)


class AppealOut(api.Model):
    """An application; `outcome` is the arbitration verification by which it was decided."""

    id: str
    scale: str
    state: AppealState
    document_no: str
    applied_on: date
    deadline_on: date
    contested: str | None
    outcome: str | None


@bp.get("/appeals")
@api.lists("List applications for arbitration verification", AppealOut)
@access(*APPEAL_READERS)
def appeals(session: Session, query: api.ListQuery) -> api.Listed[AppealOut]:
    """Those of the caller's regions, by place."""
    asked = found.appeals(caller().scope(*APPEAL_READERS))
    return api.listed(session, query, asked, (Appeal.path, Appeal.uid), _out)


@bp.get("/appeals/<uid:appeal>")
@api.read("Read an application for arbitration verification", returns=AppealOut)
@access(*APPEAL_READERS)
def appeal(session: Session, appeal: str) -> AppealOut:
    """How far it is."""
    return _out(found.appeal_in(session, caller().scope(*APPEAL_READERS), appeal))


def _out(row: Appeal) -> AppealOut:
    return AppealOut(
        id=row.uid,
        scale=row.scale.uid,
        state=row.state,
        document_no=row.document_no,
        applied_on=row.applied_on,
        deadline_on=row.deadline_on,
        contested=row.contested.uid if row.contested else None,
        outcome=row.outcome.uid if row.outcome else None,
    )
