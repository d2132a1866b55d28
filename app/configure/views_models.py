"""Pages of makers and models: the list, a new one, and one to look at and correct."""

from functools import partial
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.configure import forms_models, queries, service
from app.configure.forms import Form
from app.configure.replacement.service import rule_of
from app.configure.saving import INVALID, refusal
from app.configure.service import FieldsError
from app.configure.service.catalogue import change_model
from app.configure.service.errors import Fault
from app.db.session import utcnow
from app.domain.evidence import Level
from app.domain.permissions import CATALOGUERS
from app.domain.regions import RegionKind
from app.domain.scale_types import AccuracyClass, TypeGeneration
from app.models import Maker, ScaleModel
from app.web import edits
from app.web.access import READERS, access, caller
from app.web.database import reading, transaction
from app.web.words.say import say

bp = Blueprint("models", __name__, url_prefix="/configure", template_folder="templates")

START: Final = {"required_level": "0", "evidence_days": "180"}


@bp.get("/models")
@access(*READERS)
def every() -> ResponseReturnValue:
    """List makers and models, and ask for another one."""
    return _list_page(Form(dict(START)))


@bp.post("/models")
@access(*CATALOGUERS)
def add() -> ResponseReturnValue:
    """Register a model; its maker too, where nobody has made one before."""
    form = _form()
    try:
        with transaction() as session:
            command = _command(session, form)
            model = service.create_model(session, command, by=caller().uid, at=utcnow())
            return redirect(url_for("models.one", uid=model.uid), 303)
    except FieldsError as error:
        form.refuse(error)
    return _list_page(form), INVALID


@bp.get("/models/<uid:uid>")
@access(*READERS)
def one(uid: str) -> ResponseReturnValue:
    """Show a model with its type approval, and ask for corrections."""
    return _model_page(uid, None)


@bp.post("/models/<uid:uid>")
@access(*CATALOGUERS)
def change(uid: str) -> ResponseReturnValue:
    """Correct a model; somebody else's correction in between is not written over."""
    form = _form()

    def write() -> None:
        with transaction() as session:
            model = session.scalars(queries.models().where(ScaleModel.uid == uid)).one()
            edits.expect(session, form[edits.FIELD], lambda: forms_models.filled(model).values)
            command = _command(session, form)
            change_model(session, model, command, by=caller().uid, at=utcnow())

    refused = refusal(form, partial(_model_page, uid), write)
    return refused or redirect(url_for("models.one", uid=uid), 303)


def _form() -> Form:
    form = Form.read(request.form, forms_models.MODEL)
    if not form["maker"]:
        form.fault("maker", Fault.MISSING)
    return form


def _command(session: Session, form: Form) -> service.NewModel:
    """Return the model as it was typed, its maker registered where it is new."""
    maker = queries.maker_named(session, form["maker"])
    if maker is None and not form.errors:
        maker = _new_maker(session, form["maker"])
    command = forms_models.new_model(form, maker) if maker else None
    if command is None:
        raise FieldsError
    return command


def _new_maker(session: Session, name: str) -> Maker:
    return service.create_maker(session, service.NewMaker(name), by=caller().uid, at=utcnow())


def _choices() -> dict[str, Any]:
    return {
        "may_add": bool(caller().roles & set(CATALOGUERS)),
        "classes": [(one.value, one.value) for one in AccuracyClass],
        "generations": [(one.value, say(one)) for one in TypeGeneration],
        "levels": [(str(int(level)), f"{level.name} {say(level)}") for level in Level],
        "region_kinds": [(kind.value, say(kind)) for kind in RegionKind],
        "region_lines": list(forms_models.LINES),
    }


def _list_page(form: Form) -> str:
    with reading() as session:
        return render_template(
            "configure/models.html",
            form=form,
            models=queries.models_by_name(session),
            **_choices(),
        )


def _model_page(uid: str, form: Form | None, *, clashed: bool = False) -> str:
    with reading() as session:
        model = session.scalars(queries.models().where(ScaleModel.uid == uid)).one()
        stands = forms_models.filled(model)
        form = form or stands
        together = forms_models.TOGETHER
        clash = edits.prepare(
            session, model, form.values, stands.values, clashed=clashed, together=together
        )
        return render_template(
            "configure/model.html",
            model=model,
            form=form,
            clash=clash,
            rule=rule_of(session, (model.generation, model.networked)),
            scales=queries.numbers_of_model(session, model, caller().scope()),
            **_choices(),
        )
