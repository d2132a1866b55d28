"""Keeping the record of standard weights: their certificates, and taking them out of use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.recalls import RecallState
from app.domain.standards import WeightClass, WeightState
from app.domain.traceability import WithdrawReason
from app.domain.weights import mpe_ug
from app.ledger import entries
from app.ledger.door import act
from app.models import (
    Body,
    Calibration,
    CalibrationUse,
    MeasurementStandard,
    Recall,
    StandardWeight,
)
from app.verify.service.errors import Fault, missing, refuse
from app.verify.service.weights import facts


class WeightStateError(DomainError):
    """The weight is not in the state that this asks for; nothing was written."""

    code = "weight_state"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWeight:
    """A weight of ``body`` by the number engraved on it or its box."""

    body: Body
    number: str
    weight_class: WeightClass
    nominal_mg: int
    set_name: str = ""
    standard: MeasurementStandard | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCalibration:
    """A certificate of a weight; ``against``: the weights by which it was calibrated."""

    certificate_no: str
    laboratory: str
    calibrated_on: date | None
    valid_until: date | None
    passed: bool = True
    error_ug: int | None = None
    uncertainty_ug: int | None = None
    against: Sequence[StandardWeight] = ()


def register(session: Session, command: NewWeight, *, by: str, at: datetime) -> StandardWeight:
    """Put a weight on record; it serves once it has a certificate.

    Raises:
        FieldsError: The number is missing or taken, or its class has no such nominal.
    """
    entries.lock(session)
    number = command.number.strip()
    faults = missing(number=number)
    taken = exists().where(
        StandardWeight.body_id == command.body.id, StandardWeight.number == number
    )
    if number and session.scalar(select(taken)):
        faults["number"] = Fault.TAKEN
    if mpe_ug(command.weight_class, command.nominal_mg) is None:
        faults["nominal"] = Fault.NO_SUCH_NOMINAL
    if command.standard is not None and command.standard.body_id != command.body.id:
        faults["standard"] = Fault.NOT_HERE
    refuse(faults)
    row = StandardWeight(
        uid=new_uid(),
        path=command.body.path,
        body_id=command.body.id,
        standard=command.standard,
        number=number,
        set_name=command.set_name.strip(),
        weight_class=command.weight_class,
        nominal_mg=command.nominal_mg,
    )
    with act(session, row, "register", by=by, at=at):
        session.add(row)
    return row


def add_certificate(
    session: Session, weight: StandardWeight, command: NewCalibration, *, by: str, at: datetime
) -> Calibration:
    """Write down a certificate of ``weight`` and the weights above it.

    Raises:
        FieldsError: Something is missing or contradicts itself, or a weight stands above itself.
    """
    entries.lock(session)
    refuse(_faults(session, weight, command, local_date(at)))
    row = Calibration(
        uid=new_uid(),
        certificate_no=command.certificate_no.strip(),
        laboratory=command.laboratory.strip(),
        calibrated_on=command.calibrated_on,
        valid_until=command.valid_until,
        passed=command.passed,
        error_ug=command.error_ug,
        uncertainty_ug=command.uncertainty_ug,
        recorded_at=at,
    )
    with act(session, weight, "calibrated", by=by, at=at):
        weight.calibrations.append(row)
        session.flush()
        for above in command.against:
            session.add(
                CalibrationUse(weight_id=weight.id, calibration_id=row.id, against_id=above.id)
            )
    return row


def withdraw(
    session: Session,
    weight: StandardWeight,
    because: WithdrawReason,
    last_good_on: date | None,
    *,
    by: str,
    at: datetime,
) -> None:
    """Take ``weight`` out of use at once; it was surely good up to ``last_good_on``.

    What was verified with it since is a recall's business.

    Raises:
        FieldsError: The last good day is missing or still to come.
        WeightStateError: It is not in use.
    """
    entries.lock(session)
    if weight.state is not WeightState.IN_USE:
        raise WeightStateError("the weight is not in use")
    if last_good_on is None:
        refuse({"last_good_on": Fault.MISSING})
    elif last_good_on > local_date(at):
        refuse({"last_good_on": Fault.IN_THE_FUTURE})
    with act(session, weight, "weight_withdrawn", by=by, at=at):
        weight.state = WeightState.WITHDRAWN
        weight.withdrawn_because = because.value
        weight.withdrawn_on = local_date(at)
        weight.last_good_on = last_good_on


def reinstate(session: Session, weight: StandardWeight, *, by: str, at: datetime) -> None:
    """Put a weight that was cleared back into use.

    Raises:
        WeightStateError: It was not withdrawn, or a recall of it is still open.
    """
    entries.lock(session)
    doubted = exists().where(Recall.weight_id == weight.id, Recall.state == RecallState.OPEN)
    if weight.state is not WeightState.WITHDRAWN or session.scalar(select(doubted)):
        raise WeightStateError("the weight was not withdrawn, or its recall is open")
    with act(session, weight, "weight_reinstated", by=by, at=at):
        weight.state = WeightState.IN_USE
        weight.withdrawn_because, weight.withdrawn_on, weight.last_good_on = "", None, None


def retire(session: Session, weight: StandardWeight, *, by: str, at: datetime) -> None:
    """Take a weight off for good; what it was used for stays on record.

    Raises:
        WeightStateError: It was retired before.
    """
    entries.lock(session)
    if weight.state is WeightState.RETIRED:
        raise WeightStateError("the weight was retired before")
    with act(session, weight, "weight_retired", by=by, at=at):
        weight.state = WeightState.RETIRED


def _faults(
    session: Session, weight: StandardWeight, command: NewCalibration, today: date
) -> dict[str, Fault]:
    faults = missing(certificate_no=command.certificate_no, laboratory=command.laboratory)
    made, until = command.calibrated_on, command.valid_until
    if made is None:
        faults["calibrated_on"] = Fault.MISSING
    elif made > today:
        faults["calibrated_on"] = Fault.IN_THE_FUTURE
    if until is None:
        faults["valid_until"] = Fault.MISSING
    elif made is not None and until < made:
        faults["valid_until"] = Fault.OUT_OF_ORDER
    if command.uncertainty_ug is not None and command.uncertainty_ug < 0:
        faults["uncertainty"] = Fault.MALFORMED
    number = command.certificate_no.strip()
    if any(
        (one.certificate_no, one.calibrated_on) == (number, made) for one in weight.calibrations
    ):
        faults["certificate_no"] = Fault.TAKEN
    if _stands_above_itself(session, weight, command.against):
        faults["against"] = Fault.ABOVE_ITSELF
    return faults


def _stands_above_itself(
    session: Session, weight: StandardWeight, against: Sequence[StandardWeight]
) -> bool:
    known = facts(session, against)
    above = {uid for one in known.values() for paper in one.calibrations for uid in paper.against}
    return weight.uid in above | {one.uid for one in against}
