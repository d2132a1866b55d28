"""The API of scales in the register: registering one, its photo, its seals."""

import io
from datetime import date
from typing import Annotated

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from app.configure import batches, queries, service
from app.configure.api_fields import told_at_fields
from app.configure.forms import WORDS
from app.configure.service.errors import Fault
from app.configure.service.seals import EvidenceHeldError
from app.db.session import utcnow
from app.domain.gaps import Gap, Ground, Part
from app.domain.lifecycle import ScaleRole
from app.domain.permissions import PHOTOGRAPHERS, SEAL_APPLIERS, SEALERS
from app.domain.roles import Role
from app.domain.seals import SealKind, SealOwner, SealState
from app.domain.tokens import TokenScope
from app.models import Place, Scale, Seal
from app.web import api, scale_api
from app.web.access import READERS, ForbiddenError, access, caller, require_role
from app.web.api_reading import InvalidRequestError, PreconditionFailedError
from app.web.database import installation, reading, transaction
from app.web.scale_api import ScaleOut
from app.web.uploads import (
    PHOTO_SIZE,
    BadPhotoError,
    UploadMissingError,
    UploadTooLargeError,
    draw_anew,
    read_limited,
)

bp = Blueprint("scales", __name__)

Uid = Annotated[str, Field(min_length=1, max_length=36)]
PHOTO = api.Document("Photo", media="image/jpeg")
PICTURE = api.Document("Picture", media="application/octet-stream")


class GapIn(api.Body):
    """Why a code or the seal is missing, and the last day on which it may be."""

    ground: Ground
    until: date


class MakersSealIn(api.Body):
    """The maker's seal that was on the scale when it came."""

    kind: SealKind
    number: Annotated[str, Field(min_length=1, max_length=40)]


class ScaleIn(api.Body):
    """A scale as its plate says; three codes and a seal, or grounds and an end for each."""

    place: Uid
    model: Uid
    serial_no: Annotated[str, Field(min_length=1, max_length=40, examples=["202611230001"])]
    market_no: Annotated[str, Field(max_length=20)] = ""
    role: ScaleRole = ScaleRole.TRADE
    software_id: Annotated[str, Field(max_length=80)] = ""
    production_code: Annotated[str, Field(max_length=60)] = ""
    repair_code: Annotated[str, Field(max_length=60)] = ""
    verification_code: Annotated[str, Field(max_length=60)] = ""
    gaps: dict[Part, GapIn] = Field({}, description="grounds for what is missing, `seal` too")
    gap_remark: Annotated[str, Field(max_length=200)] = ""
    seal: MakersSealIn | None = None
    made_on: date | None = None
    batch: Annotated[str, Field(max_length=36, description="procurement batch it came with")] = ""


class SealOut(api.Model):
    """A seal, and how it was last seen."""

    id: str
    kind: SealKind
    owner: SealOwner
    number: str
    position: str
    state: SealState
    applied_on: date | None
    broken_on: date | None


class SealIn(api.Body):
    """A seal as it is seen on the scale."""

    kind: SealKind
    owner: SealOwner
    number: Annotated[str, Field(min_length=1, max_length=40)]
    position: Annotated[str, Field(max_length=60)] = ""
    state: SealState = SealState.INTACT


class SealSeenIn(api.Body):
    """How a seal was found: `broken` or `missing`."""

    state: SealState


@bp.post("/scales")
@api.write(
    "Register a scale",
    body=ScaleIn,
    returns={201: ScaleOut},
    problems=(InvalidRequestError,),
    scope=TokenScope.REGISTER,
)
@access(Role.MANAGER)
def register(session: Session, body: ScaleIn) -> api.Answer:
    """Put a scale into the register, where its life begins."""
    who, at = caller(), utcnow()
    place = session.scalar(queries.places(who.scope(Role.MANAGER)).where(Place.uid == body.place))
    found = queries.model_named(session, body.model)
    if place is None or found is None:
        field = "model" if place else "place"
        raise api.invalid((field, str(WORDS[Fault.NOT_HERE])))
    batch = batches.named(session, who.scope(Role.MANAGER), body.batch)
    if batch is None and body.batch:
        raise api.invalid(("batch", str(WORDS[Fault.NOT_HERE])))
    given = body.model_dump(exclude={"place", "model", "gaps", "seal", "batch"})
    command = service.NewScale(
        place=place, model=found, batch=batch, gaps=_gaps(body), seal=_makers(body), **given
    )
    with told_at_fields():
        scale = service.register_scale(session, command, by=who.uid, at=at)
    where = {"Location": url_for("manage_api.read_scale", scale=scale.uid)}
    return scale_api.answer(session, scale, who, at, headers=where)


