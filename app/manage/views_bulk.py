"""One act on many scales: chosen in the list, shown who can and who cannot, then done."""

from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.datastructures import MultiDict

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.tasks import ENDED
from app.manage import acts, bulk, forms, queries, saying
from app.manage.forms import CHOOSE, MISSING, REASONS
from app.manage.links import link
from app.manage.service import SuspendReason
from app.manage.service.filing import FILED, Filing
from app.manage.service.filing import LONGEST as LONGEST_FILING
from app.manage.work import BULK
from app.models import BulkAct, BulkLine, BulkOutcome
from app.standing import ecqs
from app.web.access import READERS, ForbiddenError, access, caller
from app.web.database import reading, transaction
from app.web.paging import fetch
from app.web.tasks_showing import show
from app.work import queue_server_task

bp = Blueprint("bulk", __name__, url_prefix="/manage/bulk", template_folder="templates")

INVALID: Final = 422
AT_ONCE: Final = 50  # done while the person waits; more is a task
PER_PAGE: Final = 50
RELOAD: Final = "HX-Refresh"
NOTED: Final = (BulkOutcome.REFUSED, BulkOutcome.FAILED)


@bp.post("")
@access(*READERS)
def choose() -> ResponseReturnValue:
    """Take which scales and which act; ask each scale, do nothing yet."""
    action, who, at = request.form.get("action", ""), caller(), utcnow()
    if action not in {*bulk.ROLES, bulk.EXPORT}:
        abort(404)
    if action in bulk.ROLES and who.roles.isdisjoint(bulk.ROLES[action]):
        raise ForbiddenError("this act is for other roles")
    query = forms.filters_of(request.form.get("query", ""))
    with transaction() as session:
        wanted = bulk.Wanted(action, _ids(session, request.form, query), forms.written(query))
        found = bulk.prepare(session, wanted, who.roles_at, by=who.id, at=at)
        target = url_for(".show_bulk", uid=found.uid)
    return redirect(target, 303)


@bp.get("/<uid:uid>")
@access(*READERS)
def show_bulk(uid: str) -> ResponseReturnValue:
    """Show who can and who cannot; afterwards, what became of each."""
    return _page(uid, {})


@bp.get("/<uid:uid>/progress")
@access(*READERS)
def progress(uid: str) -> ResponseReturnValue:
    """Return the moving part; the page is asked for anew when the work has ended."""
    with reading() as session:
        found = _find(session, uid)
        page = Response(render_template("manage/bulk_moving.html", **_moving(found)))
        if not _is_moving(found):
            page.headers[RELOAD] = "true"
    return page


@bp.post("/<uid:uid>/start")
@access(*READERS)
def start(uid: str) -> ResponseReturnValue:
    """Do it: few scales at once, many as a task."""
    who, at, many = caller(), utcnow(), False
    with transaction() as session:
        found = _find(session, uid)
        if found.action in bulk.TAKEN:
            abort(404)
        order, errors = _order(found.action, request.form, local_date(at))
        if not errors:
            bulk.start(session, found, order, at=at)
            many = bulk.outcomes(session, found)[BulkOutcome.WAITING] > AT_ONCE
            if many:
                payload = {"bulk": found.uid}
                found.task = queue_server_task(
                    session, BULK, payload, path=found.path, by=who.uid, at=at
                )
    if errors:
        return _page(uid, errors), INVALID
    while not many:
        with transaction() as session:
            if not bulk.piece(session, _find(session, uid), by=who.uid, at=at):
                break
    return redirect(url_for(".show_bulk", uid=uid), 303)


def _ids(session: Session, given: MultiDict[str, str], query: dict[str, str]) -> list[int]:
    """Return the scales that were ticked, or all that the filter shows."""
    scope = caller().scope()
    if given.get("all"):
        asked = forms.asked(query, scope, local_date(utcnow()))
        return queries.ids_of(session, asked, bulk.MOST + 1)
    uids = given.getlist("uid")[: bulk.MOST + 1]
    found = queries.ids_named(session, scope, uids)
    if uids and not found:
        abort(404)  # elsewhere, or nowhere
    return found


def _order(
    action: str, given: MultiDict[str, str], today: date
) -> tuple[bulk.Order, dict[str, Any]]:
    """Return what the act asks for, or what is wrong with it by field."""
    if action == "suspend":
        reason = given.get("reason", "")
        if reason not in set(SuspendReason):
            return bulk.Order(), {"reason": CHOOSE}
        return bulk.Order(reason=SuspendReason(reason)), {}
    if action == FILED:
        number, day = given.get("number", "").strip(), forms.day(given.get("on", ""))
        errors = {"number": MISSING} if not number else {}
        if len(number) > LONGEST_FILING:
            errors["number"] = forms.TOO_LONG
        if day is None or day > today:
            errors["on"] = _("Give a day that is past.")
        if errors or day is None:
            return bulk.Order(), errors
        return bulk.Order(filing=Filing(number, day)), {}
    return bulk.Order(), {}


def _find(session: Session, uid: str) -> BulkAct:
    """Return the caller's own bulk act ``uid``."""
    return session.scalars(
        select(BulkAct)
        .where(BulkAct.uid == uid, BulkAct.created_by_id == caller().id)
        .options(joinedload(BulkAct.task))
    ).one()


def _is_moving(found: BulkAct) -> bool:
    return found.task is not None and found.task.state not in ENDED


def _moving(found: BulkAct) -> dict[str, Any]:
    return {
        "bulk": found,
        "is_moving": _is_moving(found),
        "shown": show(found.task, utcnow(), with_subjects=False) if found.task else None,
    }


def _page(uid: str, errors: dict[str, Any]) -> str:
    with reading() as session:
        found = _find(session, uid)
        counts = bulk.outcomes(session, found)
        noted = (
            select(BulkLine)
            .where(BulkLine.bulk_id == found.id, BulkLine.outcome.in_(NOTED))
            .options(joinedload(BulkLine.scale).options(*queries.WITH_ALL))
        )
        return render_template(
            "manage/bulk.html",
            **_moving(found),
            title=saying.name(found.action),
            counts=counts,
            reasons=[(saying.why(why), number) for why, number in bulk.reasons(session, found)],
            page=fetch(session, noted, [BulkLine.id], request.args.get("after"), PER_PAGE),
            why=saying.why,
            errors=errors,
            values=request.form,
            today=local_date(utcnow()),
            suspend_reasons=[(code.value, said, None) for code, said in REASONS.items()],
            for_good=found.action in acts.FOR_GOOD,
            files=found.action == FILED,
            exports=found.action == bulk.EXPORT,
            taken=found.action in bulk.TAKEN,
            labels_url=link("chosen.form", uid=uid) if found.action == bulk.LABELS else None,
            words=ecqs.GIVEN,
            ways_options=[(way, way) for way in ecqs.WAYS],
            back_url=url_for("manage.scales", **forms.filters_of(found.query)),  # type: ignore[arg-type]  # only our names
        )
