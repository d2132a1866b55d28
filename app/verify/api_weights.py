"""The API of standard weights: read, put on record, add a certificate, withdraw, reinstate."""

from datetime import date
from typing import Annotated

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.permissions import BODY_KEEPERS, BODY_STAFF, STANDARD_READERS
from app.domain.standards import WeightClass, WeightState
from app.domain.traceability import WeightWhy, WithdrawReason
from app.models import StandardWeight
from app.verify import queries_standards as queries
from app.verify import staff
from app.verify.api_fields import told_at_fields
from app.verify.service import weight_records as service
from app.verify.service.bodies import standards_of
from app.verify.service.weight_records import WeightStateError
from app.verify.weight_pages import lights
from app.web import api
from app.web.access import ForbiddenError, access, caller
from app.web.paging import fetch

bp = Blueprint("weights", __name__)

Uid = Annotated[str, Field(min_length=1, max_length=36)]
MICROGRAMS = Annotated[int, Field(ge=-(10**12), le=10**12)]


class CertificateOut(api.Model):
    """A certificate of a weight; error (true minus nominal) and uncertainty in micrograms."""

    id: str
    certificate_no: str
    laboratory: str
    calibrated_on: date
    valid_until: date
    passed: bool
    error_ug: int | None
    uncertainty_ug: int | None


class WeightOut(api.Model):
    """A standard weight; `why_not` says why it may not be used today, null where it may."""

    id: str
    body: str
    number: str
    set_name: str
    weight_class: WeightClass
    nominal_mg: int
    state: WeightState
    last_good_on: date | None
    valid_until: date | None
    why_not: WeightWhy | None
    certificates: list[CertificateOut]


class WeightIn(api.Body):
    """A weight of a body by its number; it serves once it has a certificate."""

    body: Uid
    number: Annotated[str, Field(min_length=1, max_length=40, examples=["20-1"])]
    weight_class: WeightClass
    nominal_mg: Annotated[int, Field(ge=1, le=50_000_000, examples=[20_000_000])]
    set_name: Annotated[str, Field(max_length=80)] = ""
    standard: Annotated[str, Field(max_length=36)] = ""


class CertificateIn(api.Body):
    """A certificate; `against`: ids of the weights by which the weight was calibrated."""

    certificate_no: Annotated[str, Field(min_length=1, max_length=80)]
    laboratory: Annotated[str, Field(min_length=1, max_length=120)]
    calibrated_on: date
    valid_until: date
    passed: bool = True
    error_ug: MICROGRAMS | None = None
    uncertainty_ug: Annotated[int, Field(ge=0, le=10**12)] | None = None
    against: Annotated[list[Uid], Field(max_length=20)] = []


class WithdrawalIn(api.Body):
    """Why a weight is taken out of use, and the last day on which it was surely good."""

    because: WithdrawReason
    last_good_on: date


@bp.get("/weights")
@api.lists("List standard weights", WeightOut)
@access(*STANDARD_READERS)
def weights(session: Session, query: api.ListQuery) -> api.Listed[WeightOut]:
    """Those of the bodies that the caller sees, by region."""
    page = fetch(
        session,
        queries.weights(*staff.eyes()),
        (StandardWeight.path, StandardWeight.uid),
        query.after,
        query.limit,
    )
    return api.Listed[WeightOut](items=_out(session, page.items), next=page.next)


@bp.get("/weights/<uid:weight>")
@api.read("Read a standard weight", returns=WeightOut)
@access(*STANDARD_READERS)
def weight(session: Session, weight: str) -> api.Answer:
    """One weight with its certificates, oldest first; its version is its ETag."""
    return _answer(session, staff.weight(session, weight))


@bp.post("/weights")
@api.write(
    "Put a standard weight on record",
    body=WeightIn,
    returns={201: WeightOut},
    problems=(ForbiddenError,),
)
@access(*BODY_KEEPERS)
def add_weight(session: Session, body: WeightIn) -> api.Answer:
    """A weight of a body to whose staff the caller belongs."""
    owner = staff.body(session, body.body)
    staff.require(session, owner, *BODY_KEEPERS)
    standards = {one.uid: one for one in standards_of(session, owner)}
    with told_at_fields():
        row = service.register(
            session,
            service.NewWeight(
                body=owner,
                number=body.number,
                weight_class=body.weight_class,
                nominal_mg=body.nominal_mg,
                set_name=body.set_name,
                standard=standards.get(body.standard),
            ),
            by=caller().uid,
            at=utcnow(),
        )
    return _answer(session, row, {"Location": url_for(".weight", weight=row.uid)})


