"""Applications for arbitration verification (仲裁检定): recorded, watched, decided."""

from datetime import date
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.appeals import AppealState, TooLateToAppealError, days_left
from app.domain.calendar import local_date
from app.domain.permissions import APPEAL_READERS, LegalAct
from app.domain.roles import Role
from app.models import Appeal, Scale
from app.verify import queries
from app.verify import queries_appeals as found
from app.verify.service import appeals
from app.verify.sheets import name_of
from app.web import formats, step_up
from app.web.access import access, caller, require_role
from app.web.database import reading, transaction
from app.web.navigation import add_section
from app.web.paging import fetch
from app.web.refusals import of_code
from app.web.words.say import say

bp = Blueprint("appeals", __name__, url_prefix="/verify", template_folder="templates")
bp.record_once(lambda state: add_section(state.app, "appeals", "appeals.index"))

INVALID: Final = 422
MOST: Final = 80
ORDER: Final = ((0 - Appeal.id),)
ENDS: Final = (AppealState.DECIDED, AppealState.WITHDRAWN, AppealState.REFUSED)


@bp.get("/appeals")
@access(*APPEAL_READERS)
def index() -> ResponseReturnValue:
    """List the applications, the newest first, each with its days."""
    with reading() as session:
        asked = found.appeals(caller().scope(*APPEAL_READERS))
        return render_template(
            "verify/appeals.html",
            page=fetch(session, asked, ORDER, request.args.get("after")),
            left=_left,
            overturned=appeals.is_overturned,
            name_of=name_of,
        )


@bp.get("/scales/<uid:uid>/appeal")
@access(Role.REGULATOR)
def ask(uid: str) -> ResponseReturnValue:
    """Ask for the application: document, days, and what is contested."""
    with reading() as session:
        return _form(session, queries.scale_in(session, caller().scope(Role.REGULATOR), uid))


@bp.post("/scales/<uid:uid>/appeal")
@access(Role.REGULATOR)
def record(uid: str) -> ResponseReturnValue:
    """Record it inside its fifteen days; the scale is held from now on."""
    at, errors = utcnow(), _faults()
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(Role.REGULATOR), uid)
        require_role(scale.path, Role.REGULATOR)
    if not errors:
        try:
            step_up.confirm(LegalAct.RECORD_APPEAL, [uid], request.form.get("code", ""), at)
            return redirect(url_for(".show", uid=_record(uid)), 303)
        except step_up.ERRORS as error:
            errors["code"] = str(step_up.said(error))
        except TooLateToAppealError as error:
            errors["applied_on"] = str(of_code(error.code).said)
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(Role.REGULATOR), uid)
        return _form(session, scale, errors), INVALID


@bp.get("/appeals/<uid:uid>")
@access(*APPEAL_READERS)
def show(uid: str) -> ResponseReturnValue:
    """Show how far an application is and what is to be done."""
    with reading() as session:
        return _page(session, found.appeal_in(session, caller().scope(*APPEAL_READERS), uid))


@bp.post("/appeals/<uid:uid>/end")
@access(Role.REGULATOR)
def decide(uid: str) -> ResponseReturnValue:
    """Decide it by the arbitration verification, or end it without one; the hold ends."""
    at, errors = utcnow(), {}
    asked, number = request.form.get("state", ""), request.form.get("document_no", "")[:MOST]
    with reading() as session:
        row = found.appeal_in(session, caller().scope(Role.REGULATOR), uid)
        require_role(row.path, Role.REGULATOR)
    if asked not in {one.value for one in ENDS}:
        errors["state"] = _("Please choose one.")
    if not number.strip():
        errors["document_no"] = _("Please give the number of the document.")
    if not errors:
        try:
            step_up.confirm(LegalAct.DECIDE_APPEAL, [uid], request.form.get("code", ""), at)
        except step_up.ERRORS as error:
            errors["code"] = str(step_up.said(error))
    if errors:
        with reading() as session:
            row = found.appeal_in(session, caller().scope(Role.REGULATOR), uid)
            return _page(session, row, errors), INVALID
    with transaction() as session:
        step_up.spend(session, LegalAct.DECIDE_APPEAL, [uid], at)
        row = found.appeal_in(session, caller().scope(Role.REGULATOR), uid)
        appeals.end(session, row, AppealState(asked), number, by=caller().uid, at=at)
    return redirect(url_for(".show", uid=uid), 303)


def _record(uid: str) -> str:
    at, form = utcnow(), request.form
    with transaction() as session:
        step_up.spend(session, LegalAct.RECORD_APPEAL, [uid], at)
        scope = caller().scope(Role.REGULATOR)
        scale, contested = queries.scale_in(session, scope, uid), form.get("contested", "")
        command = appeals.NewAppeal(
            document_no=form["document_no"][:MOST],
            notice_on=date.fromisoformat(form["notice_on"]),
            applied_on=date.fromisoformat(form["applied_on"]),
            contested=queries.verification_in(session, scope, contested) if contested else None,
        )
        return appeals.record(session, scale, command, by=caller().uid, at=at).uid


def _faults() -> dict[str, str]:
    errors: dict[str, str] = {}
    if not request.form.get("document_no", "").strip():
        errors["document_no"] = _("Please give the number of the document.")
    for name in ("notice_on", "applied_on"):
        try:
            day = date.fromisoformat(request.form.get(name, ""))
        except ValueError:
            errors[name] = _("Please give a date.")
            continue
        if day > local_date(utcnow()):
            errors[name] = _("This day is still to come.")
    return errors


def _left(row: Appeal) -> int:
    return days_left(row.deadline_on, local_date(utcnow()))


def _form(session: Session, scale: Scale, errors: dict[str, str] | None = None) -> str:
    results = [
        (one.uid, f"{formats.day(one.verified_on)} · {say(one.result)} · {one.body}")
        for one in found.results_of(session, scale)
    ]
    return render_template(
        "verify/appeal_new.html",
        scale=scale,
        results=results,
        errors=errors or {},
        form=request.form,
        name_of=name_of,
    )


def _page(session: Session, row: Appeal, errors: dict[str, str] | None = None) -> str:
    outcome = row.outcome or appeals.outcome_of(session, row)
    same_body = bool(outcome and row.contested and outcome.body == row.contested.body)
    return render_template(
        "verify/appeal.html",
        row=row,
        scale=row.scale,
        left=_left(row),
        outcome=outcome,
        same_body=same_body,
        overturned=appeals.is_overturned(row),
        may_end=(row.state is AppealState.OPEN or bool(errors))
        and Role.REGULATOR in caller().roles_at(row.path),
        choices=[(one.value, say(one), None) for one in ENDS],
        errors=errors or {},
        form=request.form,
        name_of=name_of,
    )
