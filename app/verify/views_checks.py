"""In-service checks (使用中检查): written, confirmed by the second officer, printed."""

from typing import Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from app.db.session import utcnow
from app.domain.appeals import CONFIRM_WITHIN, CheckForce
from app.domain.lifecycle import State
from app.domain.permissions import AUTHORITY, LegalAct
from app.domain.roles import Role
from app.domain.verification import VerificationResult
from app.models import InServiceCheck, Person
from app.verify import check_paper, checking, queries
from app.verify import queries_checks as found
from app.verify.service import checks, drafts, leads
from app.verify.sheets import name_of
from app.web import step_up
from app.web.access import access, caller, require_role
from app.web.database import reading, transaction
from app.web.navigation import add_section
from app.web.paging import fetch
from app.web.words import checks as words
from app.web.words.rule_sets import TEST
from app.web.words.worksheet_screen import RESULT

bp = Blueprint("checks", __name__, url_prefix="/verify", template_folder="templates")
bp.record_once(lambda state: add_section(state.app, "checks", "checks.index"))

READERS: Final = (*AUTHORITY, Role.AUDITOR)
INVALID: Final = 422
ORDER: Final = ((0 - InServiceCheck.id),)


@bp.get("/checks")
@access(*READERS)
def index() -> ResponseReturnValue:
    """List the checks, the newest first, and what the caller began or is asked to confirm."""
    with reading() as session:
        who, of_scale = caller(), request.args.get("scale", "")
        asked = found.checks(who.scope(*READERS), of_scale)
        mine = [one for one in drafts.open_drafts(session, who.id) if one.document.get("check")]
        return render_template(
            "verify/checks.html",
            page=fetch(session, asked, ORDER, request.args.get("after")),
            drafts=mine,
            waits_for=lambda row: _waits(row, who.uid),
            verdicts=words.VERDICT,
            of_scale=of_scale,
            name_of=name_of,
        )


@bp.get("/scales/<uid:uid>/in-service")
@access(*AUTHORITY)
def write(uid: str) -> ResponseReturnValue:
    """Write the check of one scale."""
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(*AUTHORITY), uid)
        if scale.state is State.RETIRED:
            raise NotFound
        person = session.get_one(Person, caller().id)
        return render_template(
            "verify/check_write.html",
            given=checking.given(session, scale, person, request.args.get("draft", "")),
            scale=scale,
            name_of=name_of,
        )


@bp.get("/checks/<uid:uid>")
@access(*READERS)
def show(uid: str) -> ResponseReturnValue:
    """Show a check: what it is worth, what was read and seen, and what can be done next."""
    with reading() as session:
        return _page(session, found.check_in(session, caller().scope(*READERS), uid))


@bp.post("/checks/<uid:uid>/confirm")
@access(*AUTHORITY)
def confirm(uid: str) -> ResponseReturnValue:
    """Say as the second officer to have been there; from then on the check is evidence."""
    act, at = LegalAct.CONFIRM_CHECK, utcnow()
    with reading() as session:
        row = found.check_in(session, caller().scope(*AUTHORITY), uid)
        require_role(row.path, *AUTHORITY)
        step_up.require_other(session, row.officer.uid, at)
    try:
        step_up.confirm(act, [uid], request.form.get("code", ""), at)
    except step_up.ERRORS as error:
        with reading() as session:
            row = found.check_in(session, caller().scope(*AUTHORITY), uid)
            return _page(session, row, {"code": str(step_up.said(error))}), INVALID
    with transaction() as session:
        step_up.spend(session, act, [uid], at)
        row = found.check_in(session, caller().scope(*AUTHORITY), uid)
        step_up.require_other(session, row.officer.uid, at)
        checks.confirm(session, row, by=session.get_one(Person, caller().id), at=at)
    flash(_("Confirmed: the check counts as evidence."), "valid")
    return redirect(url_for(".show", uid=uid), 303)


@bp.post("/checks/<uid:uid>/lead")
@access(*AUTHORITY)
def open_lead(uid: str) -> ResponseReturnValue:
    """Open a lead from a failed check, or add the check to the one that is open."""
    with transaction() as session:
        row = found.check_in(session, caller().scope(*AUTHORITY), uid)
        lead = leads.open_lead(session, row, by=caller().uid, at=utcnow()).uid
    flash(_("The check is evidence of this lead."), "valid")
    return redirect(url_for("oversee.lead", uid=lead), 303)


@bp.get("/checks/<uid:uid>/record.pdf")
@access(*READERS)
def printed(uid: str) -> ResponseReturnValue:
    """Give the record out on A4, with lines to sign on."""
    with reading() as session:
        row = found.check_in(session, caller().scope(*READERS), uid)
        data = check_paper.pdf_of(row, found.said_at(session, row))
    name = f'inline; filename="check-{uid[:8]}.pdf"'
    return Response(data, content_type="application/pdf", headers={"Content-Disposition": name})


def _waits(row: InServiceCheck, uid: str) -> bool:
    """Return whether the check waits for this person's word."""
    waits = row.second_id is None and bool(row.task_no) and checks.asked_of(row) == uid
    return waits and utcnow() <= row.checked_at + CONFIRM_WITHIN


def _page(session: Session, row: InServiceCheck, errors: dict[str, str] | None = None) -> str:
    asked = session.scalar(select(Person.name).where(Person.uid == checks.asked_of(row)))
    open_until = row.checked_at + CONFIRM_WITHIN
    here = caller().roles_at(row.path) & frozenset(AUTHORITY)
    return render_template(
        "verify/check.html",
        row=row,
        scale=row.scale,
        asked=asked,
        until=open_until,
        is_evidence=row.force is CheckForce.EVIDENCE,
        can_become=row.second_id is None and bool(asked and row.task_no) and utcnow() <= open_until,
        may_confirm=bool(here) and _waits(row, caller().uid),
        failed=row.verdict is VerificationResult.FAIL,
        may_act=bool(here),
        words=words,
        tests=TEST,
        results=RESULT,
        said=found.said_at(session, row),
        errors=errors or {},
        name_of=name_of,
    )
