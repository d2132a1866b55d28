"""Pages of entry agreements: those that run out, one of them, a new one at its place."""

from functools import partial
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.configure import agreements, forms, queries
from app.configure.forms import Form
from app.configure.saving import INVALID, refusal
from app.configure.service import FieldsError
from app.configure.service.agreements import (
    Signed,
    change_agreement,
    create_agreement,
    end_agreement,
    keep_document,
)
from app.configure.service.errors import Fault
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import REGISTRARS
from app.models import Agreement, Place, Stall, Trader
from app.web import edits
from app.web.access import READERS, access, caller
from app.web.database import installation, reading, transaction
from app.web.errors import status_of
from app.web.paging import fetch
from app.web.refusals import of_code
from app.web.uploads import (
    PHOTO_SIZE,
    BadPhotoError,
    UploadMissingError,
    UploadTooLargeError,
    draw_anew,
    read_limited,
)

bp = Blueprint("agreements", __name__, url_prefix="/configure", template_folder="templates")

FIELDS: Final = {
    "trader": 36,
    "number": 40,
    "signed_on": 10,
    "until": 10,
    "commitment_on": 10,
    "ended_on": 10,
    edits.FIELD: edits.LONGEST,
}


@bp.get("/agreements")
@access(*READERS)
def ending() -> ResponseReturnValue:
    """List the agreements that run out soon, or ran out and were not renewed."""
    today = local_date(utcnow())
    with reading() as session:
        page = fetch(
            session,
            agreements.ending(caller().scope(), today),
            (Agreement.path, Agreement.uid),
            request.args.get("after"),
        )
        return render_template(
            "configure/agreements.html", page=page, term=agreements.term, today=today
        )


@bp.get("/places/<uid:uid>/agreements")
@access(*READERS)
def of_place(uid: str) -> ResponseReturnValue:
    """List the agreements of a place, and ask for another one."""
    return _place_page(uid, Form())


@bp.post("/places/<uid:uid>/agreements")
@access(*REGISTRARS)
def add(uid: str) -> ResponseReturnValue:
    """Put an agreement on record."""
    form = Form.read(request.form, FIELDS)
    try:
        with transaction() as session:
            place = queries.place_in(session, caller().scope(*REGISTRARS), uid)
            trader = _named(queries.traders_of(session, place), form["trader"])
            command = _command(session, form, place, trader)
            row = create_agreement(session, command, by=caller().uid, at=utcnow())
            return redirect(url_for("agreements.one", uid=row.uid), 303)
    except FieldsError as error:
        form.refuse(error)
    return _place_page(uid, form), INVALID


@bp.get("/agreements/<uid:uid>")
@access(*READERS)
def one(uid: str) -> ResponseReturnValue:
    """Show an agreement, and ask for corrections."""
    return _page(uid, None)


@bp.post("/agreements/<uid:uid>")
@access(*REGISTRARS)
def change(uid: str) -> ResponseReturnValue:
    """Correct an agreement; somebody else's correction in between is not written over."""
    form = _typed()

    def write() -> None:
        with transaction() as session:
            row = agreements.agreement_in(session, caller().scope(*REGISTRARS), uid)
            edits.expect(session, form[edits.FIELD], lambda: _filled(row).values)
            command = _command(session, form, row.place, row.trader)
            change_agreement(session, row, command, by=caller().uid, at=utcnow())

    refused = refusal(form, partial(_page, uid), write)
    return refused or redirect(url_for("agreements.one", uid=uid), 303)


@bp.post("/agreements/<uid:uid>/end")
@access(*REGISTRARS)
def end(uid: str) -> ResponseReturnValue:
    """Record that an agreement ended before its time."""
    form = Form.read(request.form, FIELDS)
    ended_on = form.day("ended_on")
    if ended_on is None:
        form.fault("ended_on", Fault.MISSING)
        return _page(uid, form), INVALID
    try:
        with transaction() as session:
            row = agreements.agreement_in(session, caller().scope(*REGISTRARS), uid)
            end_agreement(session, row, ended_on, by=caller().uid, at=utcnow())
        return redirect(url_for("agreements.one", uid=uid), 303)
    except FieldsError as error:
        form.refuse(error)
    return _page(uid, form), INVALID


