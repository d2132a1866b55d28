"""One's own account: roles, password, the devices signed in, tokens of the API."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import bindings, credentials, devices, queries, recovery, service, sign_in
from app.accounts.forms import Form
from app.accounts.passwords import WeakPasswordError
from app.accounts.sign_in import WrongPasswordError
from app.accounts.views import profile, signed_out
from app.accounts.views_renewal import change
from app.db.session import utcnow
from app.models import Person
from app.web import bound
from app.web.access import Audience, access, caller
from app.web.database import reading, transaction
from app.web.tries import TooManyTriesError

bp = Blueprint("account", __name__, template_folder="templates", url_prefix="/account")


@bp.get("")
@access(Audience.SIGNED_IN)
def show() -> ResponseReturnValue:
    """Everything about oneself on one page."""
    return _page(Form())


@bp.post("/password")
@access(Audience.SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Take a new password from who knows the present one; then sign in anew everywhere."""
    form = Form.read(request.form, "present", "password", "again")
    form.require_equal("password", "again")
    if not form.errors:
        try:
            change(form)
        except WrongPasswordError as error:
            form.refuse(error, "present")
        except TooManyTriesError as error:
            form.refuse(error, "present")
        except WeakPasswordError as error:
            form.refuse(error)
    return (_page(form), 422) if form.errors else signed_out()


@bp.post("/sessions/<uid:session_uid>/end")
@access(Audience.SIGNED_IN)
def end_session(session_uid: str) -> ResponseReturnValue:
    """Sign one of one's own devices out; somebody else's is like none."""
    with transaction() as session:
        sign_in.close_session(session, session_uid, caller().id, utcnow())
    return redirect(url_for("account.show", _anchor="devices"), 303)


@bp.post("/sessions/end-others")
@access(Audience.SIGNED_IN)
def end_other_sessions() -> ResponseReturnValue:
    """Sign every other device out."""
    with transaction() as session:
        sign_in.close_others(session, caller().sign_in, caller().id, utcnow())
    return redirect(url_for("account.show", _anchor="devices"), 303)


@bp.post("/devices/<uid:device_uid>/unbind")
@access(Audience.SIGNED_IN)
def unbind(device_uid: str) -> ResponseReturnValue:
    """Unbind one of one's own devices; somebody else's binding is like none."""
    who = caller()
    with transaction() as session:
        person = session.get_one(Person, who.id)
        bindings.unbind(session, person, device_uid, by=who.uid, at=utcnow())
    return redirect(url_for("account.show", _anchor="bound"), 303)


@bp.post("/tokens/<uid:token_uid>/end")
@access(Audience.SIGNED_IN)
def end_token(token_uid: str) -> ResponseReturnValue:
    """Void one of one's own API tokens."""
    with transaction() as session:
        service.revoke_token(session, caller().id, token_uid, utcnow())
    return redirect(url_for("account.show", _anchor="tokens"), 303)


def _page(form: Form) -> str:
    who, at = caller(), utcnow()
    with reading() as session:
        names = queries.names_of(session, [path for _role, path in who.grants])
        return render_template(
            "accounts/account.html",
            form=form,
            who=who,
            grants=[(role, names.get(path, "")) for role, path in who.grants],
            sessions=[
                (row, devices.name(row.agent), row.uid == who.sign_in)
                for row in queries.open_sessions(session, who.id, at)
            ],
            tokens=queries.open_tokens(session, who.id, at),
            bound=bindings.of(session, who.id, at),
            here=found.uid if (found := bound.find(session)) else "",
            has_pin=credentials.has_pin(session, who.id),
            codes_left=recovery.codes_left(session, who.id),
            profile=profile(),
        )
