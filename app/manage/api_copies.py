"""The API of tags that seem to hang twice."""

from datetime import datetime
from typing import Final

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.copies import CopyOutcome, CopyReason
from app.domain.permissions import COPY_READERS, COPY_RESOLVERS
from app.domain.tokens import TokenScope
from app.manage import copies
from app.manage.copies import CopyClosedError, CopyNoteError, NotVoidedError
from app.models import CopyNotice
from app.web import api
from app.web.access import access, caller

bp = Blueprint("copies_api", __name__, url_prefix="/api/v1")
LONGEST: Final = 300


class CopyOut(api.Model):
    """What speaks for a copy; of a place outside the caller's regions it names none."""

    id: str
    scale: str
    tag: str
    reason: CopyReason
    before: str | None
    before_at: datetime | None
    seen: str | None
    seen_at: datetime
    plate: str
    outcome: CopyOutcome | None
    closed_at: datetime | None


class ResolutionIn(api.Body):
    """What a person found."""

    outcome: CopyOutcome
    note: str = Field("", max_length=LONGEST)


def out(one: CopyNotice) -> CopyOut:
    """Return ``one`` as the API shows it to the caller."""
    scope = caller().scope(*COPY_READERS)
    return CopyOut(
        id=one.uid,
        scale=one.scale.uid,
        tag=one.code.uid,
        reason=one.reason,
        before=one.before_path if one.before_path and scope.holds(one.before_path) else None,
        before_at=one.before_at,
        seen=one.seen_path if scope.holds(one.seen_path) else None,
        seen_at=one.seen_at,
        plate=one.plate,
        outcome=one.outcome,
        closed_at=one.closed_at,
    )


@bp.get("/tags/copies")
@api.lists("List tags seen twice", CopyOut)
@access(*COPY_READERS)
def listed(session: Session, query: api.ListQuery) -> api.Listed[CopyOut]:
    """Those that nobody resolved yet, by place; told from what staff scan alone."""
    return api.listed(
        session,
        query,
        copies.listed(caller().scope(*COPY_READERS)),
        [CopyNotice.path, CopyNotice.uid],
        out,
    )


@bp.get("/tags/copies/<uid:copy>")
@api.read("Read a tag seen twice", returns=CopyOut)
@access(*COPY_READERS)
def one(session: Session, copy: str) -> CopyOut:
    """With what became of it."""
    return out(copies.notice_in(session, caller().scope(*COPY_READERS), copy))


@bp.post("/tags/copies/<uid:copy>/resolution")
@api.write(
    "Resolve a tag seen twice",
    body=ResolutionIn,
    returns=CopyOut,
    problems=(CopyClosedError, CopyNoteError, NotVoidedError),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*COPY_RESOLVERS)
def resolve(session: Session, copy: str, body: ResolutionIn) -> CopyOut:
    """The tag was voided before, or it is explained in words, which the scale's story keeps."""
    found = copies.notice_in(session, caller().scope(*COPY_RESOLVERS), copy)
    api.match(api.version_of(out(found)))
    copies.resolve(session, found, body.outcome, body.note, by=caller().uid, at=utcnow())
    return out(found)
