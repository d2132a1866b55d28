"""Pages of reference programs: on file by model, submitted by one, approved by another."""

import hashlib
import re
from datetime import datetime
from typing import Final

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.attest import looked, looking, queries, references
from app.attest.forms import Form, address_of, day_of, reference_form
from app.attest.images import LARGEST_FILE, check_size
from app.attest.references import Archive, Submission
from app.db.session import utcnow
from app.domain.calendar import add_months, local_date
from app.domain.errors import DomainError
from app.domain.permissions import LegalAct
from app.domain.references import Origin, ReferenceStatus, may_approve, may_become
from app.domain.roles import Role
from app.models import Reference
from app.web import step_up
from app.web.access import READERS, access, caller
from app.web.database import installation, reading, transaction
from app.web.navigation import add_section
from app.web.paging import fetch
from app.web.uploads import read_limited
from app.web.words.say import say

bp = Blueprint("references", __name__, url_prefix="/attest/references", template_folder="templates")

CUSTODIAN: Final = (Role.CUSTODIAN,)
FORM_AND_FILE: Final = LARGEST_FILE + 256 * 1024
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
NOTE: Final = 400


@bp.record
def _section(state: BlueprintSetupState) -> None:
    if isinstance(state.app, Flask):
        add_section(state.app, "references", "references.index")


