"""What the register says of a scale put right: typed wrong, or another number painted on it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError, missing
from app.configure.service.procurement import fits
from app.domain.calendar import local_date
from app.domain.lifecycle import ScaleRole, State
from app.ledger import entries
from app.ledger.door import act
from app.models import Evidence, Procurement, Scale, ScaleModel, Verification, Worksheet

CORRECTED: Final = "plate_corrected"
# Where nobody uses it: another role asks for another place.
ROLE_OPEN: Final = frozenset(
    {State.REGISTERED, State.AWAITING_VERIFICATION, State.READY, State.STORED}
)
# A certificate, a worksheet or a signed reading names the scale by these.
NAMED_BY: Final = ("model", "serial_no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A scale as it should stand in the register."""

    model: ScaleModel
    serial_no: str
    market_no: str = ""
    role: ScaleRole = ScaleRole.TRADE
    software_id: str = ""
    made_on: date | None = None
    batch: Procurement | None = None


def is_named(session: Session, scale: Scale) -> bool:
    """Return whether a paper or a reading names ``scale`` by its model and serial number."""
    return any(
        session.scalar(select(exists().where(kind.scale_id == scale.id)))
        for kind in (Verification, Worksheet, Evidence)
    )


def correct_plate(session: Session, scale: Scale, command: Plate, *, by: str, at: datetime) -> None:
    """Put right what the register says of ``scale``.

    Raises:
        FieldsError: A field is missing or taken, papers name the scale by what would change, it
            is used in its role, or the batch has no scales of this model.
    """
    entries.lock(session)
    wanted = _wanted(command)
    changed = {name for name, value in wanted.items() if value != getattr(scale, name)}
    if faults := _faults(session, scale, command, changed, local_date(at)):
        raise FieldsError(**faults)
    if not changed:
        return
    told = {"fields": sorted("batch" if name == "procurement" else name for name in changed)}
    with act(session, scale, CORRECTED, by=by, at=at, details=told):
        for name in changed:
            setattr(scale, name, wanted[name])


def _wanted(command: Plate) -> dict[str, Any]:
    return {
        "model": command.model,
        "serial_no": command.serial_no.strip(),
        "market_no": command.market_no.strip(),
        "role": command.role,
        "software_id": command.software_id.strip(),
        "made_on": command.made_on,
        "procurement": command.batch,
    }


def _faults(
    session: Session, scale: Scale, command: Plate, changed: Collection[str], today: date
) -> dict[str, Fault]:
    faults = missing(serial_no=command.serial_no)
    serial_no, market_no = command.serial_no.strip(), command.market_no.strip()
    same = (Scale.model_id == command.model.id) & (Scale.serial_no == serial_no)
    numbered = (Scale.place_id == scale.place_id) & (Scale.market_no == market_no)
    for name, taken in (("serial_no", same), ("market_no", numbered)):
        if getattr(command, name).strip() and _another(session, scale, taken):
            faults[name] = Fault.TAKEN
    if is_named(session, scale):
        faults |= {name: Fault.NAMED for name in NAMED_BY if name in changed}
    if "role" in changed and scale.state not in ROLE_OPEN:
        faults["role"] = Fault.IN_USE
    if command.made_on is not None and command.made_on > today:
        faults["made_on"] = Fault.IN_THE_FUTURE
    if command.batch is not None and not fits(command.batch, scale.place, command.model):
        faults["batch"] = Fault.OTHER_BATCH
    return faults


def _another(session: Session, scale: Scale, condition: Any) -> bool:  # noqa: ANN401 - a condition
    return bool(session.scalar(select(exists().where(condition, Scale.id != scale.id))))
