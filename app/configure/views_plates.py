"""The page on which the register is put right about a scale: number, role, plate, batch."""

from functools import partial
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.configure import batches, forms, queries
from app.configure.forms import Form
from app.configure.saving import refusal
from app.configure.service import FieldsError
from app.configure.service.errors import Fault
from app.configure.service.plates import ROLE_OPEN, Plate, correct_plate, is_named
from app.db.session import utcnow
from app.domain.lifecycle import ScaleRole
from app.domain.roles import Role
from app.models import Scale
from app.web import edits
from app.web.access import access, caller
from app.web.database import reading, transaction
from app.web.words.say import say

bp = Blueprint("plates", __name__, url_prefix="/configure", template_folder="templates")

FIELDS: Final = {**forms.PLATE, edits.FIELD: edits.LONGEST}


@bp.get("/scales/<uid:uid>/plate")
@access(Role.MANAGER)
def ask(uid: str) -> ResponseReturnValue:
    """Show what the register says of a scale, to be corrected."""
    with reading() as session:
        scale = _scale(session, uid)
        return _page(session, scale, Form(_stands(scale)))


@bp.post("/scales/<uid:uid>/plate")
@access(Role.MANAGER)
def save(uid: str) -> ResponseReturnValue:
    """Correct it; what somebody else corrected in between is not written over."""
    form = Form.read(request.form, FIELDS)
    with transaction() as session:
        scale = _scale(session, uid)
        form.values |= {name: _stands(scale)[name] for name in _closed(session, scale)}

        def write() -> None:
            command = _command(session, form)
            edits.expect(session, form[edits.FIELD], lambda: _stands(scale))
            correct_plate(session, scale, command, by=caller().uid, at=utcnow())

        refused = refusal(form, partial(_page, session, scale), write)
    return refused or redirect(url_for("manage.scale", uid=uid, _anchor="codes"), 303)


def _scale(session: Session, uid: str) -> Scale:
    return queries.scale_in(session, caller().scope(Role.MANAGER), uid)


def _closed(session: Session, scale: Scale) -> list[str]:
    """Return the fields that the page shows and does not ask for."""
    found = ["model", "serial_no"] if is_named(session, scale) else []
    return found if scale.state in ROLE_OPEN else [*found, "role"]


def _command(session: Session, form: Form) -> Plate:
    made_on, role = form.day("made_on"), form.one_of("role", ScaleRole, ScaleRole.TRADE)
    model = queries.model_named(session, form["model"])
    batch = batches.named(session, caller().scope(Role.MANAGER), form["batch"])
    if model is None:
        form.fault("model", Fault.NOT_HERE)
    if batch is None and form["batch"]:
        form.fault("batch", Fault.NOT_HERE)
    if model is None or form.errors:
        raise FieldsError
    plain = {name: form[name] for name in ("serial_no", "market_no", "software_id")}
    return Plate(model=model, role=role, made_on=made_on, batch=batch, **plain)


def _stands(scale: Scale) -> dict[str, str]:
    return {
        "model": scale.model.uid,
        "serial_no": scale.serial_no,
        "market_no": scale.market_no,
        "role": scale.role.value,
        "software_id": scale.software_id,
        "made_on": scale.made_on.isoformat() if scale.made_on else "",
        "batch": scale.procurement.uid if scale.procurement else "",
    }


def _page(session: Session, scale: Scale, form: Form, *, clashed: bool = False) -> str:
    clash = edits.prepare(session, scale, form.values, _stands(scale), clashed=clashed)
    return render_template(
        "configure/plate.html",
        scale=scale,
        number=scale.market_no or scale.serial_no,
        form=form,
        clash=clash,
        closed=_closed(session, scale),
        roles=[(role.value, say(role)) for role in ScaleRole],
        **_choices(session, scale),
    )


def _choices(session: Session, scale: Scale) -> dict[str, Any]:
    found = {one.uid: one for one in batches.newest(session, caller().scope(Role.MANAGER))}
    if scale.procurement is not None:
        found[scale.procurement.uid] = scale.procurement
    return {
        "models": [
            (one.uid, f"{one.maker.name} {one.name} {one.type_approval_no}".strip())
            for one in queries.models_by_name(session)
        ],
        "batches": [(uid, f"{one.document_no} · {one.supplier}") for uid, one in found.items()],
    }
