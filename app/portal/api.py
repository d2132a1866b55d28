"""The API of tags."""

from datetime import datetime

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.permissions import TAG_KEEPERS
from app.domain.roles import Role
from app.models import Code
from app.portal import queries, service
from app.portal.service import ScaleRetiredError, TagExistsError, TagRevokedError
from app.web import api
from app.web.access import access, caller
from app.web.database import installation
from app.web.paging import BadCursorError, Cursor, fetch

bp = Blueprint("portal_api", __name__, url_prefix="/api/v1")


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


@bp.post("/tags")
@api.write(
    "Issue a tag",
    body=TagIn,
    returns={201: TagOut},
    problems=(TagExistsError, ScaleRetiredError),
)
@access(Role.MANAGER)
def issue(session: Session, body: TagIn) -> api.Answer:
    """A scale carries one tag at a time: revoke the old one first."""
    scale = queries.scale_in(session, caller().scope(Role.MANAGER), body.scale)
    tag = service.issue(session, scale, by=caller().uid, at=utcnow())
    session.flush()
    return api.Answer(out(tag), headers={"Location": url_for(".tags")})


@bp.post("/tags/<uid:tag>/revoke")
@api.write("Revoke a tag", body=RevokeIn, returns=TagOut, problems=(TagRevokedError,))
@access(Role.MANAGER)
def revoke(session: Session, tag: str, body: RevokeIn) -> TagOut:
    """From then on the public page of the tag says that it was replaced."""
    found = queries.tag_in(session, caller().scope(Role.MANAGER), tag)
    service.revoke(session, found, body.because, by=caller().uid, at=utcnow())
    return out(found)
