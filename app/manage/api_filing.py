"""The API of filing a scale with the local metrology authority."""

from datetime import date
from typing import Annotated

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.permissions import FILERS
from app.domain.tokens import TokenScope
from app.manage import queries
from app.manage.service.filing import (
    LONGEST,
    Filing,
    FilingError,
    NoLongerFiledError,
    record_filing,
)
from app.web import api, scale_api
from app.web.access import ForbiddenError, access, caller, require_role
from app.web.scale_api import ScaleOut

bp = Blueprint("filing_api", __name__, url_prefix="/api/v1")


class FilingIn(api.Body):
    """What the authority gave back when the scale was filed."""

    number: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    on: Annotated[date, Field(strict=False)]


@bp.put("/scales/<uid:scale>/filing")
@api.write(
    "Record a filing",
    body=FilingIn,
    returns=ScaleOut,
    problems=(ForbiddenError, FilingError, NoLongerFiledError),
    conditional=True,
    scope=TokenScope.FLEET,
)
@access(*FILERS)
def file(session: Session, scale: str, body: FilingIn) -> api.Answer:
    """The scale stands in the authority's register; a later filing takes the place of this one."""
    row = queries.scale_in(session, caller().scope(), scale)
    require_role(row.path, *FILERS)
    scale_api.match(session, row, caller(), utcnow())
    record_filing(session, row, Filing(body.number, body.on), by=caller().uid, at=utcnow())
    return scale_api.answer(session, row, caller(), utcnow())
