"""A verification body with all that its work needs, as rows in the ledger."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.qualifications import VerificationItem
from app.domain.roles import Role
from app.domain.standards import WeightClass
from app.ledger.door import SYSTEM, act
from app.models import (
    Body,
    BodyRegion,
    Calibration,
    CalibrationUse,
    MeasurementStandard,
    Person,
    Qualification,
    StandardWeight,
)
from tests.support.makers import COUNTY, NOON, make_person, recorded

TODAY = date(2026, 11, 23)
YEAR = timedelta(days=364)
KG = 1_000_000


@dataclass(frozen=True, slots=True)
class Outfit:
    """The body, its standard, and who works there."""

    body: Body
    standard: MeasurementStandard
    verifier: Person


def make_body(
    session: Session,
    path: str = COUNTY,
    name: str = "通州区计量检定测试所",
    until: date = TODAY + YEAR,
) -> Body:
    """Return a body that is authorised and assigned to its county."""
    body = Body(
        uid=new_uid(), path=path, name=name, authorisation_no="法计（苏）0001",
        authorised_until=until,
        regions=[BodyRegion(path=path, since=TODAY - YEAR, until=until)],
    )  # fmt: skip
    recorded(session, body)
    return body


def employ(session: Session, body: Body, person: Person, until: date = TODAY + YEAR) -> None:
    """Give ``person`` a certificate for market scales at ``body``."""
    body.staff.append(
        Qualification(
            uid=new_uid(),
            person_id=person.id,
            item=VerificationItem.PRICE_SCALES.value,
            certificate_no="J-1",
            since=TODAY - YEAR,
            until=until,
        )
    )
    recorded(session, body, "staff_added")


def make_outfit(session: Session, path: str = COUNTY, until: date = TODAY + YEAR) -> Outfit:
    """Return a body that may work until a day, with one verifier."""
    body = make_body(session, path, until=until)
    standard = MeasurementStandard(
        uid=new_uid(), path=path, body_id=body.id, name="非自动衡器检定装置",
        certificate_no="S-1", valid_until=until, max_mg=60 * KG,
    )  # fmt: skip
    recorded(session, standard)
    verifier = make_person(session, "shen", (Role.VERIFIER,), path)
    employ(session, body, verifier, until)
    return Outfit(body, standard, verifier)


def make_weight(
    session: Session,
    body: Body,
    number: str,
    nominal_mg: int = KG,
    weight_class: WeightClass = WeightClass.M1,
) -> StandardWeight:
    """Return a weight without a certificate."""
    row = StandardWeight(
        uid=new_uid(), path=body.path, body_id=body.id, number=number,
        weight_class=weight_class, nominal_mg=nominal_mg,
    )  # fmt: skip
    recorded(session, row)
    return row


def calibrate(
    session: Session,
    weight: StandardWeight,
    on: date = TODAY - timedelta(days=30),
    *against: StandardWeight,
    passed: bool = True,
) -> Calibration:
    """Give ``weight`` a certificate for a year."""
    paper = Calibration(
        uid=new_uid(), certificate_no=f"C-{weight.number}", laboratory="省计量院",
        calibrated_on=on, valid_until=on + YEAR, passed=passed, recorded_at=NOON,
    )  # fmt: skip
    with act(session, weight, "calibrated", by=SYSTEM, at=NOON):
        weight.calibrations.append(paper)
        session.flush()
        for above in against:
            session.add(
                CalibrationUse(weight_id=weight.id, calibration_id=paper.id, against_id=above.id)
            )
    return paper
