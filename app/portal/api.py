"""The API of tags."""

from datetime import datetime
from typing import Annotated, Final, Literal, Self

from flask import Blueprint, url_for
from pydantic import Field, field_validator, model_validator
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import TAG_KEEPERS
from app.domain.roles import Role
from app.domain.tokens import TokenScope
from app.models import Code, Grant, Stall, StandardWeight
from app.portal import cards, queries, service, sheets
from app.portal.cards import GIVERS_OF_ALL as GIVERS
from app.portal.cards import Ended, UnknownReasonError
from app.portal.service import ScaleRetiredError, TagExistsError, TagRevokedError
from app.web import api
from app.web.access import access, caller, require_role
from app.web.database import installation

bp = Blueprint("portal_api", __name__, url_prefix="/api/v1")
SHEET: Final = api.Document("Sheet", media="application/pdf")


class TagOut(api.Model):
    """A tag: `address` is what its QR code holds, `number` what is printed beside it."""

    id: str
    kind: Literal["scale", "stall", "staff", "weight", "blank"]
    scale: str | None
    stall: str | None
    person: str | None
    weight: str | None
    number: str | None
    address: str
    issued_at: datetime
    revoked_at: datetime | None
    revoked_because: str


class TagIn(api.Body):
    """What is to carry a fresh tag: one scale, stall or standard weight."""

    scale: str | None = Field(None, min_length=36, max_length=36)
    stall: str | None = Field(None, min_length=36, max_length=36)
    weight: str | None = Field(None, min_length=36, max_length=36)
    replaces: bool = Field(
        default=False, description="of a scale: the tag it carries is damaged or lost and goes"
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(one is not None for one in (self.scale, self.stall, self.weight)) != 1:
            raise ValueError("one of scale, stall and weight is wanted")
        if self.replaces and self.scale is None:
            raise ValueError("only the tag of a scale is replaced here")
        return self


class StaffCardIn(api.Body):
    """The role for whose body a person gets a card."""

    role: str = Field(min_length=36, max_length=36, description="id of a role that runs today")


class SheetQuery(api.Query):
    """Which tags, on which paper."""

    layout: Annotated[
        str, Field(description="label paper", json_schema_extra={"enum": sorted(sheets.LAYOUTS)})
    ] = sheets.DEFAULT_LAYOUT
    region: Annotated[
        str, Field(pattern=r"^(/[0-9A-Za-z/]{1,100}/)?$", description="path to print below")
    ] = ""
    part: Annotated[int, Field(ge=1, le=10_000, description="from 1; whole sheets")] = 1

    @field_validator("layout")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in sheets.LAYOUTS:
            raise ValueError("there is no such label paper")
        return value


class RevokeIn(api.Body):
    """Why the tag is taken out of use: of a scale in words, of a card one of the reasons."""

    because: str = Field(
        min_length=1, max_length=200, description="of a card: damaged, lost or left"
    )


def out(tag: Code) -> TagOut:
    """Return ``tag`` as the API shows it."""
    work = installation()
    return TagOut(
        id=tag.uid,
        kind=_kind(tag),
        scale=tag.scale.uid if tag.scale else None,
        stall=tag.stall.uid if tag.stall else None,
        person=tag.person.uid if tag.person else None,
        weight=tag.weight.uid if tag.weight else None,
        number=tag.number,
        address=service.address(tag, work.keys.tag, work.settings.base_url),
        issued_at=tag.issued_at,
        revoked_at=tag.revoked_at,
        revoked_because=tag.words,
    )


def _kind(tag: Code) -> Literal["scale", "stall", "staff", "weight", "blank"]:
    if tag.stall:
        return "stall"
    if tag.weight:
        return "weight"
    if tag.person:
        return "staff"
    return "scale" if tag.scale else "blank"


@bp.get("/tags")
@api.lists("List tags", TagOut)
@access(*TAG_KEEPERS)
def tags(session: Session, query: api.ListQuery) -> api.Listed[TagOut]:
    """Those of the caller's regions, by place; revoked ones too."""
    return api.listed(
        session, query, queries.listed(caller().scope(*TAG_KEEPERS)), [Code.path, Code.uid], out
    )


@bp.get("/tags/<uid:tag>")
@api.read("Read a tag", returns=TagOut)
@access(*TAG_KEEPERS)
def tag(session: Session, tag: str) -> TagOut:
    """With the address that its QR code holds."""
    return out(queries.tag_in(session, caller().scope(*TAG_KEEPERS), tag))


@bp.get("/tags/sheet")
@api.read(
    "Print tags",
    query=SheetQuery,
    returns=SHEET,
    problems=(sheets.SheetError,),
)
@access(*TAG_KEEPERS)
def sheet(session: Session, query: SheetQuery) -> api.Answer:
    """The tags in use as a PDF for label paper, one part of them; 404 behind the last."""
    work = installation()
    wanted = service.Sheet(caller().scope(*TAG_KEEPERS), query.region, query.part)
    labels = service.labels(session, wanted, work.keys.tag, work.settings.base_url)
    if not labels and query.part > 1:
        raise api.nothing_here()
    layout = sheets.LAYOUTS[query.layout]
    return api.Answer(sheets.sheet(labels, layout, local_date(utcnow())))


@bp.post("/tags")
@api.write(
    "Issue a tag",
    body=TagIn,
    returns={201: TagOut},
    problems=(TagExistsError, ScaleRetiredError),
    scope=TokenScope.REGISTER,
)
@access(Role.MANAGER, Role.VERIFIER)
def issue(session: Session, body: TagIn) -> api.Answer:
    """Each carries one tag at a time.

    A scale's is replaced with `replaces`; of others revoke the old one first. Weights are a
    verifier's.
    """
    who, at = caller().uid, utcnow()
    if body.scale is not None:
        scale = queries.scale_in(session, caller().scope(Role.MANAGER), body.scale)
        made = service.issue(session, scale, by=who, at=at, replaces=body.replaces)
        return _made(session, made)
    wanted = (Stall, body.stall) if body.stall else (StandardWeight, body.weight or "")
    of = cards.holder_in(session, caller().scope(*cards.GIVERS[wanted[0]]), *wanted)
    return _made(session, cards.issue(session, of, of.path, by=who, at=at))


@bp.post("/tags/staff")
@api.write(
    "Issue a staff card",
    body=StaffCardIn,
    returns={201: TagOut},
    problems=(TagExistsError,),
    scope=TokenScope.REGISTER,
)
@access(Role.ADMIN)
def issue_staff(session: Session, body: StaffCardIn) -> api.Answer:
    """One for each person and body; it is good while a role there runs."""
    at = utcnow()
    running = cards.staff(caller().scope(Role.ADMIN), local_date(at))
    role = session.scalars(running.where(Grant.uid == body.role)).one()
    return _made(session, cards.issue(session, role.person, role.path, by=caller().uid, at=at))


def _made(session: Session, tag: Code) -> api.Answer:
    session.flush()
    made = out(tag)
    where = {"Location": url_for(".tag", tag=tag.uid)}
    return api.Answer(made, version=api.version_of(made), headers=where)


@bp.post("/tags/<uid:tag>/revoke")
@api.write(
    "Revoke a tag",
    body=RevokeIn,
    returns=TagOut,
    problems=(TagRevokedError, UnknownReasonError),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*GIVERS)
def revoke(session: Session, tag: str, body: RevokeIn) -> TagOut:
    """From then on the public page of the tag says that it is no longer good."""
    found = queries.tag_in(session, caller().scope(*GIVERS), tag)
    require_role(found.path, *cards.givers(found))
    api.match(api.version_of(out(found)))
    if cards.holder(found) is None:
        service.revoke(session, found, body.because, by=caller().uid, at=utcnow())
    elif body.because not in set(Ended):
        raise UnknownReasonError("of a card: damaged, lost or left")
    else:
        cards.void(session, found, Ended(body.because), by=caller().uid, at=utcnow())
    return out(found)
