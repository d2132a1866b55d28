"""The API of worksheets: drafts for clients that work without a network, and what came of them."""

from datetime import datetime
from typing import Annotated, Any, Final

from flask import Blueprint
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.errors import DomainError
from app.domain.lifecycle import IllegalTransitionError
from app.domain.roles import Role
from app.domain.verification import VerificationResult
from app.models import Person, Scale, Worksheet, WorksheetDraft
from app.verify import queries
from app.verify.service import drafts, worksheets
from app.verify.service.documents import BadDocumentError, Document
from app.verify.service.drafts import DraftClosedError, Save
from app.verify.service.means import GateError, WeightsError
from app.verify.service.record import OwnRepairError, ResultError
from app.verify.service.stock_books import MarkError
from app.verify.service.worksheets import WorksheetIncompleteError
from app.verify.submitting import faults
from app.web import api
from app.web.access import ForbiddenError, access, caller, require_role

bp = Blueprint("worksheets", __name__)

NEW: Final = 0
Uid = Annotated[str, Field(min_length=1, max_length=36)]


class DraftIn(api.Body):
    """A draft as the client has it; the client makes its uid, a UUIDv7."""

    scale: Uid
    document: Document


class DraftOut(api.Model):
    """A draft as it was saved last; `revision` is its ETag."""

    id: str
    scale: str
    revision: int
    saved_at: datetime
    closed_at: datetime | None
    document: dict[str, Any]


class SubmittedOut(api.Model):
    """A worksheet that was frozen; `items` are the pre-checks, then each error and its limit."""

    id: str
    number: str
    verdict: VerificationResult
    rules: str
    rules_version: int
    document_sha256: str
    items: list[dict[str, Any]]


@bp.get("/worksheet-drafts")
@api.lists("List your drafts of worksheets", DraftOut)
@access(Role.VERIFIER)
def listed(session: Session, query: api.ListQuery) -> api.Listed[DraftOut]:
    """Those that are open, oldest first."""
    return api.listed(
        session,
        query,
        select(WorksheetDraft).where(
            WorksheetDraft.person_id == caller().id, WorksheetDraft.closed_at.is_(None)
        ),
        (WorksheetDraft.uid,),
        out,
    )


@bp.get("/worksheet-drafts/<uid:draft>")
@api.read("Read a draft of a worksheet", returns=DraftOut)
@access(Role.VERIFIER)
def read(session: Session, draft: str) -> api.Answer:
    """Only its writer reads it."""
    row = drafts.draft_of(session, caller().id, draft)
    return api.Answer(out(row), version=row.revision)


@bp.put("/worksheet-drafts/<uid:draft>")
@api.write(
    "Save a draft of a worksheet",
    body=DraftIn,
    returns=DraftOut,
    problems=(BadDocumentError, DraftClosedError, ForbiddenError),
    conditional=True,
)
@access(Role.VERIFIER)
def save(session: Session, draft: str, body: DraftIn) -> api.Answer:
    """`If-Match` names the revision it was made on, `"0"` for the first save.

    A save made on another revision is refused and nothing is overwritten: keep yours under a
    new uid. The same save sent again is answered as the first time.
    """
    scale = queries.scale_in(session, caller().scope(Role.VERIFIER), body.scale)
    require_role(scale.path, Role.VERIFIER)
    row = _saved(session, scale, draft, body)
    return api.Answer(out(row), version=row.revision)


def _saved(session: Session, scale: Scale, uid: str, body: DraftIn) -> WorksheetDraft:
    document = body.document.model_dump(exclude_unset=True)
    known = drafts.known(session, uid)
    if known is None or known.document != document:
        api.match(known.revision if known else NEW)
    save = Save(uid=uid, revision=known.revision if known else NEW, document=document)
    by = session.get_one(Person, caller().id)
    return drafts.save_draft(session, scale, save, by=by, at=utcnow())


@bp.post("/worksheet-drafts/<uid:draft>/submit")
@api.write(
    "Submit a worksheet",
    returns={201: SubmittedOut},
    problems=(
        WorksheetIncompleteError,
        BadDocumentError,
        GateError,
        WeightsError,
        ResultError,
        OwnRepairError,
        IllegalTransitionError,
        MarkError,
        ForbiddenError,
    ),
)
@access(Role.VERIFIER)
def submit(session: Session, draft: str) -> api.Answer:
    """Freeze it with its verdict; the scale moves when it is signed, which is done in person.

    Sent again, it is the same worksheet.
    """
    row = drafts.draft_of(session, caller().id, draft)
    require_role(row.scale.path, Role.VERIFIER)
    by = session.get_one(Person, caller().id)
    try:
        done = worksheets.submit(session, row, by=by, at=utcnow())
    except DomainError as error:
        if found := faults(error):
            error.facts["errors"] = [{"field": code, "message": said} for code, said in found]
        raise
    return api.Answer(submitted(done))


@bp.delete("/worksheet-drafts/<uid:draft>")
@api.write("Give a draft up", returns={204: None})
@access(Role.VERIFIER)
def give_up(session: Session, draft: str) -> None:
    """No worksheet comes of it; it can still be read."""
    drafts.give_up(drafts.draft_of(session, caller().id, draft), at=utcnow())


def out(row: WorksheetDraft) -> DraftOut:
    """Return ``row`` as the API says it."""
    return DraftOut(
        id=row.uid,
        scale=row.scale.uid,
        revision=row.revision,
        saved_at=row.saved_at,
        closed_at=row.closed_at,
        document=row.document,
    )


def submitted(row: Worksheet) -> SubmittedOut:
    """Return what came of a draft."""
    return SubmittedOut(
        id=row.uid,
        number=row.number,
        verdict=row.verdict,
        rules=row.rules,
        rules_version=row.rules_version,
        document_sha256=row.document_sha256,
        items=row.items,
    )
