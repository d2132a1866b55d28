"""Pages of places of trade, with their stalls and traders."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.configure import agreements, forms, queries, service
from app.configure.forms import Form
from app.configure.service import FieldsError
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import OFFICE_KEEPERS, REGISTRARS
from app.domain.suitability import goods_from
from app.models import Place
from app.web.access import READERS, access, caller, require_role
from app.web.database import reading, transaction
from app.web.paging import fetch
from app.web.words import goods

bp = Blueprint("register", __name__, url_prefix="/configure", template_folder="templates")

INVALID: Final = 422


@bp.get("/places")
@access(*READERS)
def places() -> ResponseReturnValue:
    """List the places of trade, and ask for another one."""
    return _places_page(Form())


@bp.post("/places")
@access(*REGISTRARS)
def add_place() -> ResponseReturnValue:
    """Register a place of trade."""
    form = Form.read(request.form, forms.PLACE)
    command = forms.new_place(form)
    if command is not None:
        require_role(command.region_path, *REGISTRARS)
        try:
            with transaction() as session:
                row = service.create_place(session, command, by=caller().uid, at=utcnow())
                return redirect(url_for("register.place", uid=row.uid), 303)
        except FieldsError as error:
            form.refuse(error)
    return _places_page(form), INVALID


@bp.get("/places/<uid:uid>")
@access(*READERS)
def place(uid: str) -> ResponseReturnValue:
    """Show a place with its stalls and traders."""
    return _place_page(uid, Form(), Form())


@bp.post("/places/<uid:uid>/stalls")
@access(*REGISTRARS)
def add_stall(uid: str) -> ResponseReturnValue:
    """Register a stall."""
    form = Form.read(request.form, forms.STALL)

    def add(session: Session, at_place: Place) -> None:
        command = service.NewStall(
            place=at_place,
            number=form["number"],
            goods=form["goods"],
            goods_classes=goods_from(" ".join(request.form.getlist("goods_classes"))),
        )
        service.create_stall(session, command, by=caller().uid, at=utcnow())

    if _added(uid, form, add):
        return redirect(url_for("register.place", uid=uid, _anchor="stalls"), 303)
    return _place_page(uid, form, Form()), INVALID


@bp.post("/places/<uid:uid>/traders")
@access(*REGISTRARS)
def add_trader(uid: str) -> ResponseReturnValue:
    """Register a trader."""
    form = Form.read(request.form, forms.TRADER)

    def add(session: Session, at_place: Place) -> None:
        command = service.NewTrader(place=at_place, name=form["name"], phone=form["phone"])
        service.create_trader(session, command, by=caller().uid, at=utcnow())

    if _added(uid, form, add):
        return redirect(url_for("register.place", uid=uid, _anchor="traders"), 303)
    return _place_page(uid, Form(), form), INVALID


def _added(uid: str, form: Form, add: Callable[[Session, Place], None]) -> bool:
    if form.errors:
        return False
    try:
        with transaction() as session:
            found = queries.place_in(session, caller().scope(*REGISTRARS), uid)
            add(session, found)
    except FieldsError as error:
        form.refuse(error)
        return False
    return True


def _places_page(form: Form) -> str:
    who = caller()
    with reading() as session:
        page = fetch(
            session,
            queries.places(who.scope()),
            (Place.path, Place.uid),
            request.args.get("after"),
        )
        keeps = who.scope(*REGISTRARS)
        return render_template(
            "configure/places.html",
            form=form,
            page=page,
            numbers=queries.numbers(session, page.items),
            regions=[(one.path, one.name) for one in queries.regions(session, keeps)],
            keeps_offices=bool(who.roles & set(OFFICE_KEEPERS)),
        )


def _place_page(uid: str, stall: Form, trader: Form) -> str:
    who = caller()
    with reading() as session:
        found = queries.place_in(session, who.scope(), uid)
        return render_template(
            "configure/place.html",
            place=found,
            stalls=queries.stalls_of(session, found),
            traders=queries.traders_of(session, found),
            states=agreements.states_of(session, found),
            uncovered=agreements.uncovered(session, found, local_date(utcnow())),
            keeps=bool(who.roles_at(found.path) & set(REGISTRARS)),
            stall=stall,
            masked=forms.masked,
            goods=goods,
            ticked=request.form.getlist("goods_classes"),
            trader=trader,
        )
