"""Keeping the record of a verification body: its papers, regions, staff and standards."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.qualifications import VerificationItem
from app.domain.roles import VERIFICATION
from app.ledger import entries
from app.ledger.door import act
from app.models import (
    Body,
    BodyRegion,
    Grant,
    MeasurementStandard,
    Person,
    Qualification,
    Region,
)
from app.verify.service.errors import Fault, missing, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What a body is called and what authorises it."""

    name: str
    authorisation_no: str
    authorised_until: date | None = None
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """A verifier's certificate for one item."""

    person: Person | None
    item: VerificationItem
    certificate_no: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStandard:
    """A measurement standard under its assessment certificate."""

    name: str
    certificate_no: str
    valid_until: date | None
    max_mg: int


def create(session: Session, path: str, papers: Papers, *, by: str, at: datetime) -> Body:
    """Put a body of the region ``path`` on record.

    Raises:
        FieldsError: The name or the authorisation is missing, or the region unknown.
    """
    entries.lock(session)
    faults = _wanting(papers)
    if not session.scalar(select(exists().where(Region.path == path))):
        faults["region"] = Fault.NOT_HERE
    if session.scalar(select(exists().where(Body.path == path, Body.name == papers.name.strip()))):
        faults["name"] = Fault.TAKEN
    refuse(faults)
    body = Body(uid=new_uid(), path=path)
    with act(session, body, "register", by=by, at=at):
        _write(body, papers)
        session.add(body)
    return body


def amend(session: Session, body: Body, papers: Papers, *, by: str, at: datetime) -> None:
    """Write down what the body is called now, and its authorisation as it is renewed.

    Raises:
        FieldsError: The name or the authorisation is missing.
    """
    entries.lock(session)
    refuse(_wanting(papers))
    with act(session, body, "body_amended", by=by, at=at):
        _write(body, papers)


def assign(
    session: Session,
    body: Body,
    path: str,
    days: tuple[date | None, date | None],
    *,
    by: str,
    at: datetime,
) -> None:
    """Let ``body`` verify in the region ``path`` from the first day of ``days`` to the second.

    Raises:
        FieldsError: No such region or day, or it is assigned there at that time already.
    """
    entries.lock(session)
    since, until = days
    faults: dict[str, Fault] = {}
    if not session.scalar(select(exists().where(Region.path == path))):
        faults["path"] = Fault.NOT_HERE
    if since is None:
        faults["since"] = Fault.MISSING
    elif until is not None and until < since:
        faults["until"] = Fault.OUT_OF_ORDER
    elif any(one.path == path and _meet((one.since, one.until), days) for one in body.regions):
        faults["path"] = Fault.TAKEN
    refuse(faults)
    with act(session, body, "body_assigned", by=by, at=at):
        body.regions.append(BodyRegion(path=path, since=since, until=until))


def end_assignment(
    session: Session, body: Body, path: str, last_day: date, *, by: str, at: datetime
) -> None:
    """Let the assignment of ``body`` to ``path`` end after ``last_day``.

    Raises:
        FieldsError: There is none that still stands on that day.
    """
    entries.lock(session)
    standing = [
        one
        for one in body.regions
        if one.path == path and _meet((one.since, one.until), (last_day, None))
    ]
    refuse({} if standing else {"path": Fault.NOT_HERE})
    with act(session, body, "body_unassigned", by=by, at=at):
        for one in standing:
            one.until = max(one.since, last_day)


def add_staff(session: Session, body: Body, command: NewStaff, *, by: str, at: datetime) -> None:
    """Write down whose certificate lets them verify what, from when until when.

    Raises:
        FieldsError: Somebody without a role in verification, or the certificate is incomplete.
    """
    entries.lock(session)
    faults = missing(certificate_no=command.certificate_no)
    if command.person is None or not _verifies(session, command.person, local_date(at)):
        faults["person"] = Fault.NOT_HERE
    for name, day in (("since", command.since), ("until", command.until)):
        if day is None:
            faults[name] = Fault.MISSING
    if command.since and command.until and command.until < command.since:
        faults["until"] = Fault.OUT_OF_ORDER
    refuse(faults)
    with act(session, body, "staff_added", by=by, at=at):
        body.staff.append(
            Qualification(
                uid=new_uid(),
                person=command.person,
                item=command.item.value,
                certificate_no=command.certificate_no.strip(),
                since=command.since,
                until=command.until,
            )
        )


def end_staff(session: Session, row: Qualification, *, by: str, at: datetime) -> None:
    """Take somebody off the staff for one item, from today."""
    entries.lock(session)
    with act(session, row.body, "staff_ended", by=by, at=at):
        row.ended_on = row.ended_on or local_date(at)


def add_standard(
    session: Session, body: Body, command: NewStandard, *, by: str, at: datetime
) -> MeasurementStandard:
    """Put a measurement standard on record, or its next assessment certificate.

    Raises:
        FieldsError: Something is missing, or the certificate is on record already.
    """
    entries.lock(session)
    faults = missing(name=command.name, certificate_no=command.certificate_no)
    if command.valid_until is None:
        faults["valid_until"] = Fault.MISSING
    if command.max_mg <= 0:
        faults["max"] = Fault.MALFORMED
    known = exists().where(
        MeasurementStandard.body_id == body.id,
        MeasurementStandard.certificate_no == command.certificate_no.strip(),
    )
    if "certificate_no" not in faults and session.scalar(select(known)):
        faults["certificate_no"] = Fault.TAKEN
    refuse(faults)
    row = MeasurementStandard(
        uid=new_uid(),
        path=body.path,
        body_id=body.id,
        name=command.name.strip(),
        certificate_no=command.certificate_no.strip(),
        valid_until=command.valid_until,
        max_mg=command.max_mg,
    )
    with act(session, row, "register", by=by, at=at):
        session.add(row)
    return row


def end_standard(session: Session, row: MeasurementStandard, *, by: str, at: datetime) -> None:
    """Give a measurement standard up, from today."""
    entries.lock(session)
    with act(session, row, "standard_ended", by=by, at=at):
        row.ended_on = row.ended_on or local_date(at)


def _wanting(papers: Papers) -> dict[str, Fault]:
    return missing(name=papers.name, authorisation_no=papers.authorisation_no)


def _write(body: Body, papers: Papers) -> None:
    body.name = papers.name.strip()
    body.authorisation_no = papers.authorisation_no.strip()
    body.authorised_until = papers.authorised_until
    body.address = papers.address.strip()
    body.phone = papers.phone.strip()


def _meet(one: tuple[date | None, date | None], other: tuple[date | None, date | None]) -> bool:
    """Return whether two spans of days, open where None, have a day in common."""
    (a, b), (c, d) = one, other
    return (b is None or c is None or c <= b) and (d is None or a is None or a <= d)


def _verifies(session: Session, person: Person, on: date) -> bool:
    held = session.scalars(select(Grant).where(Grant.person_id == person.id))
    return any(one.role in VERIFICATION and (one.until is None or on <= one.until) for one in held)
