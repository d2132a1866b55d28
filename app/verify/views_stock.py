"""The page of labels and lead seals: in hand, void, given back, counted; lots and taking."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.mark_stock import VoidReason
from app.domain.permissions import BODY_KEEPERS, BODY_STAFF, STANDARD_READERS
from app.domain.roles import Role
from app.domain.standards import MarkKind
from app.models import Body, MarkLot, Person
from app.verify import forms_standards as forms
from app.verify import queries_standards as queries
from app.verify import staff
from app.verify.forms_standards import Form
from app.verify.service import stock, stock_books, stock_lots
from app.verify.service.errors import Fault, FieldsError
from app.verify.service.stock import DayClosedError, MarkError
from app.web import refusals
from app.web.access import access, caller
from app.web.database import reading, transaction
from app.web.words.say import say

bp = Blueprint("stock", __name__, url_prefix="/verify/stock", template_folder="templates")

INVALID: Final = 422
MOST_COUNTS: Final = 14
MOST_LOTS: Final = 50
PREFIXES: Final = ("lot_", "issue_", "void_", "back_", "count_")
# Reasons a person gives; the other one is the program's.
REASONS: Final = tuple(one for one in VoidReason if one is not VoidReason.WORKSHEET_VOID)
Write = Callable[[Session, Body, Form], None]


@bp.get("")
@access(*STANDARD_READERS)
def index() -> ResponseReturnValue:
    """Show what one holds, and to keepers the lots and what everybody holds."""
    return _page(request.args.get("body", ""))


@bp.post("/<uid:body>/lots")
@access(*BODY_KEEPERS)
def receive(body: str) -> ResponseReturnValue:
    """Put a lot on the shelf."""
    form = Form.read(request.form, forms.LOT, "lot_")

    def write(session: Session, at_body: Body, form: Form) -> None:
        kind, day = form.one_of("kind", MarkKind, MarkKind.LABEL), form.day("received_on")
        if day is None:
            form.fault("received_on", Fault.MISSING)
        if day is None or form.errors:
            return
        command = stock_lots.NewLot(
            body=at_body,
            kind=kind,
            first=form["first"],
            last=form["last"],
            received_on=day,
            document_no=form["document_no"],
        )
        stock_lots.receive(session, command, by=caller().uid, at=utcnow())

    return _written(body, form, write, BODY_KEEPERS)


@bp.post("/<uid:body>/issues")
@access(*BODY_KEEPERS)
def issue(body: str) -> ResponseReturnValue:
    """Let a verifier take numbers of a lot."""
    form = Form.read(request.form, forms.ISSUE, "issue_")

    def write(session: Session, at_body: Body, form: Form) -> None:
        lots = {one.uid: one for one in _lots(session, at_body)}
        people = {one.uid: one for one in _staff(at_body)}
        lot, taker = lots.get(form["lot"]), people.get(form["verifier"])
        if lot is None:
            form.fault("lot", Fault.NOT_HERE)
        if taker is None:
            form.fault("verifier", Fault.NOT_HERE)
        if lot is not None and taker is not None:
            run = (form["first"], form["last"])
            stock_lots.issue(session, lot, taker, run, by=caller().uid, at=utcnow())

    return _written(body, form, write, BODY_KEEPERS)


@bp.post("/<uid:body>/voids")
@access(*BODY_STAFF)
def void(body: str) -> ResponseReturnValue:
    """Void a number one holds."""
    form = Form.read(request.form, forms.VOID, "void_")

    def write(session: Session, _body: Body, form: Form) -> None:
        kind = form.one_of("kind", MarkKind, MarkKind.LABEL)
        because = form.one_of("because", VoidReason, VoidReason.DAMAGED)
        if because not in REASONS:
            form.fault("because", Fault.NOT_HERE)
        if not form.errors:
            stock.void(
                session,
                verifier=_me(session),
                kind=kind,
                number=form["number"],
                because=because,
                by=caller().uid,
                at=utcnow(),
            )

    return _written(body, form, write, BODY_STAFF)


@bp.post("/<uid:body>/returns")
@access(*BODY_STAFF)
def give_back(body: str) -> ResponseReturnValue:
    """Give numbers back to the shelf."""
    form = Form.read(request.form, forms.BACK, "back_")

    def write(session: Session, _body: Body, form: Form) -> None:
        kind = form.one_of("kind", MarkKind, MarkKind.LABEL)
        numbers = stock_lots.between(form["first"], form["last"] or form["first"])
        if not form.errors:
            stock.give_back(
                session,
                verifier=_me(session),
                kind=kind,
                numbers=numbers,
                by=caller().uid,
                at=utcnow(),
            )

    return _written(body, form, write, BODY_STAFF)


@bp.post("/<uid:body>/counts")
@access(*BODY_STAFF)
def close_day(body: str) -> ResponseReturnValue:
    """Keep what one counted at the day's end."""
    form = Form.read(request.form, forms.COUNT, "count_")

    def write(session: Session, at_body: Body, form: Form) -> None:
        counted = {kind: form.count(kind.value) for kind in MarkKind}
        if not form.errors:
            stock.close_day(
                session,
                body=at_body,
                verifier=_me(session),
                day=local_date(utcnow()),
                counted=counted,
                by=caller().uid,
                at=utcnow(),
            )

    return _written(body, form, write, BODY_STAFF)


