"""Tags that seem to hang twice: what staff saw, and what a person concludes."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.copies import CopyOutcome
from app.domain.permissions import COPY_READERS, COPY_RESOLVERS
from app.manage import copies
from app.manage.copies import CopyClosedError, CopyNoteError, NotVoidedError
from app.models import CopyNotice, Person, Place, Region
from app.web.access import access, caller, require_role
from app.web.database import reading, transaction
from app.web.navigation import opens
from app.web.paging import fetch
from app.web.refusals import of_code

bp = Blueprint("copies", __name__, url_prefix="/tags/copies", template_folder="templates")
# From where people come here; all who may read open the second.
ABOVE: Final = ((_l("Tags"), "portal.sheet_form"), (_l("Findings"), "oversee.findings"))

LONGEST: Final = 300
REFUSED: Final = 422


@bp.get("")
@access(*COPY_READERS)
def listed() -> ResponseReturnValue:
    """List the tags that seem to hang twice; with ``?closed=1`` those that were resolved."""
    return _page()


@bp.post("/<uid:uid>")
@access(*COPY_RESOLVERS)
def resolve(uid: str) -> ResponseReturnValue:
    """Put on record what somebody found."""
    chosen = request.form.get("outcome", "")
    if chosen not in set(CopyOutcome):
        return _page(wrong={uid: of_code(CopyNoteError.code).said}), REFUSED
    note = request.form.get("note", "").strip()[:LONGEST]
    try:
        with transaction() as session:
            notice = copies.notice_in(session, caller().scope(*COPY_RESOLVERS), uid)
            require_role(notice.path, *COPY_RESOLVERS)
            copies.resolve(session, notice, CopyOutcome(chosen), note, by=caller().uid, at=utcnow())
    except (NotVoidedError, CopyNoteError, CopyClosedError) as error:
        return _page(wrong={uid: of_code(error.code).said}), REFUSED
    flash(_("Resolved. The scale's story tells it."), "valid")
    return redirect(url_for(".listed"), 303)


def _page(wrong: dict[str, Any] | None = None) -> str:
    scope, closed = caller().scope(*COPY_READERS), request.args.get("closed") == "1"
    with reading() as session:
        page = fetch(
            session,
            copies.listed(scope, closed=closed),
            [CopyNotice.path, CopyNotice.uid],
            request.args.get("after"),
        )
        paths = {path for one in page.items for path in (one.before_path, one.seen_path)}
        mine = {path for path in paths if path and scope.holds(path)}
        people = {uid for one in page.items for uid in (one.before_by, one.seen_by, one.closed_by)}
        return render_template(
            "manage/copies.html",
            page=page,
            closed=closed,
            names=_names(session, mine),
            people=_people(session, people),
            resolves=bool(caller().scope(*COPY_RESOLVERS)),
            wrong=wrong or {},
            outcomes=list(CopyOutcome),
            above=next((one, url_for(to)) for one, to in ABOVE if opens(to)),
        )


def _names(session: Session, paths: set[str]) -> dict[str, str]:
    """Return the names of what lies inside the caller's regions; elsewhere stays unnamed."""
    return {
        path: name
        for table in (Region, Place)
        for path, name in session.execute(
            select(table.path, table.name).where(table.path.in_(paths))
        )
    }


def _people(session: Session, uids: set[str]) -> dict[str, str]:
    rows = session.execute(select(Person.uid, Person.name).where(Person.uid.in_(uids)))
    return {uid: name for uid, name in rows}  # noqa: C416 - typed rows
