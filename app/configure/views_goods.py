"""The page on which somebody says what a stall sells."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.configure import queries, service
from app.configure.forms import Form
from app.db.session import utcnow
from app.domain.permissions import REGISTRARS
from app.domain.suitability import goods_from
from app.models import Stall
from app.web.access import access, caller
from app.web.database import reading, transaction
from app.web.words import goods

bp = Blueprint("goods", __name__, url_prefix="/configure", template_folder="templates")

INVALID: Final = 422
FIELDS: Final = {"goods": 60}


@bp.get("/stalls/<uid:uid>/goods")
@access(*REGISTRARS)
def edit(uid: str) -> ResponseReturnValue:
    """Ask what the stall sells."""
    with reading() as session:
        stall = _stall(session, uid)
        return _page(stall, Form({"goods": stall.goods}), stall.goods_classes.split())


@bp.post("/stalls/<uid:uid>/goods")
@access(*REGISTRARS)
def save(uid: str) -> ResponseReturnValue:
    """Record it."""
    form = Form.read(request.form, FIELDS)
    ticked = request.form.getlist("goods_classes")
    with transaction() as session:
        stall = _stall(session, uid)
        if form.errors:
            return _page(stall, form, ticked), INVALID
        command = service.Goods(form["goods"], goods_from(" ".join(ticked)))
        service.record_goods(session, stall, command, by=caller().uid, at=utcnow())
        where = url_for("register.place", uid=stall.place.uid, _anchor="stalls")
    return redirect(where, 303)


def _stall(session: Session, uid: str) -> Stall:
    """Return the stall where the caller keeps the register."""
    found = queries.stalls(caller().scope(*REGISTRARS)).where(Stall.uid == uid)
    return session.scalars(found).one()


def _page(stall: Stall, form: Form, ticked: list[str]) -> str:
    return render_template(
        "configure/goods.html",
        stall=stall,
        form=form,
        choices=goods.choices(),
        ticked=ticked,
    )
