"""The page on which a place of trade is corrected."""

from functools import partial
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.configure import forms, queries, service
from app.configure.forms import Form
from app.configure.saving import refusal
from app.configure.service import FieldsError
from app.configure.service.places import is_settled
from app.db.session import utcnow
from app.domain.permissions import REGISTRARS
from app.models import Place
from app.web import edits
from app.web.access import access, caller, require_role
from app.web.database import reading, transaction

bp = Blueprint("corrections", __name__, url_prefix="/configure", template_folder="templates")

FIELDS: Final = {**forms.PLACE, edits.FIELD: edits.LONGEST}


@bp.get("/places/<uid:uid>/correction")
@access(*REGISTRARS)
def ask(uid: str) -> ResponseReturnValue:
    """Show what is on record of a place, to be corrected."""
    with reading() as session:
        place = _place(session, uid)
        return _page(session, place, forms.filled_place(place))


@bp.post("/places/<uid:uid>/correction")
@access(*REGISTRARS)
def save(uid: str) -> ResponseReturnValue:
    """Correct a place; what somebody else corrected in between is not written over."""
    form = Form.read(request.form, FIELDS)
    with transaction() as session:
        place = _place(session, uid)
        if is_settled(session, place):  # the page does not ask for them then
            standing = forms.filled_place(place).values
            form.values |= {name: standing[name] for name in ("region", "code")}

        def write() -> None:
            command = forms.new_place(form)
            if command is None:
                raise FieldsError
            edits.expect(session, form[edits.FIELD], lambda: forms.filled_place(place).values)
            if command.path != place.path:
                require_role(command.region_path, *REGISTRARS)
            service.change_place(session, place, command, by=caller().uid, at=utcnow())

        refused = refusal(form, partial(_page, session, place), write)
    return refused or redirect(url_for("register.place", uid=uid), 303)


def _place(session: Session, uid: str) -> Place:
    """Return the place where the caller keeps the register."""
    return queries.place_in(session, caller().scope(*REGISTRARS), uid)


def _page(session: Session, place: Place, form: Form, *, clashed: bool = False) -> str:
    stands = forms.filled_place(place).values
    clash = edits.prepare(session, place, form.values, stands, clashed=clashed)
    return render_template(
        "configure/place_correction.html",
        place=place,
        form=form,
        clash=clash,
        settled=is_settled(session, place),
        regions=[
            (one.path, one.name) for one in queries.regions(session, caller().scope(*REGISTRARS))
        ],
    )
