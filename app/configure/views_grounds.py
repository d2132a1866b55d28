"""Pages of what scales lack: one scale's three codes and seal, and all whose grounds ran out."""

from functools import partial
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.configure import forms, grounds, queries
from app.configure.forms import Form
from app.configure.saving import INVALID, refusal
from app.configure.service import FieldsError
from app.configure.service.errors import Fault
from app.configure.service.grounds import change_parts, give_grounds
from app.db.scope import within
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.gaps import Gap, Ground, Part
from app.domain.roles import Role
from app.models import IN_ORDER, Scale, ScaleModel
from app.standing import gaps
from app.web import edits
from app.web.access import READERS, access, caller
from app.web.database import reading, transaction
from app.web.paging import PAGE, fetch

bp = Blueprint("grounds", __name__, url_prefix="/configure", template_folder="templates")

FIELDS: Final = {**forms.PARTS, edits.FIELD: edits.LONGEST}
GIVEN: Final = {"ground": 20, "until": 10, "gap_remark": 200}


@bp.get("/scales/<uid:uid>/grounds")
@access(Role.MANAGER)
def of_scale(uid: str) -> ResponseReturnValue:
    """Show the codes of a scale, and why others are missing."""
    return _scale_page(uid, None)


@bp.post("/scales/<uid:uid>/grounds")
@access(Role.MANAGER)
def save(uid: str) -> ResponseReturnValue:
    """Write down the codes, and grounds for what is missing."""
    form = Form.read(request.form, FIELDS)

    def write() -> None:
        command = forms.parts(form)
        if command is None:
            raise FieldsError
        with transaction() as session:
            scale = queries.scale_in(session, caller().scope(Role.MANAGER), uid)
            edits.expect(session, form[edits.FIELD], lambda: grounds.stands(scale))
            change_parts(session, scale, command, by=caller().uid, at=utcnow())

    refused = refusal(form, partial(_scale_page, uid), write)
    return refused or redirect(url_for("manage.scale", uid=uid, _anchor="codes"), 303)


@bp.get("/grounds")
@access(*READERS)
def wanting() -> ResponseReturnValue:
    """List the scales that lack something without grounds that stand."""
    return _list_page(Form({"until": grounds.suggested(utcnow())}))


@bp.post("/grounds")
@access(Role.MANAGER)
def give() -> ResponseReturnValue:
    """Give grounds for the scales that were ticked: all of them, or none."""
    form = Form.read(request.form, GIVEN)
    ground = form.one_of("ground", Ground, Ground.OTHER)
    until = form.day("until")
    for name in ("ground", "until"):
        if not form[name]:
            form.fault(name, Fault.MISSING)
    if form.errors or until is None:
        return _list_page(form), INVALID
    try:
        with transaction() as session:
            for scale in _ticked(session):
                gap = Gap(ground, until)
                give_grounds(session, scale, gap, form["gap_remark"], by=caller().uid, at=utcnow())
        return redirect(url_for("grounds.wanting"), 303)
    except FieldsError as error:
        form.refuse(error)
    return _list_page(form), INVALID


def _ticked(session: Session) -> list[Scale]:
    scope = caller().scope(Role.MANAGER)
    asked = request.form.getlist("scale")[:PAGE]
    rows = select(Scale).where(within(Scale.path, scope), Scale.uid.in_(asked))
    return list(session.scalars(rows.options(selectinload(Scale.seals))))


def _scale_page(uid: str, form: Form | None, *, clashed: bool = False) -> str:
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(Role.MANAGER), uid)
        form = form or grounds.filled(scale, utcnow())
        together = grounds.TOGETHER
        clash = edits.prepare(
            session, scale, form.values, grounds.stands(scale), clashed=clashed, together=together
        )
        return render_template(
            "configure/grounds.html",
            scale=scale,
            number=scale.market_no or scale.serial_no,
            form=form,
            clash=clash,
            unsealed=Part.SEAL in gaps.missing(scale),
            **grounds.words(),
        )


def _list_page(form: Form) -> str:
    today, who = local_date(utcnow()), caller()
    with reading() as session:
        rows = select(Scale).where(within(Scale.path, who.scope()), gaps.wanting(today))
        page = fetch(
            session,
            rows.options(
                joinedload(Scale.place),
                joinedload(Scale.model).joinedload(ScaleModel.maker),
                selectinload(Scale.seals),
            ),
            IN_ORDER,
            request.args.get("after"),
        )
        return render_template(
            "configure/wanting.html",
            form=form,
            page=page,
            after=request.args.get("after"),
            ticked=request.form.getlist("scale"),
            lacks={scale.id: gaps.lacking(scale, today) for scale in page.items},
            number=gaps.number_wanting(session, who.scope(), today),
            most=gaps.MOST_COUNTED,
            keeps=Role.MANAGER in who.roles,
            **grounds.words(),
        )
