"""The API of baselines and counters."""

from datetime import date
from typing import Annotated

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from app.configure import queries
from app.configure.views_baseline import MOST, record
from app.db.session import utcnow
from app.domain.counters import Counters
from app.domain.permissions import BASELINERS
from app.domain.tokens import TokenScope
from app.ledger.counters import BaselineContestedError, Shown
from app.models import Scale
from app.web import api, scale_api
from app.web.access import READERS, ForbiddenError, access, caller, require_role

bp = Blueprint("baseline", __name__)

Counter = Annotated[int, Field(ge=0, le=MOST)]


class CountersIn(api.Body):
    """What the scale shows; `baseline` makes it what later readings are held against."""

    calibration: Counter
    parameters: Counter
    software_id: Annotated[str, Field(max_length=80)] = ""
    baseline: bool = False


class CountersOut(api.Model):
    """The counters as last explained, and since when they differ without a reason."""

    calibration: int | None
    parameters: int | None
    rose_on: date | None
    parameters_sha256: str | None


@bp.get("/scales/<uid:scale>/counters")
@api.read("Read the counters on record", returns=CountersOut)
@access(*READERS)
def read(session: Session, scale: str) -> CountersOut:
    """Null where none were ever recorded."""
    return _out(queries.scale_in(session, caller().scope(), scale))


@bp.post("/scales/<uid:scale>/counters")
@api.write(
    "Record what the counters show",
    body=CountersIn,
    returns=CountersOut,
    problems=(ForbiddenError, BaselineContestedError),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*BASELINERS)
def write(session: Session, scale: str, body: CountersIn) -> CountersOut:
    """The first is the baseline. `If-Match` is the scale's ETag."""
    row = queries.scale_in(session, caller().scope(*BASELINERS), scale)
    require_role(row.path, *BASELINERS)
    scale_api.match(session, row, caller(), utcnow())
    shown = Shown(Counters(body.calibration, body.parameters), body.software_id)
    record(session, row, shown, baseline=body.baseline)
    return _out(row)


def _out(row: Scale) -> CountersOut:
    return CountersOut(
        calibration=row.calibration_counter,
        parameters=row.parameter_counter,
        rose_on=row.counters_rose_on,
        parameters_sha256=row.baseline_parameters,
    )
