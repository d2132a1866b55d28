"""The API of tags."""

from datetime import datetime
from typing import Annotated, Final

from flask import Blueprint, url_for
from pydantic import Field, field_validator
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import TAG_KEEPERS
from app.domain.roles import Role
from app.domain.tokens import TokenScope
from app.models import Code
from app.portal import queries, service, sheets
from app.portal.service import ScaleRetiredError, TagExistsError, TagRevokedError
from app.web import api
from app.web.access import access, caller
from app.web.database import installation
from app.web.paging import BadCursorError, Cursor, fetch

bp = Blueprint("portal_api", __name__, url_prefix="/api/v1")
SHEET: Final = api.Document("Sheet", media="application/pdf")


class TagOut(api.Model):
    """A tag: `address` is what its QR code holds, `number` what is printed beside it."""

    id: str
    scale: str | None
    number: str | None
    address: str
    issued_at: datetime
    revoked_at: datetime | None
    revoked_because: str


class TagIn(api.Body):
    """The scale that is to carry a fresh tag."""

    scale: str = Field(min_length=36, max_length=36)


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
    """Why the tag is taken out of use."""

    because: str = Field(min_length=1, max_length=200)


def out(tag: Code) -> TagOut:
    """Return ``tag`` as the API shows it."""
    work = installation()
    return TagOut(
        id=tag.uid,
        scale=tag.scale.uid if tag.scale else None,
        number=tag.number,
        address=service.address(tag, work.keys.tag, work.settings.base_url),
        issued_at=tag.issued_at,
        revoked_at=tag.revoked_at,
        revoked_because=tag.words,
    )


@bp.get("/tags")
@api.read("List tags", query=api.ListQuery, returns=api.Listed[TagOut], problems=(BadCursorError,))
@access(*TAG_KEEPERS)
def tags(session: Session, query: api.ListQuery) -> api.Listed[TagOut]:
    """Those of the caller's regions, by place; revoked ones too."""
    page = fetch(
        session,
        queries.listed(caller().scope(*TAG_KEEPERS)),
        [Code.path, Code.uid],
        Cursor.parse(query.after, str, str),
        query.limit,
    )
    return api.Listed(items=[out(tag) for tag in page.items], next=page.next)


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
@access(Role.MANAGER)
def issue(session: Session, body: TagIn) -> api.Answer:
    """A scale carries one tag at a time: revoke the old one first."""
    scale = queries.scale_in(session, caller().scope(Role.MANAGER), body.scale)
    tag = service.issue(session, scale, by=caller().uid, at=utcnow())
    session.flush()
    made = out(tag)
    where = {"Location": url_for(".tag", tag=tag.uid)}
    return api.Answer(made, version=api.version_of(made), headers=where)


@bp.post("/tags/<uid:tag>/revoke")
@api.write(
    "Revoke a tag",
    body=RevokeIn,
    returns=TagOut,
    problems=(TagRevokedError,),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(Role.MANAGER)
def revoke(session: Session, tag: str, body: RevokeIn) -> TagOut:
    """From then on the public page of the tag says that it was replaced."""
    found = queries.tag_in(session, caller().scope(Role.MANAGER), tag)
    api.match(api.version_of(out(found)))
    service.revoke(session, found, body.because, by=caller().uid, at=utcnow())
    return out(found)
