"""Pages of procurement batches: the list, one with its scales, and which scales came with it."""

from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.configure import batches, forms_batches, queries
from app.configure.forms import Form
from app.configure.saving import INVALID, refusal
from app.configure.service import FieldsError
from app.configure.service.procurement import Batch, assign, change_procurement, create_procurement
from app.db.scope import within
from app.db.session import utcnow
from app.domain.permissions import REGISTRARS
from app.domain.procurement import Funding
from app.domain.roles import Role
from app.models import IN_ORDER, Place, Procurement, Region, Scale
from app.web import edits
from app.web.access import READERS, access, caller, require_role
from app.web.database import reading, transaction
from app.web.paging import PAGE, fetch
from app.web.words.say import say

bp = Blueprint("procurement", __name__, url_prefix="/configure", template_folder="templates")


@bp.get("/procurement")
@access(*READERS)
def every() -> ResponseReturnValue:
    """List the batches, the newest first, and ask for another one."""
    return _list_page(Form())


@bp.post("/procurement")
@access(*REGISTRARS)
def add() -> ResponseReturnValue:
    """Register a batch."""
    form = Form.read(request.form, forms_batches.BATCH)
    try:
        with transaction() as session:
            command = _command(session, form)
            row = create_procurement(session, command, by=caller().uid, at=utcnow())
            return redirect(url_for("procurement.one", uid=row.uid), 303)
    except FieldsError as error:
        form.refuse(error)
    return _list_page(form), INVALID


@bp.get("/procurement/<uid:uid>")
@access(*READERS)
def one(uid: str) -> ResponseReturnValue:
    """Show a batch: what was ordered, what came, what serves; and its scales."""
    return _batch_page(uid, None)


@bp.post("/procurement/<uid:uid>")
@access(*REGISTRARS)
def change(uid: str) -> ResponseReturnValue:
    """Correct a batch; somebody else's correction in between is not written over."""
    form = Form.read(request.form, forms_batches.BATCH)

    def write() -> None:
        with transaction() as session:
            row = batches.batch_in(session, caller().scope(*REGISTRARS), uid)
            edits.expect(session, form[edits.FIELD], lambda: forms_batches.filled(row).values)
            command = _command(session, form)
            change_procurement(session, row, command, by=caller().uid, at=utcnow())

    refused = refusal(form, partial(_batch_page, uid), write)
    return refused or redirect(url_for("procurement.one", uid=uid), 303)


@bp.get("/procurement/<uid:uid>/scales")
@access(Role.MANAGER)
def ask_scales(uid: str) -> ResponseReturnValue:
    """List the scales without a batch that can have come with this one."""
    return _choice_page(uid, Form())


@bp.post("/procurement/<uid:uid>/scales")
@access(Role.MANAGER)
def add_scales(uid: str) -> ResponseReturnValue:
    """Say that the scales that were ticked came with this batch."""
    form = Form()
    try:
        with transaction() as session:
            batch = _batch(session, uid)
            for scale in _ticked(session):
                assign(session, scale, batch, by=caller().uid, at=utcnow())
        return redirect(url_for("procurement.one", uid=uid), 303)
    except FieldsError as error:
        form.refuse(error)
    return _choice_page(uid, form), INVALID


def _command(session: Session, form: Form) -> Batch:
    models = {model.uid: model for model in queries.models_by_name(session)}
    command = forms_batches.batch(form, models)
    if command is None:
        raise FieldsError
    require_role(command.path, *REGISTRARS)
    return command


def _batch(session: Session, uid: str) -> Procurement:
    """Return the batch, which may have been bought above the caller's market."""
    found = batches.named(session, caller().scope(), uid)
    return found or batches.batch_in(session, caller().scope(), uid)


def _ticked(session: Session) -> list[Scale]:
    asked = request.form.getlist("scale")[:PAGE]
    rows = select(Scale).where(within(Scale.path, caller().scope(Role.MANAGER)))
    return list(session.scalars(rows.where(Scale.uid.in_(asked)).options(joinedload(Scale.place))))


def _choices(session: Session, form: Form) -> dict[str, Any]:
    who = caller()
    keeps = who.scope(*REGISTRARS)
    places = session.scalars(queries.places(keeps).order_by(Place.path)).all()
    found: list[Region | Place] = [*queries.regions(session, keeps), *places]
    return {
        "form": form,
        "keeps": bool(found),
        "paths": [(row.path, row.name) for row in found],
        "fundings": [(one.value, say(one)) for one in Funding],
        "models": [
            (model.uid, f"{model.maker.name} {model.name} {model.type_approval_no}".strip())
            for model in queries.models_by_name(session)
        ],
        "lines": list(forms_batches.LINES),
    }


def _list_page(form: Form) -> str:
    with reading() as session:
        page = fetch(
            session,
            batches.batches(caller().scope()),
            (Procurement.uid,),
            request.args.get("after"),
            newest_first=True,
        )
        return render_template(
            "configure/procurements.html",
            page=page,
            came=batches.came(session, page.items),
            names=batches.names(session, [row.path for row in page.items]),
            **_choices(session, form),
        )


def _batch_page(uid: str, form: Form | None, *, clashed: bool = False) -> str:
    with reading() as session:
        row = _batch(session, uid)
        stands = forms_batches.filled(row)
        form = form or stands
        together = forms_batches.TOGETHER
        clash = edits.prepare(
            session, row, form.values, stands.values, clashed=clashed, together=together
        )
        scales = fetch(
            session,
            batches.of_batch(row, caller().scope()),
            IN_ORDER,
            request.args.get("after"),
        )
        return render_template(
            "configure/procurement.html",
            batch=row,
            items=batches.lines(session, row),
            scales=scales,
            where=batches.names(session, [row.path]).get(row.path, ""),
            may_change=bool(caller().roles_at(row.path) & set(REGISTRARS)),
            may_assign=Role.MANAGER in caller().roles,
            clash=clash,
            **_choices(session, form),
        )


def _choice_page(uid: str, form: Form) -> str:
    with reading() as session:
        row = _batch(session, uid)
        page = fetch(
            session,
            batches.without_batch(row, caller().scope(Role.MANAGER)),
            IN_ORDER,
            request.args.get("after"),
        )
        return render_template(
            "configure/procurement_scales.html",
            batch=row,
            page=page,
            form=form,
            ticked=request.form.getlist("scale"),
        )
