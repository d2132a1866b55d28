"""Binding this browser to oneself, one's PIN, and the printed recovery codes."""

from typing import Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from app.accounts import bindings, credentials, devices, recovery
from app.accounts.bindings import Binding
from app.accounts.credentials import WeakPinError
from app.accounts.forms import Form
from app.db.session import utcnow
from app.models import Person
from app.web import bound, identity
from app.web.access import Audience, SecondFactorError, access, caller
from app.web.database import installation, reading, transaction
from app.web.step_up import ERRORS, Proof, confirm_step_up, offered

bp = Blueprint("devices", __name__, template_folder="templates", url_prefix="/account")

NAME: Final = 60


@bp.get("/device")
@access(Audience.SIGNED_IN)
def ask() -> ResponseReturnValue:
    """Ask what this device is called, whether others use it, and for a PIN."""
    _need_authenticator()
    with reading() as session:
        device = bound.find(session)
    name = device.name if device else devices.name(request.user_agent.string)
    return _page(Form({"name": name}))


@bp.post("/device")
@access(Audience.SIGNED_IN)
def bind() -> ResponseReturnValue:
    """Bind it: what one has, with a code of the authenticator; from now on the PIN is enough."""
    _need_authenticator()
    form = _read(Form.read(request.form, "name", "code"))
    token = None
    if not form.errors:
        try:
            token = _bind(form)
        except WeakPinError as error:
            form.refuse(error)
        except ERRORS as error:
            form.refuse(error, "code")
    if form.errors:
        return _page(form), 422
    response = redirect(url_for("account.show", _anchor="bound"), 303)
    if token is not None:
        bound.set_cookie(response, token, secure=identity.is_secure())
    return response


@bp.get("/pin")
@access(Audience.SIGNED_IN)
def pin_page() -> ResponseReturnValue:
    """Ask for a new PIN."""
    _need_authenticator()
    return render_template("accounts/pin.html", form=Form())


@bp.post("/pin")
@access(Audience.SIGNED_IN)
def change_pin() -> ResponseReturnValue:
    """Change the PIN on every device at once; the authenticator proves who it is."""
    _need_authenticator()
    form = Form.read(request.form, "pin", "again", "code")
    form.require_equal("pin", "again")
    if not form.errors:
        try:
            credentials.check_pin(form["pin"])
            confirm_step_up(form["code"], utcnow(), Proof.CODE)
            _set_pin(form["pin"])
        except WeakPinError as error:
            form.refuse(error)
        except ERRORS as error:
            form.refuse(error, "code")
    if form.errors:
        return render_template("accounts/pin.html", form=form), 422
    return redirect(url_for("account.show", _anchor="bound"), 303)


@bp.get("/recovery-codes")
@access(Audience.SIGNED_IN)
def codes_page() -> ResponseReturnValue:
    """Ask for a fresh proof before codes are made."""
    _need_authenticator()
    return render_template("accounts/recovery_codes.html", form=Form(), codes=[], by=offered())


@bp.post("/recovery-codes")
@access(Audience.SIGNED_IN)
def make_codes() -> ResponseReturnValue:
    """Show ten codes, this once, to be printed."""
    _need_authenticator()
    form = Form.read(request.form, "code")
    codes: list[str] = []
    if not form.errors:
        try:
            confirm_step_up(form["code"], utcnow())
            with transaction() as session:
                person = session.get_one(Person, caller().id)
                codes = recovery.make_codes(session, person, at=utcnow())
        except ERRORS as error:
            form.refuse(error, "code")
    page = render_template("accounts/recovery_codes.html", form=form, codes=codes, by=offered())
    return page, 422 if form.errors else 200


def _need_authenticator() -> None:
    if not caller().enrolled:
        raise SecondFactorError("set up the second factor first")


def _read(form: Form) -> Form:
    """Return the form with its tick, and with a PIN where the person has none yet."""
    form.values["shared"] = request.form.get("shared", "")
    form.values["name"] = form["name"].strip()[:NAME]
    if not _has_pin():
        more = Form.read(request.form, "pin", "again")
        more.require_equal("pin", "again")
        form.values |= more.values
        form.errors |= more.errors
    return form


def _bind(form: Form) -> str | None:
    at, who = utcnow(), caller()
    if "pin" in form.values:
        credentials.check_pin(form["pin"])
    confirm_step_up(form["code"], at, Proof.CODE)
    if "pin" in form.values:
        _set_pin(form["pin"])
    wanted = Binding(form["name"], bool(form["shared"]), who.sign_in)
    with transaction() as session:
        person = session.get_one(Person, who.id)
        return bindings.bind(session, person, bound.find(session), wanted, at=at)


def _set_pin(pin: str) -> None:
    hashed = credentials.hash_pin(installation().keys.session, caller().uid, pin)
    with transaction() as session:
        person = session.get_one(Person, caller().id)
        credentials.keep_pin(session, person, hashed, at=utcnow())


def _has_pin() -> bool:
    with reading() as session:
        return credentials.has_pin(session, caller().id)


def _page(form: Form) -> str:
    with reading() as session:
        device = bound.find(session)
        others = bound.people_of(session, device, utcnow()) if device else []
    return render_template(
        "accounts/device.html",
        form=form,
        has_pin=_has_pin(),
        device=device,
        others=[person.name for person, _bound in others if person.id != caller().id],
    )
