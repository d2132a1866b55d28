"""The API that puts the register right about a scale: number, role, plate, batch."""

from datetime import date
from typing import Annotated

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from app.configure import batches, queries
from app.configure.api_fields import told_at_fields
from app.configure.forms import WORDS
from app.configure.service.errors import Fault
from app.configure.service.plates import Plate, correct_plate
from app.db.session import utcnow
from app.domain.lifecycle import ScaleRole
from app.domain.roles import Role
from app.domain.tokens import TokenScope
from app.web import api, scale_api
from app.web.access import access, caller
from app.web.api_reading import PreconditionFailedError
from app.web.scale_api import ScaleOut

bp = Blueprint("plates", __name__)


class PlateIn(api.Body):
    """A scale as it should stand in the register, all of it anew."""

    model: Annotated[str, Field(min_length=1, max_length=36)]
    serial_no: Annotated[str, Field(min_length=1, max_length=40)]
    market_no: Annotated[str, Field(max_length=20)] = ""
    role: ScaleRole
    software_id: Annotated[str, Field(max_length=80)] = ""
    made_on: date | None = None
    batch: Annotated[str, Field(max_length=36, description="procurement batch it came with")] = ""


@bp.put("/scales/<uid:scale>/plate")
@api.write(
    "Correct a scale's data",
    body=PlateIn,
    returns=ScaleOut,
    problems=(PreconditionFailedError,),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(Role.MANAGER)
def put_plate(session: Session, scale: str, body: PlateIn) -> api.Answer:
    """Model and serial number stay once papers name the scale. `If-Match` is the scale's ETag."""
    who, at = caller(), utcnow()
    row = queries.scale_in(session, who.scope(Role.MANAGER), scale)
    scale_api.match(session, row, who, at)
    model = queries.model_named(session, body.model)
    batch = batches.named(session, who.scope(Role.MANAGER), body.batch)
    if model is None:
        raise api.invalid(("model", str(WORDS[Fault.NOT_HERE])))
    if batch is None and body.batch:
        raise api.invalid(("batch", str(WORDS[Fault.NOT_HERE])))
    command = Plate(model=model, batch=batch, **body.model_dump(exclude={"model", "batch"}))
    with told_at_fields():
        correct_plate(session, row, command, by=who.uid, at=at)
    return scale_api.answer(session, row, who, at)
