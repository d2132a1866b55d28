"""What the worksheet's page sends after every tap: drafts, and at the end the worksheet.

The page speaks JSON here as the API does, with the cookie and the token of its forms.
"""

from typing import Any, Final

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import Field, ValidationError
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.errors import DomainError
from app.domain.permissions import AUTHORITY
from app.domain.roles import Role
from app.models import Person, WorksheetDraft
from app.verify import queries
from app.verify.service import checks, drafts, worksheets
from app.verify.service.documents import BadDocumentError, Document, Part, Uid
from app.verify.service.drafts import DraftConflictError, Save
from app.verify.submitting import faults
from app.web.access import access, caller, require_role
from app.web.database import reading, transaction

bp = Blueprint("drafts", __name__, url_prefix="/verify/drafts")

WRITERS: Final = (Role.VERIFIER, *AUTHORITY)
CONFLICT: Final = 409
INVALID: Final = 422


class DraftIn(Part):
    """A save as the page sends it; ``revision`` is the one it was made on."""

    scale: Uid
    revision: int = Field(ge=0)
    document: Document


@bp.get("/<uid:draft>")
@access(*WRITERS)
def stored(draft: str) -> ResponseReturnValue:
    """Return a draft as it is kept here."""
    with reading() as session:
        return _told(drafts.draft_of(session, caller().id, draft))


@bp.post("/<uid:draft>")
@access(*WRITERS)
def save(draft: str) -> ResponseReturnValue:
    """Keep a draft; one that another device saved since is shown, not overwritten."""
    given = _read()
    try:
        with transaction() as session:
            roles = _writers(given.document.check is not None)
            scale = queries.scale_in(session, caller().scope(*roles), given.scale)
            require_role(scale.path, *roles)
            document = given.document.model_dump(exclude_unset=True)
            asked = Save(uid=draft, revision=given.revision, document=document)
            by = session.get_one(Person, caller().id)
            return _told(drafts.save_draft(session, scale, asked, by=by, at=utcnow()))
    except DraftConflictError as error:
        with reading() as session:
            return _theirs(session, draft, error)


@bp.post("/<uid:draft>/submit")
@access(*WRITERS)
def submit(draft: str) -> ResponseReturnValue:
    """Freeze the worksheet; what is missing or in the way is said in words."""
    try:
        with transaction() as session:
            row = drafts.draft_of(session, caller().id, draft)
            is_check = row.document.get("check") is not None
            require_role(row.scale.path, *_writers(is_check))
            by = session.get_one(Person, caller().id)
            if is_check:
                check = checks.submit(session, row, by=by, at=utcnow())
                return jsonify({"url": url_for("checks.show", uid=check.uid)})
            done = worksheets.submit(session, row, by=by, at=utcnow())
            return jsonify({"url": url_for("signing.sheet", uid=done.uid)})
    except DomainError as error:
        said = [{"code": code, "words": words} for code, words in faults(error)]
        if not said:
            raise
        return jsonify({"code": error.code, "faults": said}), INVALID


@bp.post("/<uid:draft>/discard")
@access(*WRITERS)
def discard(draft: str) -> ResponseReturnValue:
    """Give a draft up: it stays readable and is offered no more."""
    with transaction() as session:
        row = drafts.draft_of(session, caller().id, draft)
        drafts.give_up(row, at=utcnow())
        back = "checks.index" if row.document.get("check") is not None else "worksheets.mine"
    flash(_("The draft was put away."), "done")
    return redirect(url_for(back), 303)


def _writers(is_check: bool) -> tuple[Role, ...]:  # noqa: FBT001 - one question, one answer
    """Return who writes such a draft: inspectors check, verifiers verify."""
    return AUTHORITY if is_check else (Role.VERIFIER,)


def _read() -> DraftIn:
    try:
        return DraftIn.model_validate(request.get_json())
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadDocumentError(".".join(str(step) for step in first["loc"])) from None


def _told(row: WorksheetDraft) -> Response:
    return jsonify(_as_json(row))


def _theirs(session: Session, uid: str, error: DraftConflictError) -> tuple[Response, int]:
    del error  # its row belongs to a session that is closed
    row = drafts.draft_of(session, caller().id, uid)
    return jsonify({"code": "draft_conflict", **_as_json(row)}), CONFLICT


def _as_json(row: WorksheetDraft) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "revision": row.revision,
        "saved_at": row.saved_at.isoformat(),
        "closed": row.closed_at is not None,
        "document": row.document,
    }