@bp.post("/agreements/<uid:uid>/document")
@access(*REGISTRARS)
def save_document(uid: str) -> ResponseReturnValue:
    """Keep a picture of the signed document, drawn anew."""
    found, form = request.files.get("document"), Form()
    try:
        if found is None:
            raise UploadMissingError("no file came with the form")  # noqa: TRY301 - told at the field
        picture = draw_anew(read_limited(found.stream, PHOTO_SIZE))
    except (UploadMissingError, UploadTooLargeError, BadPhotoError) as error:
        form.errors["document"] = of_code(error.code).said
        return _page(uid, form), status_of(error.code)
    with transaction() as session:
        row = agreements.agreement_in(session, caller().scope(*REGISTRARS), uid)
        digest = installation().blobs.put(picture.data)
        keep_document(session, row, digest, by=caller().uid, at=utcnow())
    return redirect(url_for("agreements.one", uid=uid), 303)


@bp.get("/agreements/<uid:uid>/document")
@access(*REGISTRARS)
def document(uid: str) -> ResponseReturnValue:
    """Return the picture of the signed document: names and signatures, for registrars alone."""
    with reading() as session:
        digest = agreements.agreement_in(session, caller().scope(*REGISTRARS), uid).document
    data = installation().blobs.get(digest) if digest else None
    if data is None:
        return Response(status=404)
    return Response(data, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _named(rows: Any, uid: str) -> Any:  # noqa: ANN401 - traders or stalls
    return next((row for row in rows if row.uid == uid), None)


def _command(session: Session, form: Form, place: Place, trader: Trader | None) -> Signed:
    signed_on = form.day("signed_on")
    if trader is None:
        form.fault("trader", Fault.NOT_HERE)
    if signed_on is None:
        form.fault("signed_on", Fault.MISSING)
    asked = set(request.form.getlist("stalls"))
    stalls: list[Stall] = [one for one in queries.stalls_of(session, place) if one.uid in asked]
    until, commitment_on = form.day("until"), form.day("commitment_on")
    if trader is None or signed_on is None or form.errors:
        raise FieldsError
    return Signed(
        trader=trader,
        stalls=tuple(stalls),
        number=form["number"],
        signed_on=signed_on,
        until=until,
        commitment_on=commitment_on,
    )


def _filled(row: Agreement) -> Form:
    days = {name: getattr(row, name) for name in ("signed_on", "until", "commitment_on")}
    values = {name: day.isoformat() if day else "" for name, day in days.items()}
    stalls = " ".join(sorted(one.stall.uid for one in row.stalls))
    return Form({**values, "number": row.number, "stalls": stalls})


def _typed() -> Form:
    form = Form.read(request.form, FIELDS)
    form.values["stalls"] = " ".join(sorted(set(request.form.getlist("stalls"))))
    return form


def _place_page(uid: str, form: Form) -> str:
    with reading() as session:
        place = queries.place_in(session, caller().scope(), uid)
        return render_template(
            "configure/place_agreements.html",
            place=place,
            rows=agreements.of_place(session, place),
            traders=[(one.uid, one.name) for one in queries.traders_of(session, place)],
            stalls=queries.stalls_of(session, place),
            ticked=request.form.getlist("stalls"),
            form=form,
            keeps=bool(caller().roles_at(place.path) & set(REGISTRARS)),
            term=agreements.term,
            today=local_date(utcnow()),
        )


def _page(uid: str, form: Form | None, *, clashed: bool = False) -> str:
    with reading() as session:
        row = agreements.agreement_in(session, caller().scope(), uid)
        form = form if form and "stalls" in form.values else _merged(row, form)
        clash = edits.prepare(session, row, form.values, _filled(row).values, clashed=clashed)
        return render_template(
            "configure/agreement.html",
            row=row,
            form=form,
            clash=clash,
            stalls=queries.stalls_of(session, row.place),
            ticked=form["stalls"].split(),
            keeps=bool(caller().roles_at(row.path) & set(REGISTRARS)),
            masked=forms.masked,
            term=agreements.term(row, local_date(utcnow())),
            today=local_date(utcnow()),
        )


def _merged(row: Agreement, form: Form | None) -> Form:
    """Return the row's own fields with the errors of another form of the page."""
    found = _filled(row)
    found.errors = form.errors if form else {}
    return found
