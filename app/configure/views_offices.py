"""Pages of the offices (市场监管所) below a county: the list, another one, a name put right."""

from functools import partial
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.configure import forms, queries
from app.configure.forms import Form
from app.configure.saving import INVALID, refusal
from app.configure.service import FieldsError
from app.configure.service.errors import Fault
from app.configure.service.regions import create_office, rename_region
from app.db.session import utcnow
from app.domain.permissions import OFFICE_KEEPERS
from app.models import Region
from app.web import edits
from app.web.access import access, caller, require_role
from app.web.database import reading, transaction
from app.web.paging import fetch

bp = Blueprint("offices", __name__, url_prefix="/configure", template_folder="templates")

NAME: Final = {"name": 120, edits.FIELD: edits.LONGEST}


@bp.get("/offices")
@access(*OFFICE_KEEPERS)
def every() -> ResponseReturnValue:
    """List the offices by county, and ask for another one."""
    return _list_page(Form())


@bp.post("/offices")
@access(*OFFICE_KEEPERS)
def add() -> ResponseReturnValue:
    """Add an office below a county of the caller's."""
    form = Form.read(request.form, forms.OFFICE)
    for name, fault in (("county", Fault.NOT_HERE), ("code", Fault.MISSING)):
        if not form[name]:
            form.fault(name, fault)
    if not form.errors:
        require_role(form["county"], *OFFICE_KEEPERS)
        given = (form["county"], form["code"], form["name"])
        try:
            with transaction() as session:
                create_office(session, *given, by=caller().uid, at=utcnow())
            return redirect(url_for("offices.every"), 303)
        except FieldsError as error:
            form.refuse(error)
    return _list_page(form), INVALID


@bp.get("/offices/<uid:uid>")
@access(*OFFICE_KEEPERS)
def one(uid: str) -> ResponseReturnValue:
    """Show an office, its name to be corrected."""
    with reading() as session:
        office = _office(session, uid)
        return _page(session, office, Form(_stands(office)))


@bp.post("/offices/<uid:uid>")
@access(*OFFICE_KEEPERS)
def change(uid: str) -> ResponseReturnValue:
    """Correct the name of an office."""
    form = Form.read(request.form, NAME)
    with transaction() as session:
        office = _office(session, uid)

        def write() -> None:
            form.hold()
            edits.expect(session, form[edits.FIELD], lambda: _stands(office))
            rename_region(session, office, form["name"], by=caller().uid, at=utcnow())

        refused = refusal(form, partial(_page, session, office), write)
    return refused or redirect(url_for("offices.every"), 303)


def _office(session: Session, uid: str) -> Region:
    return queries.office_in(session, caller().scope(*OFFICE_KEEPERS), uid)


def _stands(office: Region) -> dict[str, str]:
    return {"name": office.name}


def _list_page(form: Form) -> str:
    with reading() as session:
        scope = caller().scope(*OFFICE_KEEPERS)
        page = fetch(
            session,
            queries.offices(scope),
            (Region.path,),
            request.args.get("after"),
        )
        counties = queries.counties(session, scope)
        return render_template(
            "configure/offices.html",
            form=form,
            page=page,
            counties=[(one.path, one.name) for one in counties],
            names={one.path: one.name for one in counties},
            places=queries.places_in_regions(session, page.items),
        )


def _page(session: Session, office: Region, form: Form, *, clashed: bool = False) -> str:
    clash = edits.prepare(session, office, form.values, _stands(office), clashed=clashed)
    return render_template("configure/office.html", office=office, form=form, clash=clash)