def _written(uid: str, form: Form, write: Write, roles: tuple[Role, ...]) -> ResponseReturnValue:
    with reading() as session:
        staff.require(session, staff.body(session, uid), *roles)
    if not form.errors:
        try:
            with transaction() as session:
                write(session, staff.body(session, uid), form)
        except FieldsError as error:
            form.refuse(error)
        except MarkError as error:
            named = error.facts.get("number")
            words = refusals.of_code(error.code).said
            field = "number" if "number" in form.values else "first"
            form.errors[field] = f"{named}: {words}" if named else words
        except DayClosedError as error:
            form.errors["label"] = refusals.of_code(error.code).said
    if form.errors:
        return _page(uid, form), INVALID
    return redirect(url_for(".index", body=uid), 303)


def _me(session: Session) -> Person:
    return session.get_one(Person, caller().id)


def _lots(session: Session, body: Body) -> list[MarkLot]:
    found = queries.lots(*staff.eyes()).where(MarkLot.body_id == body.id)
    return list(session.scalars(found.order_by(MarkLot.id.desc()).limit(MOST_LOTS)))


def _staff(body: Body) -> list[Person]:
    today = staff.eyes().today
    found = {
        one.person.id: one.person
        for one in body.staff
        if one.ended_on is None or today < one.ended_on
    }
    return sorted(found.values(), key=lambda one: one.name)


def _page(wanted: str, form: Form | None = None) -> str:
    typed = {form.prefix: form} if form else {}
    with reading() as session:
        bodies = staff.bodies(session, wanted)
        shown = _shown(session, bodies[0]) if bodies else {"body": None}
        return render_template(
            "verify/stock.html",
            bodies=bodies,
            kinds=[(one.value, say(one)) for one in MarkKind],
            all_kinds=list(MarkKind),
            reasons=[(one.value, say(one)) for one in REASONS],
            forms={p: typed.get(p, Form(prefix=p)) for p in PREFIXES},
            errors=list(form.listed()) if form else [],
            today=staff.eyes().today,
            **shown,
        )


def _shown(session: Session, body: Body) -> dict[str, Any]:
    me, keeps = _me(session), staff.acts_for(session, body, *BODY_KEEPERS)
    looks_over = bool(caller().roles_at(body.path) & {Role.REGULATOR, Role.AUDITOR})
    acts = staff.acts_for(session, body, *BODY_STAFF)
    everybody = keeps or looks_over
    lots = _lots(session, body) if everybody else []
    return {
        "body": body,
        "acts": acts,
        "keeps": keeps,
        "everybody": everybody,
        "hands": [stock_books.hand(session, body, me, kind) for kind in MarkKind] if acts else [],
        "lots": [(lot, stock_lots.shelf(session, lot)) for lot in lots],
        "staff": [(one.uid, one.name) for one in _staff(body)] if keeps else [],
        "holders": [
            (one, [stock_books.hand(session, body, one, kind) for kind in MarkKind])
            for one in queries.takers(session, body)
        ]
        if everybody
        else [],
        "counts": queries.counts(session, body, None if everybody else me.id, MOST_COUNTS),
        "printed": stock_books.printed,
    }
