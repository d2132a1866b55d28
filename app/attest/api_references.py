"""The API of reference programs: submit, read, decide."""

import base64
import binascii
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from pydantic import Field
from sqlalchemy.orm import Session

from app.attest import queries, references
from app.attest.api_people import UID
from app.attest.custodians import AnotherOfficeError, NotCustodianError
from app.attest.image_errors import (
    BadRecordError,
    DoesNotFitError,
    EmptyImageError,
    OverlapError,
    TooLargeError,
    TruncatedError,
    WrongChecksumError,
)
from app.attest.images import LARGEST_FILE
from app.attest.looking import NoProfileError, look
from app.attest.references import Submission
from app.db.session import utcnow
from app.domain.references import Origin, ReferenceStatus
from app.domain.roles import Role
from app.domain.tokens import TokenScope
from app.models import Reference
from app.web import api
from app.web.access import READERS, StepUpError, access, caller
from app.web.database import installation, reading

bp = Blueprint("references", __name__)

BODY_SIZE: Final = LARGEST_FILE * 4 // 3 + 64 * 1024


IMAGE_PROBLEMS: Final = (
    BadRecordError,
    DoesNotFitError,
    EmptyImageError,
    OverlapError,
    TooLargeError,
    TruncatedError,
    WrongChecksumError,
)


class ReferenceAction(StrEnum):
    """What a custodian may decide."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


class ReferenceOut(api.Model):
    """An image of a model's program, and who vouches for it; it judges below `office`."""

    id: str
    office: str
    model: str
    software_id: str
    status: ReferenceStatus
    origin: Origin
    origin_note: str
    part: str
    address: int
    length: int
    sha256: str
    code_sha256: str
    parameters_sha256: str | None
    crc32: str
    file_format: str
    submitted_at: datetime
    decided_at: datetime | None
    decision_note: str
    expires_on: date | None


class ReferenceQuery(api.ListQuery):
    """Which references."""

    model: Annotated[str | None, UID] = None
    status: ReferenceStatus | None = None


class ReferenceIn(api.Body):
    """A file and what its custodian says of it."""

    model: Annotated[str, UID]
    software_id: Annotated[str, Field(min_length=1, max_length=80)]
    origin: Annotated[Origin, Field(strict=False)]
    origin_note: Annotated[str, Field(min_length=1, max_length=400)]
    content: Annotated[str, Field(description="the file, standard base64")]
    file_name: Annotated[str, Field(max_length=200)] = ""
    base: Annotated[
        int | None, Field(ge=0, lt=references.ADDRESSES, description="of raw bytes")
    ] = None
    expires_on: Annotated[date | None, Field(strict=False)] = None


class FileIn(api.Body):
    """A file, and the model it is said to be of."""

    model: Annotated[str, UID]
    content: Annotated[str, Field(description="the file, standard base64")]
    file_name: Annotated[str, Field(max_length=200)] = ""
    base: Annotated[
        int | None, Field(ge=0, lt=references.ADDRESSES, description="of raw bytes")
    ] = None


class ImageOut(api.Model):
    """What was found in a file; `blank` bytes were not in it and count as erased flash."""

    address: int
    length: int
    blank: int
    sha256: str
    code_sha256: str
    parameters_sha256: str | None
    crc32: str


class DecisionIn(api.Body):
    """What is decided, and why."""

    action: Annotated[ReferenceAction, Field(strict=False)]
    note: Annotated[str, Field(max_length=400)] = ""


