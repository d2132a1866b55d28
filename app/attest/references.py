"""Reference images: submitted by one custodian, approved by another of the same office.

The bytes are kept as the whole part of the model's profile, blank flash included, so that
what a station reads can equal them. An approval is signed over all that judging uses.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.attest import comparing, trust
from app.attest.custodians import custodian, of_office
from app.attest.looking import look
from app.attest.work import ask_rejudge
from app.blobs import Blobs
from app.db.ids import new_uid
from app.domain.calendar import add_months, local_date
from app.domain.errors import DomainError
from app.domain.references import Origin, ReferenceStatus, may_approve, may_become
from app.domain.regions import PROGRAM
from app.ledger import entries
from app.ledger.door import act
from app.models import Reference, ScaleModel

MONTHS: Final = 24
ADDRESSES: Final = 2**32


class TwoPersonsError(DomainError):
    """Who submitted a reference may not approve it."""

    code = "two_persons"


class ReferenceExistsError(DomainError):
    """This very image is on file for this model and software id."""

    code = "reference_exists"


class ReferenceDecidedError(DomainError):
    """The reference is not in a state in which this can be decided."""

    code = "reference_decided"


class ExpiryPastError(DomainError):
    """The last day of an approval lies in the past."""

    code = "expiry_past"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A file, and what its custodian says of it.

    Attributes:
        base: Address of the first byte of raw bytes; formats that know theirs ignore it.
        expires_on: Last day of an approval; two years from today where nothing is said.
    """

    model: ScaleModel
    software_id: str
    origin: Origin
    note: str
    content: bytes
    file_name: str = ""
    base: int | None = None
    expires_on: date | None = None


def submit_reference_file(
    session: Session, wanted: Submission, blobs: Blobs, *, by: str, at: datetime
) -> Reference:
    """File an image for a model and software id; it judges nothing until another approves.

    Raises:
        NotCustodianError: ``by`` is none.
        NoProfileError: The model's profile names no program memory.
        ImageError: The file is no image, or does not fit.
        ReferenceExistsError: It is on file already.
        ExpiryPastError: The last day lies in the past.
    """
    person, offices = custodian(session, by, at)
    today = local_date(at)
    expires_on = wanted.expires_on or add_months(today, MONTHS)
    if expires_on < today:
        raise ExpiryPastError("the last day lies in the past")
    seen = look(wanted.model, wanted.content, wanted.file_name, wanted.base)
    entries.lock(session)
    office = min(offices, key=len)
    if _is_on_file(session, wanted, seen.sha256, office):
        raise ReferenceExistsError("this image is on file for this model and software id")
    blobs.put(seen.data, seen.sha256)
    reference = Reference(
        uid=new_uid(),
        path=office,
        model=wanted.model,
        software_id=wanted.software_id,
        part=PROGRAM,
        address=seen.address,
        length=len(seen.data),
        sha256=seen.sha256,
        code_sha256=seen.digests["code"],
        parameters_sha256=seen.digests["parameters"],
        crc32=seen.crc32,
        pages=list(seen.pages),
        origin=wanted.origin,
        origin_note=wanted.note,
        file_name=wanted.file_name,
        file_format=seen.image.format.value,
        status=ReferenceStatus.SUBMITTED,
        submitted_by=person,
        submitted_at=at,
        expires_on=expires_on,
    )
    with act(session, reference, "submit", by=by, at=at):
        session.add(reference)
    return reference


def _is_on_file(session: Session, wanted: Submission, sha256: str, office: str) -> bool:
    same = exists().where(
        Reference.path == office,
        Reference.model_id == wanted.model.id,
        Reference.software_id == wanted.software_id,
        Reference.sha256 == sha256,
    )
    return bool(session.scalar(select(same)))


@dataclass(frozen=True, slots=True)
class Archive:
    """Where approvals are signed and images are kept."""

    key: Ed25519PrivateKey
    blobs: Blobs


def approve_reference(
    session: Session,
    reference: Reference,
    archive: Archive,
    *,
    note: str = "",
    by: str,
    at: datetime,
) -> None:
    """Let an image judge the scales of its model; every one of them is judged again.

    Raises:
        NotCustodianError: ``by`` is none.
        AnotherOfficeError: ``by`` is one of another office than the reference's.
        TwoPersonsError: ``by`` submitted it.
        ReferenceDecidedError: It was decided on before.
        ExpiryPastError: Its last day has passed.
        BlobUnsoundError: Its bytes are no longer those that were submitted.
    """
    person = of_office(session, reference, by, at)
    _lock(session, reference, ReferenceStatus.APPROVED)
    if not may_approve(reference.submitted_by.uid, by):
        raise TwoPersonsError("a second custodian approves what the first submitted")
    if not trust.is_in_time(reference.expires_on, at):
        raise ExpiryPastError("the last day of this reference has passed")
    comparing.load(archive.blobs, reference.sha256)
    version = _next_version(session, reference.model)
    with act(session, reference, "approve", by=by, at=at):
        reference.status = ReferenceStatus.APPROVED
        reference.approved_by = person
        reference.decided_at = at
        reference.decision_note = note
        reference.envelope = trust.approve(reference, version, archive.key)
    ask_rejudge(session, reference.model, by=by, at=at)


def reject_reference(
    session: Session, reference: Reference, *, note: str, by: str, at: datetime
) -> None:
    """Turn a submitted image down.

    Raises:
        NotCustodianError: ``by`` is none.
        AnotherOfficeError: ``by`` is one of another office than the reference's.
        ReferenceDecidedError: It was decided on before.
    """
    of_office(session, reference, by, at)
    _lock(session, reference, ReferenceStatus.REJECTED)
    with act(session, reference, "reject", by=by, at=at):
        reference.status = ReferenceStatus.REJECTED
        reference.decided_at = at
        reference.decision_note = note


def withdraw_reference(
    session: Session, reference: Reference, *, note: str, by: str, at: datetime
) -> None:
    """Take an approved image out of use: what it judged is judged again without it.

    Raises:
        NotCustodianError: ``by`` is none.
        AnotherOfficeError: ``by`` is one of another office than the reference's.
        ReferenceDecidedError: It is not approved.
    """
    of_office(session, reference, by, at)
    _lock(session, reference, ReferenceStatus.WITHDRAWN)
    with act(session, reference, "withdraw", by=by, at=at):
        reference.status = ReferenceStatus.WITHDRAWN
        reference.decided_at = at
        reference.decision_note = note
    ask_rejudge(session, reference.model, by=by, at=at)


def _lock(session: Session, reference: Reference, following: ReferenceStatus) -> None:
    """Take the reference as it stands now, and refuse a step that its status does not allow."""
    entries.lock(session)
    session.refresh(reference)
    if not may_become(reference.status, following):
        raise ReferenceDecidedError(f"a reference that is {reference.status} stays so")


def _next_version(session: Session, model: ScaleModel) -> int:
    """Return the number of the next approval for ``model``: they never go back."""
    before = select(func.count()).where(
        Reference.model_id == model.id, Reference.approved_by_id.is_not(None)
    )
    return (session.scalar(before) or 0) + 1
