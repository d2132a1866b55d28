"""The page on which somebody says what a stall sells, and puts its number right."""

from functools import partial
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.configure import forms, queries, service
from app.configure.forms import Form
from app.configure.saving import refusal
from app.configure.service.stallholders import renumber_stall
from app.db.session import utcnow
from app.domain.permissions import REGISTRARS
from app.domain.suitability import goods_from, goods_text
from app.models import Stall
from app.web import edits
from app.web.access import access, caller
from app.web.database import reading, transaction
from app.web.words import goods

bp = Blueprint("goods", __name__, url_prefix="/configure", template_folder="templates")

FIELDS: Final = {**forms.STALL, edits.FIELD: edits.LONGEST}


@bp.get("/stalls/<uid:uid>/goods")
@access(*REGISTRARS)
def edit(uid: str) -> ResponseReturnValue:
    """Ask what the stall sells."""
    with reading() as session:
        stall = _stall(session, uid)
        return _page(session, stall, Form(_stands(stall)))


@bp.post("/stalls/<uid:uid>/goods")
@access(*REGISTRARS)
def save(uid: str) -> ResponseReturnValue:
    """Record it; what somebody else recorded in between is not written over."""
    form = Form.read(request.form, FIELDS)
    classes = goods_from(" ".join(request.form.getlist("goods_classes")))
    form.values["goods_classes"] = goods_text(classes)
    with transaction() as session:
        stall = _stall(session, uid)

        def write() -> None:
            form.hold()
            edits.expect(session, form[edits.FIELD], lambda: _stands(stall))
            renumber_stall(session, stall, form["number"], by=caller().uid, at=utcnow())
            command = service.Goods(form["goods"], classes)
            service.record_goods(session, stall, command, by=caller().uid, at=utcnow())

        refused = refusal(form, partial(_page, session, stall), write)
        where = url_for("register.place", uid=stall.place.uid, _anchor="stalls")
    return refused or redirect(where, 303)


def _stall(session: Session, uid: str) -> Stall:
    """Return the stall where the caller keeps the register."""
    found = queries.stalls(caller().scope(*REGISTRARS)).where(Stall.uid == uid)
    return session.scalars(found).one()


def _stands(stall: Stall) -> dict[str, str]:
    return {
        "number": stall.number,
        "goods": stall.goods,
        "goods_classes": stall.goods_classes,
    }


def _page(session: Session, stall: Stall, form: Form, *, clashed: bool = False) -> str:
    clash = edits.prepare(session, stall, form.values, _stands(stall), clashed=clashed)
    return render_template(
        "configure/goods.html",
        stall=stall,
        form=form,
        clash=clash,
        choices=goods.choices(),
        ticked=form["goods_classes"].split(),
    )
