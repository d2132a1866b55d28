"""The lock of a shared device: who is bound to it picks the name and types the PIN."""

from flask import Blueprint, Response, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.utils import redirect

from app.accounts import sign_in
from app.accounts.forms import Form
from app.accounts.views import target
from app.db.session import utcnow
from app.models import Person
from app.web import bound, identity
from app.web.access import Audience, access, caller
from app.web.database import reading, transaction
from app.web.step_up import ERRORS, prove_pin, visitor

bp = Blueprint("switch", __name__, template_folder="templates", url_prefix="/sign-in")


@bp.get("/switch")
@access(Audience.PUBLIC)
def page() -> ResponseReturnValue:
    """Show who is bound to this device; where nobody is, ask for name and password."""
    return _page(Form())


@bp.post("/switch")
@access(Audience.PUBLIC)
def enter() -> ResponseReturnValue:
    """Let in whoever types the PIN that goes with the name; the session before ends."""
    form = Form.read(request.form, "person", "pin")
    token = None
    if not form.errors:
        try:
            token = _enter(form)
        except ERRORS as error:
            form.refuse(error, "pin")
    if token is None:
        return _page(form)
    response = redirect(target(), 303)
    identity.set_cookie(response, token)
    return response


@bp.post("/lock")
@access(Audience.SIGNING_IN)
def lock() -> ResponseReturnValue:
    """Lock a shared device at once; elsewhere there is nothing to lock."""
    if caller().shared:
        with transaction() as opened:
            sign_in.lock(opened, caller().sign_in, utcnow())
    return redirect(url_for("switch.page", next=target()), 303)


@bp.post("/here")
@access(Audience.SIGNED_IN)
def here() -> ResponseReturnValue:
    """Take the word of the page that somebody types in it: asking is enough to be noted."""
    return Response(status=204)


def _page(form: Form) -> ResponseReturnValue:
    at, before = utcnow(), identity.identify()
    with reading() as opened:
        device = bound.find(opened)
        people = bound.people_of(opened, device, at) if device else []
    found = render_template(
        "accounts/switch.html",
        form=form,
        people=[(person, not bound.is_locked(one)) for person, one in people],
        chosen=form["person"] or (before.uid if before else ""),
        device=device,
        next=target(),
    )
    return found, 422 if form.errors else 200


def _enter(form: Form) -> str:
    """Return the token of the session that goes on, or of a new one.

    Raises:
        WrongPinError: Name and PIN do not go together on this device.
        PinLockedError: Five were wrong in a row.
    """
    at = utcnow()
    with reading() as opened:
        # Nobody has the number 0: an unknown name costs the time of a known one.
        number = opened.scalar(select(Person.id).where(Person.uid == form["person"])) or 0
    prove_pin(number, form["pin"], at)
    before = identity.identify()
    with transaction() as opened:
        if before is not None and before.id == number:
            return sign_in.pass_second_factor(opened, before.sign_in, at)
        if before is not None:
            sign_in.close_session(opened, before.sign_in, before.id, at)
        session.clear()  # the forms of before belong to the session of before
        person = opened.get_one(Person, number)
        return sign_in.open_session(opened, person, visitor(), at, bound.find(opened), proven=True)
