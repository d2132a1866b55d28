"""The page on which a trader's name or telephone number is put right."""

from functools import partial
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.configure import forms, queries
from app.configure.forms import Form
from app.configure.saving import refusal
from app.configure.service.stallholders import correct_trader
from app.db.session import utcnow
from app.domain.permissions import REGISTRARS
from app.models import Trader
from app.web import edits
from app.web.access import access, caller
from app.web.database import reading, transaction

bp = Blueprint("traders", __name__, url_prefix="/configure", template_folder="templates")

FIELDS: Final = {**forms.TRADER, edits.FIELD: edits.LONGEST}


@bp.get("/traders/<uid:uid>/correction")
@access(*REGISTRARS)
def ask(uid: str) -> ResponseReturnValue:
    """Ask for the name, and for another telephone number if there is one."""
    with reading() as session:
        trader = _trader(session, uid)
        return _page(session, trader, Form({"name": trader.name}))


@bp.post("/traders/<uid:uid>/correction")
@access(*REGISTRARS)
def save(uid: str) -> ResponseReturnValue:
    """Correct it; what somebody else corrected in between is not written over."""
    form = Form.read(request.form, FIELDS)
    with transaction() as session:
        trader = _trader(session, uid)

        def write() -> None:
            form.hold()
            edits.expect(session, form[edits.FIELD], lambda: _stands(trader))
            given = (form["name"], form["phone"])
            correct_trader(session, trader, *given, by=caller().uid, at=utcnow())

        refused = refusal(form, partial(_page, session, trader), write)
        where = url_for("register.place", uid=trader.place.uid, _anchor="traders")
    return refused or redirect(where, 303)


def _trader(session: Session, uid: str) -> Trader:
    """Return the trader where the caller keeps the register; one who was erased is gone."""
    found = queries.traders(caller().scope(*REGISTRARS))
    return session.scalars(found.where(Trader.uid == uid, Trader.secret.is_not(None))).one()


def _stands(trader: Trader) -> dict[str, str]:
    """Return the name, and of the number what may be seen."""
    return {"name": trader.name, "known_phone": forms.masked(trader.phone)}


def _page(session: Session, trader: Trader, form: Form, *, clashed: bool = False) -> str:
    clash = edits.prepare(session, trader, form.values, _stands(trader), clashed=clashed)
    return render_template(
        "configure/trader.html",
        trader=trader,
        known=forms.masked(trader.phone),
        form=form,
        clash=clash,
    )
