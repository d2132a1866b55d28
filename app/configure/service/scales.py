"""Registering scales: the plate, the place, three codes or the reason why there are none."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError, missing
from app.configure.service.places import REGISTER
from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.lifecycle import ScaleRole
from app.ledger import entries
from app.ledger.door import act
from app.models import Place, Scale, ScaleModel


@dataclass(frozen=True, slots=True, kw_only=True)
class NewScale:
    """A scale as it came: what its plate says and where it is to serve."""

    place: Place
    model: ScaleModel
    serial_no: str
    market_no: str = ""
    role: ScaleRole = ScaleRole.TRADE
    software_id: str = ""
    production_code: str = ""
    repair_code: str = ""
    verification_code: str = ""
    no_code_reason: str = ""
    made_on: date | None = None

    @property
    def has_codes_or_reason(self) -> bool:
        """Whether all three codes are there, or a word on why not."""
        codes = (self.production_code, self.repair_code, self.verification_code)
        return all(code.strip() for code in codes) or bool(self.no_code_reason.strip())


def register_scale(session: Session, command: NewScale, *, by: str, at: datetime) -> Scale:
    """Put a scale into the register.

    Raises:
        FieldsError: A field is missing, the serial number of this model or the market number
            of this place is taken, or there are neither codes nor a reason.
    """
    entries.lock(session)
    if faults := _faults(session, command, local_date(at)):
        raise FieldsError(**faults)
    scale = Scale(
        uid=new_uid(),
        path=command.place.path,
        place_id=command.place.id,
        model_id=command.model.id,
        serial_no=command.serial_no.strip(),
        market_no=command.market_no.strip(),
        role=command.role,
        software_id=command.software_id.strip(),
        production_code=command.production_code.strip(),
        repair_code=command.repair_code.strip(),
        verification_code=command.verification_code.strip(),
        no_code_reason=command.no_code_reason.strip(),
        made_on=command.made_on,
        created_at=at,
    )
    with act(session, scale, REGISTER, by=by, at=at, details=_told(command)):
        session.add(scale)
    return scale


def bind_photo(session: Session, scale: Scale, digest: str, *, by: str, at: datetime) -> None:
    """Show the picture with this digest, already among the blobs, as the photo of the plate."""
    entries.lock(session)
    with act(session, scale, "photo", by=by, at=at, details={"photo": digest}):
        scale.photo = digest


def _told(command: NewScale) -> dict[str, str]:
    return {
        "model": command.model.uid,
        "place": command.place.uid,
        "serial_no": command.serial_no.strip(),
    }


def _faults(session: Session, command: NewScale, today: date) -> dict[str, Fault]:
    faults = missing(serial_no=command.serial_no)
    serial_no, market_no = command.serial_no.strip(), command.market_no.strip()
    same = exists().where(Scale.model_id == command.model.id, Scale.serial_no == serial_no)
    if serial_no and session.scalar(select(same)):
        faults["serial_no"] = Fault.TAKEN
    numbered = exists().where(Scale.place_id == command.place.id, Scale.market_no == market_no)
    if market_no and session.scalar(select(numbered)):
        faults["market_no"] = Fault.TAKEN
    if command.made_on is not None and command.made_on > today:
        faults["made_on"] = Fault.IN_THE_FUTURE
    if not command.has_codes_or_reason:
        faults["no_code_reason"] = Fault.CODES_OR_REASON
    return faults
