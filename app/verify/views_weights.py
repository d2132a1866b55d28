"""Pages of standard weights: which may be used today, their certificates, their chain."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.permissions import BODY_KEEPERS, BODY_STAFF, STANDARD_READERS
from app.domain.qualifications import REMIND_DAYS
from app.domain.roles import Role
from app.domain.standards import WeightClass, WeightState
from app.domain.traceability import WithdrawReason
from app.domain.weights import NOMINALS_MG, SOURCE, mpe_ug
from app.models import StandardWeight
from app.verify import forms_standards as forms
from app.verify import queries_standards as queries
from app.verify import staff
from app.verify.forms_standards import Form
from app.verify.service import weight_records as service
from app.verify.service.bodies import standards_of
from app.verify.service.errors import Fault, FieldsError
from app.verify.weight_pages import chain, lights, milligrams
from app.web.access import access, caller
from app.web.database import reading, transaction
from app.web.formats import weight as said_weight
from app.web.paging import fetch
from app.web.words.say import say

bp = Blueprint("weights", __name__, url_prefix="/verify/weights", template_folder="templates")

INVALID: Final = 422
UG_PER_MG: Final = 1000
MOST_USES: Final = 20
# Set by set, the heaviest first.
ORDER: Final = (
    StandardWeight.set_name,
    (-StandardWeight.nominal_mg).label("lightness"),
    StandardWeight.number,
    StandardWeight.uid,
)
SHOWN: Final = ("in_use", "soon", "expired", "withdrawn", "retired")
Write = Callable[[Session, StandardWeight, Form], None]


@bp.get("")
@access(*STANDARD_READERS)
def index() -> ResponseReturnValue:
    """List the weights with how each stands today."""
    return _index(Form(prefix="new_"))


@bp.post("")
@access(*BODY_KEEPERS)
def register() -> ResponseReturnValue:
    """Put a weight on record."""
    form = Form.read(request.form, {"body": 36, **forms.WEIGHT}, "new_")
    weight_class = form.one_of("weight_class", WeightClass, WeightClass.M1)
    if not form.errors:
        try:
            with transaction() as session:
                body = staff.body(session, form["body"])
                staff.require(session, body, *BODY_KEEPERS)
                standards = {one.uid: one for one in standards_of(session, body)}
                command = service.NewWeight(
                    body=body,
                    number=form["number"],
                    weight_class=weight_class,
                    nominal_mg=int(form["nominal"]) if form["nominal"] in NOMINALS else 0,
                    set_name=form["set_name"],
                    standard=standards.get(form["standard"]),
                )
                row = service.register(session, command, by=caller().uid, at=utcnow())
                return redirect(url_for(".show", uid=row.uid), 303)
        except FieldsError as error:
            form.refuse(error)
    return _index(form), INVALID


@bp.get("/<uid:uid>")
@access(*STANDARD_READERS)
def show(uid: str) -> ResponseReturnValue:
    """Show a weight: how it stands, its certificates, its chain, where it was used."""
    return _show(uid)


@bp.post("/<uid:uid>/certificates")
@access(*BODY_KEEPERS)
def add_certificate(uid: str) -> ResponseReturnValue:
    """Write down a certificate, with the weights by which it was calibrated."""
    form = Form.read(request.form, forms.CERTIFICATE, "paper_")
    above = request.form.getlist("paper_against")

    def write(session: Session, row: StandardWeight, form: Form) -> None:
        if form["result"] not in {"pass", "fail"}:
            form.fault("result", Fault.NOT_HERE)
        known = {one.uid: one for one in _above(session, row)}
        command = service.NewCalibration(
            certificate_no=form["certificate_no"],
            laboratory=form["laboratory"],
            calibrated_on=form.day("calibrated_on"),
            valid_until=form.day("valid_until"),
            passed=form["result"] == "pass",
            error_ug=form.scaled("error", UG_PER_MG),
            uncertainty_ug=form.scaled("uncertainty", UG_PER_MG),
            against=[known[one] for one in dict.fromkeys(above) if one in known],
        )
        if not form.errors:
            service.add_certificate(session, row, command, by=caller().uid, at=utcnow())

    return _written(uid, form, write, BODY_KEEPERS)


@bp.post("/<uid:uid>/withdraw")
@access(*BODY_STAFF)
def withdraw(uid: str) -> ResponseReturnValue:
    """Take a weight out of use at once, with the reason and its last good day."""
    form = Form.read(request.form, forms.WITHDRAWAL, "out_")

    def write(session: Session, row: StandardWeight, form: Form) -> None:
        because = form.one_of("because", WithdrawReason, WithdrawReason.DAMAGED)
        day = form.day("last_good_on")
        if not form.errors:
            service.withdraw(session, row, because, day, by=caller().uid, at=utcnow())

    return _written(uid, form, write, BODY_STAFF)


@bp.post("/<uid:uid>/reinstate")
@access(*BODY_KEEPERS)
def reinstate(uid: str) -> ResponseReturnValue:
    """Put a weight that was cleared back into use."""

    def write(session: Session, row: StandardWeight, _form: Form) -> None:
        service.reinstate(session, row, by=caller().uid, at=utcnow())

    return _written(uid, Form(), write, BODY_KEEPERS)


@bp.post("/<uid:uid>/retire")
@access(*BODY_KEEPERS)
def retire(uid: str) -> ResponseReturnValue:
    """Take a weight off for good."""

    def write(session: Session, row: StandardWeight, _form: Form) -> None:
        service.retire(session, row, by=caller().uid, at=utcnow())

    return _written(uid, Form(), write, BODY_KEEPERS)


NOMINALS: Final = frozenset(str(one) for one in NOMINALS_MG)
PREFIXES: Final = ("paper_", "out_")


def _written(uid: str, form: Form, write: Write, roles: tuple[Role, ...]) -> ResponseReturnValue:
    if not form.errors:
        try:
            with transaction() as session:
                row = staff.weight(session, uid)
                staff.require(session, row.body, *roles)
                write(session, row, form)
        except FieldsError as error:
            form.refuse(error)
    if form.errors:
        return _show(uid, form), INVALID
    return redirect(url_for(".show", uid=uid), 303)


def _above(session: Session, row: StandardWeight) -> list[StandardWeight]:
    return queries.above_candidates(session, staff.eyes(), row)


def _narrowed(found: Select[StandardWeight], shown: str, today: date) -> Select[StandardWeight]:
    """Return those of ``found`` that the filter ``shown`` means."""
    if shown in {"withdrawn", "retired"}:
        return found.where(StandardWeight.state == WeightState(shown))
    found = found.where(StandardWeight.state == WeightState.IN_USE)
    until = queries.holds_until()
    if shown == "expired":
        return found.where(or_(until.is_(None), until < today))
    if shown == "soon":
        return found.where(until.between(today, today + timedelta(days=REMIND_DAYS)))
    return found


def _index(form: Form) -> str:
    eyes, asked = staff.eyes(), request.args
    shown = asked.get("show", "in_use") if asked.get("show") in SHOWN else "in_use"
    with reading() as session:
        bodies = staff.bodies(session, asked.get("body", "") or form["body"])
        keeps = [one for one in bodies if staff.acts_for(session, one, *BODY_KEEPERS)]
        of_body = queries.weights(*eyes)
        if bodies and asked.get("body"):
            of_body = of_body.where(StandardWeight.body_id == bodies[0].id)
        found = _narrowed(of_body, shown, eyes.today)
        if asked.get("set"):
            found = found.where(StandardWeight.set_name == asked["set"])
        page = fetch(session, found, ORDER, asked.get("after"))
        numbers = {one: _number(session, _narrowed(of_body, one, eyes.today)) for one in SHOWN}
        return render_template(
            "verify/weights.html",
            page=page,
            lights=lights(session, page.items, eyes.today),
            shown=shown,
            numbers=numbers,
            sets=queries.set_names(session, of_body),
            asked=asked,
            bodies=bodies,
            keeps=[(one.uid, one.name) for one in keeps],
            standards=[
                (one.uid, f"{one.name} {one.certificate_no}")
                for body in keeps[:1]
                for one in standards_of(session, body)
                if one.ended_on is None
            ],
            form=form,
            classes=[(one.value, one.value) for one in WeightClass],
            nominals=[(str(one), said_weight(one)) for one in NOMINALS_MG],
        )


def _number(session: Session, found: Select[StandardWeight]) -> int:
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def _show(uid: str, form: Form | None = None) -> str:
    typed = {form.prefix: form} if form else {}
    today = staff.eyes().today
    with reading() as session:
        row = staff.weight(session, uid)
        keeps = staff.acts_for(session, row.body, *BODY_KEEPERS)
        return render_template(
            "verify/weight.html",
            weight=row,
            light=lights(session, [row], today)[row.uid],
            chain=chain(session, row, today),
            mpe=milligrams(mpe_ug(row.weight_class, row.nominal_mg)),
            source=SOURCE,
            milligrams=milligrams,
            today=today,
            uses=queries.uses(session, row, MOST_USES),
            times_used=queries.times_used(session, row),
            keeps=keeps,
            acts=keeps or staff.acts_for(session, row.body, *BODY_STAFF),
            above=_above(session, row) if keeps else [],
            ticked=request.form.getlist("paper_against"),
            reason_of=WithdrawReason,
            reasons=[(one.value, say(one)) for one in WithdrawReason],
            forms={p: typed.get(p, Form(prefix=p)) for p in PREFIXES},
            errors=list(form.listed()) if form else [],
            may_tag=Role.VERIFIER in caller().roles_at(row.path),
        )
