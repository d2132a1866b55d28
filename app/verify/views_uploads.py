"""What is to be entered on the national platform, and the tick that it was."""

from typing import Final

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import BODY_STAFF, STANDARD_READERS
from app.models import PlatformUpload, Verification
from app.verify import queries_uploads as queries
from app.verify.service import uploads as service
from app.web.access import access, caller
from app.web.database import reading, transaction
from app.web.paging import fetch
from app.web.tables_out import Sheet, csv_bytes, file_answer, xlsx_bytes

bp = Blueprint("uploads", __name__, url_prefix="/verify/uploads", template_folder="templates")
INVALID: Final = 422
LONGEST: Final = 80
DONE: Final = "done"
EARLIER: Final = "earlier"


@bp.get("")
@access(*STANDARD_READERS)
def index() -> ResponseReturnValue:
    """List what waits, what waits and was replaced since, or what was entered, who and when."""
    return _page("")


@bp.post("")
@access(*BODY_STAFF)
def tick() -> ResponseReturnValue:
    """Write down that the ticked results were entered."""
    chosen = request.form.getlist("verification")
    if not chosen:
        return _page(_("Choose at least one.")), INVALID
    reference = request.form.get("reference_no", "")[:LONGEST]
    with transaction() as session:
        rows = queries.chosen(session, caller().scope(*BODY_STAFF), chosen)
        if len(rows) != len(set(chosen)):
            abort(404)
        count = service.tick(session, rows, reference, by=caller().uid, at=utcnow())
    flash(ngettext("%(num)s result is ticked.", "%(num)s results are ticked.", count))
    return redirect(url_for(".index"), 303)


@bp.post("/<uid:uid>/back")
@access(*BODY_STAFF)
def take_back(uid: str) -> ResponseReturnValue:
    """Take a tick back that was set by mistake."""
    with transaction() as session:
        row = queries.tick_in(session, caller().scope(*BODY_STAFF), uid)
        service.take_back(session, row, by=caller().uid, at=utcnow())
    flash(_("The tick is taken back; the result waits again."))
    return redirect(url_for(".index", show=DONE), 303)


@bp.get("/waiting.csv")
@access(*STANDARD_READERS)
def as_csv() -> ResponseReturnValue:
    """Return the list of what waits, to be entered from."""
    return _file("csv")


@bp.get("/waiting.xlsx")
@access(*STANDARD_READERS)
def as_xlsx() -> ResponseReturnValue:
    """Return the same as a workbook."""
    return _file("xlsx")


def _file(kind: str) -> Response:
    with reading() as session:
        earlier = request.args.get("show") == EARLIER
        rows = queries.rows(session, caller().scope(*STANDARD_READERS), earlier=earlier)
        data = (
            csv_bytes(queries.HEADS, rows)
            if kind == "csv"
            else xlsx_bytes([Sheet("上传清单", queries.HEADS, rows)])
        )
    return file_answer(data, f"platform-{local_date(utcnow())}.{kind}")


def _page(error: str) -> str:
    scope, show = caller().scope(*STANDARD_READERS), request.args.get("show")
    with reading() as session:
        if show == DONE:
            page = fetch(
                session,
                queries.done(scope),
                [PlatformUpload.id],
                request.args.get("after"),
                newest_first=True,
            )
            names = queries.names(session, [one.person_id for one in page.items])
        else:
            page = fetch(
                session,
                queries.waiting(scope, earlier=show == EARLIER),
                [Verification.id],
                request.args.get("after"),
                newest_first=True,
            )
            names = {}
        return render_template(
            "verify/campaign_uploads.html",
            page=page,
            names=names,
            show=show if show in {DONE, EARLIER} else None,
            done=show == DONE,
            earlier=queries.count_earlier(session, scope),
            may_tick=bool(caller().roles & set(BODY_STAFF)),
            error=error,
        )