@bp.url_value_preprocessor
def _limit(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Say how much an upload may send, before anything is read."""
    if endpoint in {"attest_api.references.submit", "attest_api.references.look_into"}:
        request.max_content_length = BODY_SIZE


@bp.get("/references")
@api.lists("List references", ReferenceOut, query=ReferenceQuery)
@access(*READERS)
def list_references(session: Session, query: ReferenceQuery) -> api.Listed[ReferenceOut]:
    """The newest first. Models and references belong to every region."""
    return api.listed(
        session,
        query,
        queries.references(query.model, query.status),
        [Reference.id],
        _reference,
        newest_first=True,
    )


@bp.get("/references/<uid:reference>")
@api.read("Read a reference", returns=ReferenceOut)
@access(*READERS)
def reference(session: Session, reference: str) -> api.Answer:
    """With the ETag that a decision names."""
    row = queries.reference(session, reference)
    return api.Answer(_reference(row), version=row.version)


def _reference(row: Reference) -> ReferenceOut:
    same = {name: getattr(row, name) for name in _SAME}
    return ReferenceOut(id=row.uid, office=row.path, model=row.model.uid, **same)


_SAME: Final = tuple(ReferenceOut.model_fields.keys() - {"id", "office", "model"})


@bp.post("/references/look")
@api.plain(
    "Look into an image file",
    body=FileIn,
    returns={200: ImageOut},
    problems=(NoProfileError, *IMAGE_PROBLEMS),
)
@access(Role.CUSTODIAN)
def look_into(body: FileIn) -> ImageOut:
    """What the file holds as the model's memory would; nothing is kept."""
    content = _bytes(body.content)
    with reading() as session:
        seen = look(queries.model(session, body.model), content, body.file_name, body.base)
    return ImageOut(
        address=seen.address,
        length=len(seen.data),
        blank=seen.blank,
        sha256=seen.sha256,
        code_sha256=seen.digests["code"],
        parameters_sha256=seen.digests["parameters"],
        crc32=seen.crc32,
    )


@bp.post("/references")
@api.write(
    "Submit a reference",
    body=ReferenceIn,
    returns={201: ReferenceOut},
    problems=(
        NotCustodianError,
        NoProfileError,
        references.ReferenceExistsError,
        references.ExpiryPastError,
        *IMAGE_PROBLEMS,
    ),
    scope=TokenScope.FIRMWARE,
)
@access(Role.CUSTODIAN)
def submit(session: Session, body: ReferenceIn) -> api.Answer:
    """Intel HEX, S-record, ELF, or raw bytes with the address of the first one."""
    wanted = Submission(
        model=queries.model(session, body.model),
        software_id=body.software_id,
        origin=body.origin,
        note=body.origin_note,
        content=_bytes(body.content),
        file_name=body.file_name,
        base=body.base,
        expires_on=body.expires_on,
    )
    row = references.submit_reference_file(
        session, wanted, installation().blobs, by=caller().uid, at=utcnow()
    )
    where = {"Location": url_for(".reference", reference=row.uid)}
    return api.Answer(_reference(row), 201, version=row.version, headers=where)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise api.invalid(("content", _("This is not standard base64."))) from None


@bp.post("/references/<uid:reference>/actions")
@api.write(
    "Decide on a reference",
    body=DecisionIn,
    returns={200: ReferenceOut},
    problems=(
        NotCustodianError,
        AnotherOfficeError,
        references.ReferenceDecidedError,
        StepUpError,
    ),
    conditional=True,
    scope=TokenScope.FIRMWARE,
)
@access(Role.CUSTODIAN)
def decide(session: Session, reference: str, body: DecisionIn) -> api.Answer:
    """Reject what was submitted.

    Approving and withdrawing have effect in law: a token is always answered `step_up_required`,
    and a page does it.
    """
    row = queries.reference(session, reference)
    api.match(row.version)
    _decide(session, row, body)
    session.flush()
    return api.Answer(_reference(row), version=row.version)


def _decide(session: Session, row: Reference, body: DecisionIn) -> None:
    by, at = caller().uid, utcnow()
    match body.action:
        case ReferenceAction.APPROVE | ReferenceAction.WITHDRAW:
            raise StepUpError("a reference is approved and withdrawn in person")
        case ReferenceAction.REJECT:
            references.reject_reference(session, row, note=body.note, by=by, at=at)
