"""Pages of verification bodies: authorisation, regions, staff, measurement standards."""

from collections.abc import Callable
from datetime import date
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import BODY_KEEPERS, BODY_MAKERS, BODY_READERS, STANDARD_READERS
from app.domain.qualifications import VerificationItem, runs_out
from app.models import Body, Person
from app.verify import forms_standards as forms
from app.verify import queries_standards as queries
from app.verify.forms_standards import Form
from app.verify.service import body_records as service
from app.verify.service.bodies import is_staff, standards_of
from app.verify.service.errors import Fault, FieldsError
from app.web.access import ForbiddenError, access, caller
from app.web.database import reading, transaction
from app.web.words.say import say

bp = Blueprint("bodies", __name__, url_prefix="/verify/bodies", template_folder="templates")

INVALID: Final = 422
MG_PER_KG: Final = 1_000_000
Write = Callable[[Session, Body, Form], None]


@bp.get("")
@access(*BODY_READERS)
def index() -> ResponseReturnValue:
    """List the bodies one sees."""
    return _index(Form())


@bp.post("")
@access(*BODY_MAKERS)
def create() -> ResponseReturnValue:
    """Put a body on record."""
    form = Form.read(request.form, forms.BODY)
    papers, path = _papers(form), form["region"]
    if not form.errors and not caller().scope(*BODY_MAKERS).holds(path):
        form.fault("region", Fault.NOT_HERE)
    if not form.errors:
        try:
            with transaction() as session:
                body = service.create(session, path, papers, by=caller().uid, at=utcnow())
                return redirect(url_for(".show", uid=body.uid), 303)
        except FieldsError as error:
            form.refuse(error)
    return _index(form), INVALID


@bp.get("/<uid:uid>")
@access(*BODY_READERS)
def show(uid: str) -> ResponseReturnValue:
    """Show a body with its regions, staff and standards."""
    return _show(uid)


@bp.post("/<uid:uid>")
@access(*BODY_MAKERS)
def amend(uid: str) -> ResponseReturnValue:
    """Write down name and authorisation as they are now."""
    form = Form.read(request.form, forms.BODY, "body_")

    def write(session: Session, body: Body, form: Form) -> None:
        service.amend(session, body, _papers(form), by=caller().uid, at=utcnow())

    return _written(uid, form, write, makers=True)


@bp.post("/<uid:uid>/regions")
@access(*BODY_MAKERS)
def assign(uid: str) -> ResponseReturnValue:
    """Assign the body to a region."""
    form = Form.read(request.form, forms.REGION, "region_")

    def write(session: Session, body: Body, form: Form) -> None:
        if not caller().scope(*BODY_MAKERS).holds(form["path"]):
            form.fault("path", Fault.NOT_HERE)
        days = (form.day("since"), form.day("until"))
        if not form.errors:
            service.assign(session, body, form["path"], days, by=caller().uid, at=utcnow())

    return _written(uid, form, write, makers=True)


@bp.post("/<uid:uid>/regions/end")
@access(*BODY_MAKERS)
def unassign(uid: str) -> ResponseReturnValue:
    """End the assignment to a region today."""
    form = Form.read(request.form, {"path": 120}, "region_")

    def write(session: Session, body: Body, form: Form) -> None:
        today = local_date(utcnow())
        service.end_assignment(session, body, form["path"], today, by=caller().uid, at=utcnow())

    return _written(uid, form, write, makers=True)


@bp.post("/<uid:uid>/staff")
@access(*BODY_MAKERS, *BODY_KEEPERS)
def add_staff(uid: str) -> ResponseReturnValue:
    """Write down a verifier's certificate."""
    form = Form.read(request.form, forms.STAFF, "staff_")

    def write(session: Session, body: Body, form: Form) -> None:
        people = {one.uid: one for one in _people(session, body)}
        command = service.NewStaff(
            person=people.get(form["person"]),
            item=form.one_of("item", VerificationItem, VerificationItem.PRICE_SCALES),
            certificate_no=form["certificate_no"],
            since=form.day("since"),
            until=form.day("until"),
        )
        if not form.errors:
            service.add_staff(session, body, command, by=caller().uid, at=utcnow())

    return _written(uid, form, write)


@bp.post("/<uid:uid>/staff/<uid:member>/end")
@access(*BODY_MAKERS, *BODY_KEEPERS)
def end_staff(uid: str, member: str) -> ResponseReturnValue:
    """Take somebody off the staff for one item."""

    def write(session: Session, body: Body, _form: Form) -> None:
        rows = [one for one in body.staff if one.uid == member]
        for row in rows:
            service.end_staff(session, row, by=caller().uid, at=utcnow())

    return _written(uid, Form(), write)


