"""Registering scales: the plate, the place, three codes and a seal, or why there are none."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError, missing
from app.configure.service.grounds import ABOUT, Parts, details_of, faults_of
from app.configure.service.places import REGISTER
from app.configure.service.procurement import fits
from app.configure.service.seals import NewSeal, record_seal
from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.gaps import CODES, Gaps, Part
from app.domain.lifecycle import ScaleRole
from app.ledger import entries, remarks
from app.ledger.door import act
from app.models import Place, Procurement, Scale, ScaleModel
from app.standing.gaps import keep


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
    gaps: Gaps = field(default_factory=dict)
    gap_remark: str = ""
    seal: NewSeal | None = None
    made_on: date | None = None
    batch: Procurement | None = None

    @property
    def codes(self) -> dict[Part, str]:
        """The three codes, empty where there is none."""
        return {part: getattr(self, part.value).strip() for part in CODES}

    @property
    def missing(self) -> list[Part]:
        """What it came without."""
        found = [part for part, code in self.codes.items() if not code]
        return found if self.seal else [*found, Part.SEAL]

    @property
    def parts(self) -> Parts:
        """The same as a command about codes and grounds."""
        return Parts(codes=self.codes, gaps=self.gaps, remark=self.gap_remark)


def register_scale(session: Session, command: NewScale, *, by: str, at: datetime) -> Scale:
    """Put a scale into the register.

    Raises:
        FieldsError: A field is missing, the serial number of this model or the market number
            of this place is taken, a code is missing without grounds, or the batch has no
            scales of this model.
    """
    entries.lock(session)
    if faults := _faults(session, command, local_date(at)):
        raise FieldsError(**faults)
    given = {part: command.gaps[part] for part in command.missing}
    scale = Scale(
        uid=new_uid(),
        path=command.place.path,
        place_id=command.place.id,
        model_id=command.model.id,
        serial_no=command.serial_no.strip(),
        market_no=command.market_no.strip(),
        role=command.role,
        software_id=command.software_id.strip(),
        made_on=command.made_on,
        procurement_id=command.batch.id if command.batch else None,
        created_at=at,
    )
    for part, code in command.codes.items():
        setattr(scale, part.value, code)
    keep(scale, given)
    told = _told(command) | details_of(given)
    with act(session, scale, REGISTER, by=by, at=at, details=told):
        session.add(scale)
        session.flush()  # a remark needs the scale's number
        told.update(remarks.keep(session, scale, command.gap_remark, at=at, about=ABOUT))
    if command.seal is not None:
        record_seal(session, scale, command.seal, by=by, at=at)
    return scale


def bind_photo(session: Session, scale: Scale, digest: str, *, by: str, at: datetime) -> None:
    """Show the picture with this digest, already among the blobs, as the photo of the plate."""
    entries.lock(session)
    with act(session, scale, "photo", by=by, at=at, details={"photo": digest}):
        scale.photo = digest


def _told(command: NewScale) -> dict[str, Any]:
    told = {
        "model": command.model.uid,
        "place": command.place.uid,
        "serial_no": command.serial_no.strip(),
    }
    return told | ({"procurement": command.batch.uid} if command.batch else {})


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
    if command.batch is not None and not fits(command.batch, command.place, command.model):
        faults["batch"] = Fault.OTHER_BATCH
    return faults | faults_of(command.parts, command.missing, today)