@bp.post("/weights/<uid:weight>/certificates")
@api.write(
    "Add a certificate of a standard weight",
    body=CertificateIn,
    returns={201: WeightOut},
    problems=(ForbiddenError,),
    conditional=True,
)
@access(*BODY_KEEPERS)
def add_certificate(session: Session, weight: str, body: CertificateIn) -> api.Answer:
    """Error and uncertainty, where both are given, count instead of the limit of the class."""
    row = staff.weight(session, weight)
    staff.require(session, row.body, *BODY_KEEPERS)
    api.match(row.version)
    given = body.model_dump(exclude={"against"})
    with told_at_fields():
        above = [_seen(session, uid) for uid in dict.fromkeys(body.against)]
        command = service.NewCalibration(**given, against=above)
        service.add_certificate(session, row, command, by=caller().uid, at=utcnow())
    return _answer(session, row)


@bp.post("/weights/<uid:weight>/withdrawal")
@api.write(
    "Withdraw a standard weight",
    body=WithdrawalIn,
    returns=WeightOut,
    problems=(ForbiddenError, WeightStateError),
    conditional=True,
)
@access(*BODY_STAFF)
def withdraw(session: Session, weight: str, body: WithdrawalIn) -> api.Answer:
    """Out of use at once; what was verified with it since is for a recall to say."""
    row = staff.weight(session, weight)
    staff.require(session, row.body, *BODY_STAFF)
    api.match(row.version)
    with told_at_fields():
        service.withdraw(
            session, row, body.because, body.last_good_on, by=caller().uid, at=utcnow()
        )
    return _answer(session, row)


@bp.post("/weights/<uid:weight>/reinstatement")
@api.write(
    "Put a standard weight back into use",
    returns=WeightOut,
    problems=(ForbiddenError, WeightStateError),
    conditional=True,
)
@access(*BODY_KEEPERS)
def reinstate(session: Session, weight: str) -> api.Answer:
    """One that was withdrawn and is cleared: no recall of it is open."""
    row = _kept(session, weight)
    service.reinstate(session, row, by=caller().uid, at=utcnow())
    return _answer(session, row)


@bp.post("/weights/<uid:weight>/retirement")
@api.write(
    "Retire a standard weight",
    returns=WeightOut,
    problems=(ForbiddenError, WeightStateError),
    conditional=True,
)
@access(*BODY_KEEPERS)
def retire(session: Session, weight: str) -> api.Answer:
    """For good; what it was used for stays on record."""
    row = _kept(session, weight)
    service.retire(session, row, by=caller().uid, at=utcnow())
    return _answer(session, row)


def _kept(session: Session, uid: str) -> StandardWeight:
    row = staff.weight(session, uid)
    staff.require(session, row.body, *BODY_KEEPERS)
    api.match(row.version)
    return row


def _seen(session: Session, uid: str) -> StandardWeight:
    found = queries.weights(*staff.eyes()).where(StandardWeight.uid == uid)
    row = session.scalar(found)
    if row is None:
        raise api.invalid(("against", f"{uid}: 404"))
    return row


def _answer(
    session: Session, row: StandardWeight, headers: dict[str, str] | None = None
) -> api.Answer:
    session.flush()
    return api.Answer(_out(session, [row])[0], version=row.version, headers=headers or {})


def _out(session: Session, rows: list[StandardWeight]) -> list[WeightOut]:
    stands = lights(session, rows, staff.eyes().today)
    return [
        WeightOut(
            id=row.uid,
            body=row.body.uid,
            number=row.number,
            set_name=row.set_name,
            weight_class=row.weight_class,
            nominal_mg=row.nominal_mg,
            state=row.state,
            last_good_on=row.last_good_on,
            valid_until=paper.valid_until if (paper := stands[row.uid].paper) else None,
            why_not=stands[row.uid].why,
            certificates=[
                CertificateOut(
                    id=one.uid,
                    certificate_no=one.certificate_no,
                    laboratory=one.laboratory,
                    calibrated_on=one.calibrated_on,
                    valid_until=one.valid_until,
                    passed=one.passed,
                    error_ug=one.error_ug,
                    uncertainty_ug=one.uncertainty_ug,
                )
                for one in row.calibrations
            ],
        )
        for row in rows
    ]
