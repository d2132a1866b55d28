"""The API of the tick that a result was entered on the national platform."""

from datetime import datetime

from flask import Blueprint
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.permissions import BODY_STAFF
from app.models import PlatformUpload
from app.verify import queries
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


@bp.put("/verifications/<uid:verification>/upload")
@api.write("Tick a result as entered on the national platform", body=UploadIn, returns=UploadOut)
@access(*BODY_STAFF)
def tick(session: Session, verification: str, body: UploadIn) -> UploadOut:
    """It says who and when; the first tick stays."""
    row = queries.verification_in(session, caller().scope(*BODY_STAFF), verification)
    service.tick(session, [row], body.reference_no, by=caller().uid, at=utcnow())
    found = session.scalars(
        select(PlatformUpload).where(PlatformUpload.verification_id == row.id)
    ).one()
    return UploadOut(verification=row.uid, done_at=found.done_at, reference_no=found.reference_no)
