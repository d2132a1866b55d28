"""The dates behind the replacement, and the prices: data that people type in."""

import re
from datetime import date
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.configure.forms import Form
from app.configure.replacement import asking, order, service
from app.configure.replacement.book import book
from app.configure.replacement.service import LastDay, OthersConcernedError, Price
from app.configure.replacement.views import EDITORS, PRICERS, READERS
from app.configure.service.errors import Fault, FieldsError
from app.db.scope import within
from app.db.session import utcnow
from app.domain.phase_out import REPORTED, Kind
from app.domain.roles import Role
from app.domain.scale_types import TypeGeneration
from app.domain.scope import Scope
from app.models import ReplacementPrice, ScaleModel, TransitionRule
from app.web import edits
from app.web.access import access, caller, require_role
from app.web.database import reading, transaction
from app.web.edits import EditedMeanwhileError

bp = Blueprint("replacing", __name__, url_prefix="/configure", template_folder="../templates")

INVALID: Final = 422
CONFLICT: Final = 409
DATE: Final = {
    "net": 1,
    "last_day": 10,
    "source": 200,
    "confirmed": 1,
    edits.FIELD: edits.LONGEST,
}
PRICE: Final = {"path": 120, "model": 36, "price": 12}
AMOUNT: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,2})?")
KINDS: Final[tuple[Kind, ...]] = ((TypeGeneration.OLD, False), (TypeGeneration.OLD, True))


@bp.get("/replacement/dates")
@access(*EDITORS)
def dates() -> ResponseReturnValue:
    """Show until when old types may serve, with the source of each date."""
    with reading() as session:
        return _dates_page(session, {})


@bp.post("/replacement/dates")
@access(*EDITORS)
def save_date() -> ResponseReturnValue:
    """Record a date, or withdraw it; the legal status of all its scales follows."""
    form = Form.read(request.form, DATE)
    kind = KINDS[form["net"] == "1"]
    last_day = form.day("last_day")
    withdraws = "withdraw" in request.form
    if last_day is None and not withdraws:
        form.fault("last_day", Fault.MISSING)
    with transaction() as session:
        require_all(session)
        try:
            if not form.errors:
                edits.expect(session, form[edits.FIELD], lambda: _stands(session, kind))
        except EditedMeanwhileError:
            if withdraws:  # nothing was typed that could stand beside
                form.values |= _stands(session, kind)
            return _dates_page(session, {kind: form}, clashed=True), CONFLICT
        if withdraws:
            _withdraw(session, kind)
        elif last_day is not None and not form.errors:
            _record(session, form, kind, last_day)
        if form.errors:
            return _dates_page(session, {kind: form}), INVALID
    return redirect(url_for("replacing.dates"), 303)


@bp.get("/replacement/prices")
@access(*PRICERS)
def prices() -> ResponseReturnValue:
    """Show what new models cost where."""
    with reading() as session:
        return _prices_page(session, Form())


@bp.post("/replacement/prices")
@access(*PRICERS)
def save_price() -> ResponseReturnValue:
    """Record the price of a model in a region."""
    form = Form.read(request.form, PRICE)
    fen = fen_of(form["price"])
    with transaction() as session:
        model = session.scalar(select(ScaleModel).where(ScaleModel.uid == form["model"]))
        if model is None:
            form.fault("model", Fault.NOT_HERE)
        if form["path"] not in caller().scope(*PRICERS).paths:
            form.fault("path", Fault.NOT_HERE)
        if fen is None:
            form.fault("price", Fault.MALFORMED)
        if model is None or fen is None or form.errors:
            return _prices_page(session, form), INVALID
        command = Price(path=form["path"], model=model, price_fen=fen)
        try:
            service.record_price(session, command, by=caller().uid, at=utcnow())
        except FieldsError as error:
            form.refuse(error)
            return _prices_page(session, form), INVALID
    return redirect(url_for("replacing.prices"), 303)