def _gaps(body: ScaleIn) -> dict[Part, Gap]:
    return {part: Gap(one.ground, one.until) for part, one in body.gaps.items()}


def _makers(body: ScaleIn) -> service.NewSeal | None:
    found = body.seal
    owner = SealOwner.MAKER
    return service.NewSeal(kind=found.kind, owner=owner, number=found.number) if found else None


@bp.get("/scales/<uid:scale>/photo")
@api.read("Read the photo of a plate", returns=PHOTO)
@access(*READERS)
def photo(session: Session, scale: str) -> api.Answer:
    """A JPEG of our own making; 404 while there is none."""
    digest = queries.scale_in(session, caller().scope(), scale).photo
    data = installation().blobs.get(digest) if digest else None
    if data is None:
        raise api.nothing_here()
    return api.Answer(data)


@bp.put("/scales/<uid:scale>/photo")
@api.plain(
    "Send a photo of the plate",
    body=PICTURE,
    returns={200: ScaleOut},
    problems=(UploadMissingError, UploadTooLargeError, BadPhotoError, PreconditionFailedError),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*PHOTOGRAPHERS)
def put_photo(scale: str, body: bytes) -> api.Answer:
    """JPEG, PNG or WebP; drawn anew, so that nothing but its pixels is kept."""
    with reading() as session:  # nobody else's scale makes us decode a picture
        queries.scale_in(session, caller().scope(*PHOTOGRAPHERS), scale)
    picture = draw_anew(read_limited(io.BytesIO(body), PHOTO_SIZE))
    with transaction() as session:
        row = _scale_to_change(session, scale, *PHOTOGRAPHERS)
        digest = installation().blobs.put(picture.data)
        service.bind_photo(session, row, digest, by=caller().uid, at=utcnow())
        return scale_api.answer(session, row, caller(), utcnow())


@bp.get("/scales/<uid:scale>/seals")
@api.read("List the seals of a scale", returns=api.Listed[SealOut])
@access(*READERS)
def seals(session: Session, scale: str) -> api.Listed[SealOut]:
    """All of them, those found broken too, in the order they were applied."""
    row = queries.scale_in(session, caller().scope(), scale)
    return api.Listed[SealOut](items=[_seal(one) for one in row.seals], next=None)


@bp.post("/scales/<uid:scale>/seals")
@api.write(
    "Record a seal",
    body=SealIn,
    returns={201: SealOut},
    problems=(ForbiddenError, EvidenceHeldError),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*SEALERS)
def record_seal(session: Session, scale: str, body: SealIn) -> SealOut:
    """Each records seals of their own kind only. `If-Match` is the scale's ETag."""
    row = _scale_to_change(session, scale, *SEALERS)
    require_role(row.path, SEAL_APPLIERS[body.owner])
    command = service.NewSeal(**body.model_dump())
    with told_at_fields():
        return _seal(service.record_seal(session, row, command, by=caller().uid, at=utcnow()))


@bp.patch("/scales/<uid:scale>/seals/<uid:seal>")
@api.write(
    "Tell how a seal was found",
    body=SealSeenIn,
    returns=SealOut,
    problems=(ForbiddenError,),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*SEALERS)
def seal_seen(session: Session, scale: str, seal: str, body: SealSeenIn) -> SealOut:
    """A broken verification seal takes the scale out of use. `If-Match` is the scale's ETag."""
    row = _scale_to_change(session, scale, *SEALERS)
    found = queries.seal_of(session, row, seal)
    with told_at_fields():
        seen = service.SealSeen(found, body.state)
        service.change_seal(session, row, seen, by=caller().uid, at=utcnow())
    return _seal(found)


def _scale_to_change(session: Session, uid: str, *roles: Role) -> Scale:
    """Return the scale, at the version that the caller read, where one of ``roles`` is held."""
    row = queries.scale_in(session, caller().scope(), uid)
    require_role(row.path, *roles)
    scale_api.match(session, row, caller(), utcnow())
    return row


def _seal(row: Seal) -> SealOut:
    return SealOut(
        id=row.uid,
        kind=row.kind,
        owner=row.owner,
        number=row.number,
        position=row.position,
        state=row.state,
        applied_on=row.applied_on,
        broken_on=row.broken_on,
    )