@bp.post("/<uid:uid>/standards")
@access(*BODY_MAKERS, *BODY_KEEPERS)
def add_standard(uid: str) -> ResponseReturnValue:
    """Put a measurement standard on record, or its next certificate."""
    form = Form.read(request.form, forms.STANDARD, "standard_")

    def write(session: Session, body: Body, form: Form) -> None:
        command = service.NewStandard(
            name=form["name"],
            certificate_no=form["certificate_no"],
            valid_until=form.day("valid_until"),
            max_mg=form.scaled("max", MG_PER_KG) or 0,
        )
        if not form.errors:
            service.add_standard(session, body, command, by=caller().uid, at=utcnow())

    return _written(uid, form, write)


@bp.post("/<uid:uid>/standards/<uid:standard>/end")
@access(*BODY_MAKERS, *BODY_KEEPERS)
def end_standard(uid: str, standard: str) -> ResponseReturnValue:
    """Give a measurement standard up."""

    def write(session: Session, body: Body, _form: Form) -> None:
        rows = [one for one in standards_of(session, body) if one.uid == standard]
        for row in rows:
            service.end_standard(session, row, by=caller().uid, at=utcnow())

    return _written(uid, Form(), write)


def _written(uid: str, form: Form, write: Write, *, makers: bool = False) -> ResponseReturnValue:
    """Write and go back to the body's page; with errors the page shows them at their fields."""
    if not form.errors:
        try:
            with transaction() as session:
                body = _body(session, uid)
                _require(session, body, makers=makers)
                write(session, body, form)
        except FieldsError as error:
            form.refuse(error)
    if form.errors:
        return _show(uid, form), INVALID
    return redirect(url_for(".show", uid=uid), 303)


def _require(session: Session, body: Body, *, makers: bool) -> None:
    if not _may_make(body) and (makers or not _may_keep(session, body)):
        raise ForbiddenError("not for the roles you hold here")


def _may_make(body: Body) -> bool:
    return bool(caller().roles_at(body.path) & set(BODY_MAKERS))


def _may_keep(session: Session, body: Body) -> bool:
    who = caller()
    keeps = bool(who.roles & set(BODY_KEEPERS))
    return keeps and is_staff(session, body, who.id, local_date(utcnow()))


def _body(session: Session, uid: str) -> Body:
    who, today = caller(), local_date(utcnow())
    return queries.body_in(session, who.scope(*BODY_READERS), who.id, today, uid)


def _papers(form: Form) -> service.Papers:
    return service.Papers(
        name=form["name"],
        authorisation_no=form["authorisation_no"],
        authorised_until=form.day("authorised_until"),
        address=form["address"],
        phone=form["phone"],
    )


def _people(session: Session, body: Body) -> list[Person]:
    return list(queries.verifiers(session, [body.path, *(one.path for one in body.regions)]))


def _index(form: Form) -> str:
    who, today = caller(), local_date(utcnow())
    with reading() as session:
        makes = who.scope(*BODY_MAKERS)
        rows = session.scalars(
            queries.bodies(who.scope(*BODY_READERS), who.id, today).order_by(Body.path, Body.uid)
        ).all()
        return render_template(
            "verify/bodies.html",
            bodies=[(row, runs_out(row.authorised_until, today)) for row in rows],
            regions=queries.regions(session, makes),
            form=form,
            may_weigh=bool(who.roles & set(STANDARD_READERS)),
        )


def _show(uid: str, form: Form | None = None) -> str:
    """Render the page; ``form`` is the one that was sent, the others are empty."""
    today: date = local_date(utcnow())
    typed = {form.prefix: form} if form else {}
    with reading() as session:
        body = _body(session, uid)
        makes, keeps = _may_make(body), _may_keep(session, body)
        names = dict(queries.regions(session, caller().scope()))
        return render_template(
            "verify/body.html",
            body=body,
            today=today,
            standards=standards_of(session, body),
            runs_out=runs_out,
            makes=makes,
            keeps=makes or keeps,
            region_names=names,
            regions=queries.regions(session, caller().scope(*BODY_MAKERS)) if makes else [],
            people=[(one.uid, one.name) for one in _people(session, body)],
            items=[(one.value, say(one)) for one in VerificationItem],
            item_of=VerificationItem,
            forms={p: typed.get(p, Form(prefix=p)) for p in PREFIXES},
            given=typed.get("body_") or _as_given(body),
            errors=list(form.listed()) if form else [],
            may_weigh=bool(caller().roles & set(STANDARD_READERS)),
        )


PREFIXES: Final = ("region_", "staff_", "standard_")


def _as_given(body: Body) -> Form:
    until = body.authorised_until
    return Form(
        {
            "name": body.name,
            "authorisation_no": body.authorisation_no,
            "authorised_until": until.isoformat() if until else "",
            "address": body.address,
            "phone": body.phone,
        },
        prefix="body_",
    )
