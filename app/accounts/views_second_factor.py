"""The second factor at sign-in: set up the first time, typed at every later one, or recovered."""

import base64

import qrcode
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathFillImage
from werkzeug.utils import redirect

from app.accounts import credentials, recovery, sign_in
from app.accounts.forms import Form
from app.accounts.recovery import WrongRecoveryCodeError
from app.accounts.views import target
from app.crypto import totp
from app.crypto.totp import EnrolmentStaleError
from app.db.session import utcnow
from app.models import Person
from app.web import identity
from app.web.access import Audience, ForbiddenError, access, caller
from app.web.database import installation, transaction
from app.web.step_up import Proof, WrongCodeError, confirm_step_up, offered, visitor
from app.web.tries import TooManyTriesError, begin_try, succeed

bp = Blueprint("second_factor", __name__, template_folder="templates", url_prefix="/sign-in")


@bp.get("/code")
@access(Audience.SIGNING_IN)
def code_page() -> ResponseReturnValue:
    """Ask for the PIN on a bound device, elsewhere for the six digits."""
    who = caller()
    if not (who.owes_second_factor or who.locked) or not who.enrolled:
        return redirect(target(), 303)
    return _code_page(Form())


@bp.post("/code")
@access(Audience.SIGNING_IN)
def give_code() -> ResponseReturnValue:
    """Take the PIN or the six digits; the session goes on under a new token."""
    form = Form.read(request.form, "code")
    if not form.errors:
        try:
            confirm_step_up(form["code"], utcnow(), _asked())
        except (WrongCodeError, TooManyTriesError) as error:
            form.refuse(error, "code")
    return (_code_page(form), 422) if form.errors else proven()


@bp.get("/second-factor")
@access(Audience.SIGNING_IN)
def enrolment_page() -> ResponseReturnValue:
    """Show a fresh secret as a picture and as text."""
    _refuse_second_enrolment()
    return _offer(Form(), totp.new_secret())


@bp.post("/second-factor")
@access(Audience.SIGNING_IN)
def enrol() -> ResponseReturnValue:
    """Keep the secret once its code shows that the person has it."""
    _refuse_second_enrolment()
    at, keys, who = utcnow(), installation().keys, caller()
    form = Form.read(request.form, "code", "offered")
    try:
        secret = totp.taken(keys.totp, who.uid, request.form.get("offered", ""), at)
    except EnrolmentStaleError as error:
        form.refuse(error)
        return _offer(form, totp.new_secret())
    if not form.errors:
        try:
            with transaction() as session:
                credentials.enrol_second_factor(
                    session, who.id, secret, form["code"], keys.totp, at
                )
        except WrongCodeError as error:
            form.refuse(error)
    return _offer(form, secret) if form.errors else proven()


@bp.get("/recovery")
@access(Audience.SIGNING_IN)
def recovery_page() -> ResponseReturnValue:
    """Ask for one of the printed codes."""
    if not caller().owes_second_factor or not caller().enrolled:
        return redirect(target(), 303)
    return render_template("accounts/recovery.html", form=Form(), next=target())


@bp.post("/recovery")
@access(Audience.SIGNING_IN)
def recover() -> ResponseReturnValue:
    """Take a printed code in place of the lost phone; then a new one is set up."""
    form = Form.read(request.form, "code")
    if not form.errors:
        try:
            _use_recovery_code(form["code"])
        except (WrongRecoveryCodeError, TooManyTriesError) as error:
            form.refuse(error, "code")
    if form.errors:
        return render_template("accounts/recovery.html", form=form, next=target()), 422
    return redirect(url_for("second_factor.enrolment_page", next=target()), 303)


def _use_recovery_code(typed: str) -> None:
    who, at = caller(), utcnow()
    with transaction() as session:
        key = installation().keys.session
        attempt = begin_try(session, key, f"recovery {who.uid}", visitor(), at)
    with transaction() as session:
        person = session.get_one(Person, who.id)
        recovery.use_code(session, person, typed, at=at)
        sign_in.close_others(session, who.sign_in, who.id, at)
        succeed(session, attempt)


def _asked() -> Proof:
    """Return what the page asks for; who has a PIN here may take the authenticator instead."""
    return Proof.CODE if request.values.get("by") == Proof.CODE else offered()


def _code_page(form: Form) -> str:
    return render_template(
        "accounts/code.html", form=form, next=target(), by=_asked(), may_pin=offered() is Proof.PIN
    )


def _refuse_second_enrolment() -> None:
    if caller().enrolled:
        raise ForbiddenError("there is a second factor already; an administrator can reset it")


def _offer(form: Form, secret: str) -> ResponseReturnValue:
    who = caller()
    page = render_template(
        "accounts/second_factor.html",
        form=form,
        next=target(),
        secret=secret,
        picture=_picture(totp.address(secret, who.login)),
        offered=totp.offer(installation().keys.totp, who.uid, secret, utcnow()),
    )
    return page, 422 if form.errors else 200


def _picture(text: str) -> str:
    """Return the QR code of ``text`` on white, as an address of the `data:` kind."""
    drawn = qrcode.make(text, error_correction=ERROR_CORRECT_M, image_factory=SvgPathFillImage)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.to_string()).decode()


def proven() -> ResponseReturnValue:
    """Go on under a new token: the one before, which less had earned, is void."""
    with transaction() as session:
        token = sign_in.pass_second_factor(session, caller().sign_in, utcnow())
    response = redirect(target(), 303)
    identity.set_cookie(response, token)
    return response
