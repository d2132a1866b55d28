"""A password that is older than the rules allow: a new one comes before everything else."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts import credentials, sign_in
from app.accounts.forms import Form
from app.accounts.passwords import WeakPasswordError
from app.accounts.sign_in import WrongPasswordError
from app.accounts.views import profile, signed_out, target
from app.db.session import utcnow
from app.models import Person
from app.web.access import Audience, SecondFactorError, SessionLockedError, access, caller
from app.web.database import installation, reading, transaction
from app.web.step_up import visitor
from app.web.tries import TooManyTriesError, begin_try, succeed

bp = Blueprint("renewal", __name__, template_folder="templates", url_prefix="/sign-in")


@bp.get("/renew-password")
@access(Audience.SIGNING_IN)
def page() -> ResponseReturnValue:
    """Ask for the present password and a new one."""
    if not caller().password_due:
        return redirect(target(), 303)
    return render_template("accounts/renewal.html", form=Form(), profile=profile())


@bp.post("/renew-password")
@access(Audience.SIGNING_IN)
def renew() -> ResponseReturnValue:
    """Set the new password; then one signs in with it."""
    form = Form.read(request.form, "present", "password", "again")
    form.require_equal("password", "again")
    if not form.errors:
        try:
            change(form)
        except (WrongPasswordError, TooManyTriesError) as error:
            form.refuse(error, "present")
        except WeakPasswordError as error:
            form.refuse(error)
    if form.errors:
        return render_template("accounts/renewal.html", form=form, profile=profile()), 422
    return signed_out()


def change(form: Form) -> None:
    """Change the caller's password, who knows the present one and gave the second factor.

    Raises:
        WrongPasswordError: It is not the present one.
        WeakPasswordError: The new one is refused.
        TooManyTriesError: The present one was guessed at too often.
    """
    at, who = utcnow(), caller()
    if who.locked:
        raise SessionLockedError("this device is locked")
    if who.owes_second_factor:
        raise SecondFactorError("please give the second factor")
    key = installation().keys.session
    with transaction() as session:
        attempt = begin_try(session, key, who.login, visitor(), at)
    with reading() as session:
        sign_in.check_password(session, who.login, form["present"])
    with transaction() as session:
        succeed(session, attempt)
        person = session.get_one(Person, who.id)
        credentials.set_password(session, person, form["password"], profile(), by=who.uid, at=at)
