"""Signing in and out, and setting a password by a one-use secret."""

from flask import Blueprint, Response, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from app.accounts import recovery, sign_in
from app.accounts.forms import Form
from app.accounts.sign_in import WrongPasswordError
from app.db.session import utcnow
from app.domain.errors import DomainError
from app.domain.password_profiles import PROFILES, Profile
from app.models import Person
from app.web import bound, errors, identity
from app.web.access import (
    Audience,
    NotSignedInError,
    PasswordDueError,
    SecondFactorError,
    SessionLockedError,
    access,
    caller,
    maybe_caller,
)
from app.web.database import installation, reading, transaction
from app.web.step_up import visitor
from app.web.tries import TooManyTriesError, begin_try, succeed

bp = Blueprint("accounts", __name__, template_folder="templates")
HOME = "/"


@bp.app_errorhandler(NotSignedInError)
def ask_to_sign_in(error: NotSignedInError) -> ResponseReturnValue:
    """Lead a person to the page of signing in, and back afterwards."""
    if errors.wants_problem():
        return errors.answer(error)
    return redirect(url_for("accounts.sign_in_page", next=_here()), 303)


@bp.app_errorhandler(SecondFactorError)
def ask_for_second_factor(error: SecondFactorError) -> ResponseReturnValue:
    """Lead a person to the second factor: to give it, or to set it up the first time."""
    found = maybe_caller()
    if errors.wants_problem() or found is None or (found.enrolled and found.second_factor):
        return errors.answer(error)
    page = "second_factor.code_page" if found.enrolled else "second_factor.enrolment_page"
    return redirect(url_for(page, next=_here()), 303)


@bp.app_errorhandler(SessionLockedError)
def ask_for_pin(error: SessionLockedError) -> ResponseReturnValue:
    """Lead to the lock of a shared device; what a page asked by itself moves the whole page."""
    if errors.wants_problem():
        return errors.answer(error)
    where = url_for("switch.page", next=_here())
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Redirect": url_for("switch.page")})
    return redirect(where, 303)


@bp.app_errorhandler(PasswordDueError)
def ask_for_new_password(error: PasswordDueError) -> ResponseReturnValue:
    """Lead to the page of a new password; nothing else opens before."""
    if errors.wants_problem():
        return errors.answer(error)
    return redirect(url_for("renewal.page", next=_here()), 303)


@bp.get("/sign-in")
@access(Audience.PUBLIC)
def sign_in_page() -> ResponseReturnValue:
    """Ask for sign-in name and password."""
    return _sign_in_page(Form())


@bp.post("/sign-in")
@access(Audience.PUBLIC)
def enter() -> ResponseReturnValue:
    """Open a session; the one this browser had ends."""
    form = Form.read(request.form, "login", "password")
    token = _try_to_enter(form) if not form.errors else None
    if token is None:
        return _sign_in_page(form), 422
    session.clear()  # the forms of before belong to the session of before
    response = redirect(target(), 303)
    identity.set_cookie(response, token)
    return response


@bp.post("/sign-out")
@access(Audience.SIGNING_IN)
def leave() -> ResponseReturnValue:
    """End this session."""
    who = caller()
    with transaction() as opened:
        sign_in.close_session(opened, who.sign_in, who.id, utcnow())
    return signed_out()


@bp.get("/sign-in/new-password")
@access(Audience.PUBLIC)
def new_password_page() -> ResponseReturnValue:
    """Ask for the one-use secret and a new password."""
    return _new_password_page(Form())


@bp.post("/sign-in/new-password")
@access(Audience.PUBLIC)
def set_new_password() -> ResponseReturnValue:
    """Set the password by the one-use secret."""
    form = Form.read(request.form, "login", "secret", "password", "again")
    form.require_equal("password", "again")
    if not form.errors:
        try:
            _redeem(form)
        except DomainError as error:
            form.refuse(error)
    if form.errors:
        return _new_password_page(form), 422
    return redirect(url_for("accounts.sign_in_page"), 303)


def target() -> str:
    """Return where to go after signing in: a page of ours, never another host."""
    asked = request.values.get("next", HOME)
    # A browser reads a backslash as a slash, and drops tabs and line ends.
    ours = asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable()
    return asked if ours else HOME


def signed_out() -> Response:
    """Return the way to the page of signing in, without the cookies."""
    session.clear()
    response = Response(status=303, headers={"Location": url_for("accounts.sign_in_page")})
    identity.drop_cookie(response)
    return response


def _sign_in_page(form: Form) -> str:
    with reading() as opened:
        device = bound.find(opened)
        people = bound.people_of(opened, device, utcnow()) if device else []
    return render_template("accounts/sign_in.html", form=form, next=target(), bound=bool(people))


def _here() -> str:
    return request.full_path.removesuffix("?") if request.method == "GET" else HOME


def profile() -> Profile:
    """Return the rules for passwords of this installation."""
    return PROFILES[installation().settings.password_profile]


def _new_password_page(form: Form) -> str:
    return render_template("accounts/new_password.html", form=form, profile=profile())


def _try_to_enter(form: Form) -> str | None:
    """Return the token of a new session, or None with the refusal on ``form``."""
    at, who = utcnow(), visitor()
    try:
        with transaction() as opened:
            attempt = begin_try(opened, installation().keys.session, form.login(), who, at)
        # Hashing takes a tenth of a second: not while others wait for the database.
        with reading() as opened:
            person: Person = sign_in.check_password(opened, form.login(), form["password"])
        before = identity.identify()
        with transaction() as opened:
            succeed(opened, attempt)
            if before is not None:
                sign_in.close_session(opened, before.sign_in, before.id, at)
            return sign_in.open_session(opened, person, who, at, bound.find(opened))
    except TooManyTriesError as error:
        form.refuse(error, "login")
    except WrongPasswordError as error:
        form.refuse(error)
    return None


def _redeem(form: Form) -> None:
    at = utcnow()
    key = installation().keys.session
    with transaction() as opened:
        attempt = begin_try(opened, key, f"reset {form.login()}", visitor(), at)
    with transaction() as opened:
        recovery.redeem_reset(
            opened, form.login(), form["secret"].strip(), form["password"], profile(), at=at
        )
        succeed(opened, attempt)
