"""Codes of other systems: adopted on the page of a scale, or straight from a scan."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import search
from app.configure import queries
from app.configure.forms import Form
from app.configure.service import FieldsError
from app.configure.service.codes import LONGEST, NewCode, OwnTagError, adopt_code, give_up_code
from app.db.session import utcnow
from app.domain.roles import Role
from app.models import Code, CodeKind, Scale
from app.web.access import access, caller, require_role
from app.web.database import installation, reading, transaction
from app.web.refusals import of_code

bp = Blueprint("codes", __name__, url_prefix="/configure", template_folder="templates")

INVALID: Final = 422
FIELDS: Final = {"value": 1000, "kind": 10, "scale": 40}


@bp.get("/scales/<uid:uid>/codes")
@access(Role.MANAGER)
def of_scale(uid: str) -> ResponseReturnValue:
    """Show the codes of a scale, and ask for another one."""
    with reading() as session:
        return _page(queries.scale_in(session, caller().scope(Role.MANAGER), uid), Form())


@bp.post("/scales/<uid:uid>/codes")
@access(Role.MANAGER)
def adopt(uid: str) -> ResponseReturnValue:
    """Adopt a code on this scale."""
    form = Form.read(request.form, FIELDS)
    with transaction() as session:
        scale = queries.scale_in(session, caller().scope(Role.MANAGER), uid)
        if _adopt(session, scale, form):
            return redirect(url_for("manage.scale", uid=uid, _anchor="codes"), 303)
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(Role.MANAGER), uid)
        return _page(scale, form), INVALID


@bp.post("/codes")
@access(Role.MANAGER)
def adopt_scanned() -> ResponseReturnValue:
    """Adopt a code that was scanned, on the scale whose number is typed beside it."""
    form = Form.read(request.form, FIELDS)
    with transaction() as session:
        scope = caller().scope(Role.MANAGER)
        found = session.scalars(search.numbered(form["scale"], scope)).all()
        if len(found) != 1:
            form.errors["scale"] = _("There is no single scale of this number here.")
        elif _adopt(session, found[0], form):
            return redirect(url_for("manage.scale", uid=found[0].uid, _anchor="codes"), 303)
    return _page(None, form), INVALID


@bp.post("/scales/<uid:uid>/codes/<uid:code>/give-up")
@access(Role.MANAGER)
def give_up(uid: str, code: str) -> ResponseReturnValue:
    """Note that a code is gone from the scale."""
    with transaction() as session:
        scale = queries.scale_in(session, caller().scope(Role.MANAGER), uid)
        require_role(scale.path, Role.MANAGER)
        wanted = select(Code).where(Code.uid == code, Code.scale_id == scale.id)
        give_up_code(session, session.scalars(wanted).one(), by=caller().uid, at=utcnow())
    return redirect(url_for("manage.scale", uid=uid, _anchor="codes"), 303)


def _adopt(session: Session, scale: Scale, form: Form) -> bool:
    """Adopt what the form holds; what is wrong with it is noted at its field."""
    require_role(scale.path, Role.MANAGER)
    kind = form.one_of("kind", CodeKind, CodeKind.CITY)
    if form.errors:
        return False
    host = installation().settings.host
    command = NewCode(kind, form["value"], host)
    try:
        adopt_code(session, scale, command, by=caller().uid, at=utcnow())
    except FieldsError as error:
        form.refuse(error)
    except OwnTagError as error:
        form.errors["value"] = of_code(error.code).said
    return not form.errors


def _page(scale: Scale | None, form: Form) -> str:
    return render_template(
        "configure/codes.html", scale=scale, form=form, longest=LONGEST, kinds=kinds()
    )


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of codes that are adopted, in words."""
    return [(CodeKind.CITY.value, _("city code")), (CodeKind.MAKER.value, _("maker's code"))]