@bp.url_value_preprocessor
def _limit(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Say how much the upload may send, before any form is read."""
    if endpoint == "references.look":
        request.max_content_length = FORM_AND_FILE


@bp.get("")
@access(*READERS)
def index() -> ResponseReturnValue:
    """List reference programs, the newest first, of one model or one status where asked."""
    asked = request.args.get("status", "")
    status = ReferenceStatus(asked) if asked in set(ReferenceStatus) else None
    model = request.args.get("model") or None
    with reading() as session:
        page = fetch(
            session,
            queries.references(model, status),
            [Reference.id],
            request.args.get("after"),
            newest_first=True,
        )
        chips = [
            (_("all"), url_for(".index", model=model), status is None, None),
            *(
                (say(one), url_for(".index", model=model, status=one), one is status, None)
                for one in ReferenceStatus
            ),
        ]
        return render_template(
            "attest/references.html", page=page, chips=chips, may_submit=_is_custodian()
        )


def _is_custodian() -> bool:
    return Role.CUSTODIAN in caller().roles


@bp.get("/new")
@access(*CUSTODIAN)
def new() -> ResponseReturnValue:
    """Ask for a file and what vouches for it."""
    expires = add_months(local_date(utcnow()), references.MONTHS).isoformat()
    form = Form({"expires_on": expires, "model": request.args.get("model", "")})
    return _new_page(form)


def _new_page(form: Form) -> str:
    origins = [(one.value, say(one), None) for one in Origin]
    with reading() as session:
        models = queries.models(session)
        return render_template(
            "attest/reference_new.html", form=form, models=models, origins=origins
        )


@bp.post("/look")
@access(*CUSTODIAN)
def look() -> ResponseReturnValue:
    """Read the file and show what is in it, before it is submitted."""
    form = reference_form(request.form)
    if not form.errors:
        try:
            return _preview(form, request.files.get("file"))
        except DomainError as error:
            form.refuse(error, "file")
    return _new_page(form), 422


def _preview(form: Form, file: FileStorage | None) -> str:
    if file is None:
        file = FileStorage()
    check_size(request.content_length or 0)
    content = read_limited(file.stream, LARGEST_FILE)
    form.values["file_name"] = (file.filename or "")[:200]
    with reading() as session:
        model = queries.model(session, form["model"])
        seen = looking.look(model, content, form["file_name"], address_of(form["base"]))
        # Kept by digest, so that what is submitted is what was looked at.
        form.values["file"] = looked.shelf(installation().blobs).put(content)
        return render_template(
            "attest/reference_look.html",
            form=form,
            model=model,
            seen=seen,
            origin=Origin(form["origin"]),
        )


@bp.post("")
@access(*CUSTODIAN)
def submit() -> ResponseReturnValue:
    """File the image that was looked at."""
    form = reference_form(request.form)
    content = None
    if DIGEST.fullmatch(form["file"]):
        content = looked.content(installation().blobs, form["file"])
    if content is None:
        form.errors["file"] = _("Choose the file again.")
    if not form.errors and content is not None:
        try:
            return redirect(url_for(".show", uid=_submit(form, content)), 303)
        except DomainError as error:
            form.refuse(error, "file")
    return _new_page(form), 422


def _submit(form: Form, content: bytes) -> str:
    blobs, who = installation().blobs, caller()
    with transaction() as session:
        wanted = Submission(
            model=queries.model(session, form["model"]),
            software_id=form["software_id"],
            origin=Origin(form["origin"]),
            note=form["note"],
            content=content,
            file_name=form["file_name"],
            base=address_of(form["base"]),
            expires_on=day_of(form["expires_on"]),
        )
        row = references.submit_reference_file(session, wanted, blobs, by=who.uid, at=utcnow())
        return row.uid


@bp.get("/<uid:uid>")
@access(*READERS)
def show(uid: str) -> ResponseReturnValue:
    """Show a reference: what it is, who vouches for it, what was judged by it."""
    with reading() as session:
        return _page(session, queries.reference(session, uid))


def _page(session: Session, row: Reference, wrong: str = "") -> str:
    who = caller()
    of_office = (Role.CUSTODIAN, row.path) in who.grants
    own = not may_approve(row.submitted_by.uid, who.uid)
    steps = {one for one in ReferenceStatus if may_become(row.status, one)}
    return render_template(
        "attest/reference.html",
        reference=row,
        note=request.form.get("note", ""),
        wrong=wrong,
        own=own,
        steps=steps if of_office else set(),
        office=queries.office_name(session, row.path),
        evidence=queries.judged_by(session, who.scope(*READERS), row.id),
        envelope_sha256=hashlib.sha256(row.envelope.encode()).hexdigest() if row.envelope else "",
    )


@bp.post("/<uid:uid>/approve")
@access(*CUSTODIAN)
def approve(uid: str) -> ResponseReturnValue:
    """Let the image judge, as the second of two custodians on two devices."""
    found, who, at = installation(), caller(), utcnow()
    with reading() as session:
        step_up.require_other(session, queries.reference(session, uid).submitted_by.uid, at)
    if wrong := _unproven(LegalAct.APPROVE_REFERENCE, uid, at):
        return wrong
    with transaction() as session:
        step_up.spend(session, LegalAct.APPROVE_REFERENCE, [uid], at)
        row = queries.reference(session, uid)
        archive = Archive(found.keys.server, found.blobs)
        references.approve_reference(session, row, archive, note=_note(), by=who.uid, at=at)
    flash(_("Approved. The scales of this model are judged again."))
    return redirect(url_for(".show", uid=uid), 303)


@bp.post("/<uid:uid>/reject")
@access(*CUSTODIAN)
def reject(uid: str) -> ResponseReturnValue:
    """Turn a submitted image down."""
    with transaction() as session:
        row = queries.reference(session, uid)
        references.reject_reference(session, row, note=_note(), by=caller().uid, at=utcnow())
    flash(_("Turned down. It judges nothing."))
    return redirect(url_for(".show", uid=uid), 303)


@bp.post("/<uid:uid>/withdraw")
@access(*CUSTODIAN)
def withdraw(uid: str) -> ResponseReturnValue:
    """Take an approved image out of use."""
    at = utcnow()
    if wrong := _unproven(LegalAct.WITHDRAW_REFERENCE, uid, at):
        return wrong
    with transaction() as session:
        step_up.spend(session, LegalAct.WITHDRAW_REFERENCE, [uid], at)
        row = queries.reference(session, uid)
        references.withdraw_reference(session, row, note=_note(), by=caller().uid, at=at)
    flash(_("Withdrawn. The scales of this model are judged again."))
    return redirect(url_for(".show", uid=uid), 303)


def _unproven(purpose: LegalAct, uid: str, at: datetime) -> ResponseReturnValue | None:
    """Take a fresh proof; return the page that says what is wrong with it, if anything is."""
    try:
        step_up.confirm(purpose, [uid], request.form.get("code", ""), at)
    except step_up.ERRORS as error:
        with reading() as session:
            row = queries.reference(session, uid)
            return _page(session, row, str(step_up.said(error))), 422
    return None


def _note() -> str:
    return request.form.get("note", "").strip()[:NOTE]
