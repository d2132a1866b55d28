"""The API of the tick that a result was entered on the national platform."""

from datetime import datetime

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.permissions import BODY_STAFF
from app.verify import queries
from app.verify import queries_uploads as found
from app.verify.service import uploads as service
from app.web import api
from app.web.access import access, caller

bp = Blueprint("uploads", __name__)


class UploadIn(api.Body):
    """The number that the platform gave, if any."""

    reference_no: str = Field(default="", max_length=80)


class UploadOut(api.Model):
    """The tick as it stands; a second one changes nothing."""

    verification: str
    done_at: datetime
    reference_no: str


@bp.delete("/verifications/<uid:verification>/upload")
@api.write("Take the tick of a result back", returns={204: None})
@access(*BODY_STAFF)
def take_back(session: Session, verification: str) -> None:
    """The result waits again; the ledger keeps both."""
    row = found.tick_in(session, caller().scope(*BODY_STAFF), verification)
    service.take_back(session, row, by=caller().uid, at=utcnow())


@bp.put("/verifications/<uid:verification>/upload")
@api.write("Tick a result as entered on the national platform", body=UploadIn, returns=UploadOut)
@access(*BODY_STAFF)
def tick(session: Session, verification: str, body: UploadIn) -> UploadOut:
    """It says who and when; the first tick stays."""
    row = queries.verification_in(session, caller().scope(*BODY_STAFF), verification)
    service.tick(session, [row], body.reference_no, by=caller().uid, at=utcnow())
    ticked = found.tick_in(session, caller().scope(*BODY_STAFF), verification)
    return UploadOut(verification=row.uid, done_at=ticked.done_at, reference_no=ticked.reference_no)