@bp.post("/replacement/prices/<uid:uid>/withdraw")
@access(*PRICERS)
def withdraw_price(uid: str) -> ResponseReturnValue:
    """Take a price out."""
    with transaction() as session:
        row = price_in(session, caller().scope(*PRICERS), uid)
        require_role(row.path, *PRICERS)
        service.withdraw_price(session, row, by=caller().uid, at=utcnow())
    return redirect(url_for("replacing.prices"), 303)


def require_all(session: Session) -> None:
    """Refuse a caller who does not answer for every place on record.

    Raises:
        OthersConcernedError: The dates concern others too.
    """
    who = caller()
    if not (Role.ADMIN in who.roles or service.all_in(session, who.scope(*EDITORS))):
        raise OthersConcernedError("the dates hold for other regions too")


def price_in(session: Session, scope: Scope, uid: str) -> ReplacementPrice:
    """Return the price ``uid`` of a region inside ``scope``."""
    found = select(ReplacementPrice).where(
        ReplacementPrice.uid == uid, within(ReplacementPrice.path, scope)
    )
    return session.scalars(found).one()


def fen_of(text: str) -> int | None:
    """Return an amount of CNY in fen, without floats; None for what is none."""
    if not AMOUNT.fullmatch(text):
        return None
    whole, _point, rest = text.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0"))


def _withdraw(session: Session, kind: Kind) -> None:
    rule = service.rule_of(session, kind)
    if rule is not None:
        service.withdraw_last_day(session, rule, by=caller().uid, at=utcnow())
        flash(_("The date is withdrawn."), "valid")


def _record(session: Session, form: Form, kind: Kind, last_day: date) -> None:
    command = LastDay(
        kind=kind, last_day=last_day, source=form["source"], confirmed=form["confirmed"] == "1"
    )
    try:
        service.record_last_day(session, command, by=caller().uid, at=utcnow())
        flash(_("The date is recorded. The legal status of the scales follows it."), "valid")
    except FieldsError as error:
        form.refuse(error)


def _dates_page(session: Session, typed: dict[Kind, Form], *, clashed: bool = False) -> str:
    kinds = []
    for kind in KINDS:
        rule = service.rule_of(session, kind)
        form, stands = typed.get(kind) or _as_recorded(kind, rule), _stands(session, kind)
        late = clashed and kind in typed
        clash = edits.prepare(session, rule, form.values, stands, clashed=late)
        kinds.append((kind, rule, form, clash))
    return render_template(
        "configure/replacement_dates.html",
        kinds=kinds,
        readers=bool(caller().roles & set(READERS)),
        may=Role.ADMIN in caller().roles or service.all_in(session, caller().scope(*EDITORS)),
    )


def _stands(session: Session, kind: Kind) -> dict[str, str]:
    """Return the form of a date as recorded; nothing where none is."""
    rule = service.rule_of(session, kind)
    return _as_recorded(kind, rule).values if rule else {}


def _as_recorded(kind: Kind, rule: TransitionRule | None) -> Form:
    """Return the form of a date: as recorded, else as reported."""
    last_day = rule.last_day if rule else REPORTED[kind].last_day
    source = rule.source if rule else REPORTED[kind].source
    confirmed = "1" if rule and rule.confirmed else ""
    return Form({"last_day": last_day.isoformat(), "source": source, "confirmed": confirmed})


def _prices_page(session: Session, form: Form) -> str:
    scope = caller().scope(*PRICERS)
    rows = session.scalars(
        select(ReplacementPrice)
        .where(within(ReplacementPrice.path, scope))
        .options(joinedload(ReplacementPrice.model).joinedload(ScaleModel.maker))
        .order_by(ReplacementPrice.path, ReplacementPrice.id)
    ).all()
    names = asking.named(session, {*scope.paths, *(row.path for row in rows)})
    known = book(session, scope)
    return render_template(
        "configure/replacement_prices.html",
        rows=[(row, names[row.path], known.models[row.model_id]) for row in rows],
        form=form,
        regions=[(path, names[path]) for path in scope.paths],
        models=[(one.uid, one.name) for one in known.models.values() if one.last_day is None],
        money=order.money,
    )
