"""The pages of accounts: an administrator ends sessions and resets, an auditor reads."""

from datetime import datetime
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts import bindings, devices, ending, recovery, roster
from app.accounts.recovery import Reset
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import LegalAct
from app.domain.roles import Role
from app.models import Person
from app.web import step_up
from app.web.access import ForbiddenError, access, caller
from app.web.database import reading, transaction
from app.web.navigation import add_section
from app.web.paging import fetch

bp = Blueprint("people", __name__, template_folder="templates", url_prefix="/people")
bp.record_once(lambda state: add_section(state.app, "people", "people.index"))

READERS: Final = (Role.ADMIN, Role.AUDITOR)
WHY: Final = 200


@bp.get("")
@access(*READERS)
def index() -> ResponseReturnValue:
    """List accounts, and the resets that wait for a second administrator."""
    scope, at, q = caller().scope(*READERS), utcnow(), request.args.get("q", "").strip()[:60]
    with reading() as session:
        page = fetch(
            session,
            roster.people(scope, q),
            [Person.id],
            request.args.get("after"),
        )
        return render_template(
            "accounts/people.html",
            page=page,
            q=q,
            seen=roster.last_seen(session, [one.id for one in page.items]),
            waiting=roster.waiting_for_consent(session, scope, at),
            may=Role.ADMIN in caller().roles,
            today=local_date(at),
        )


@bp.get("/<uid:uid>")
@access(*READERS)
def show(uid: str) -> ResponseReturnValue:
    """Show an account: roles with their days, sessions, devices, a reset that is open."""
    return _page(uid)


@bp.post("/<uid:uid>/sign-out")
@access(Role.ADMIN)
def sign_out(uid: str) -> ResponseReturnValue:
    """End every session of somebody; it acts on their next request."""
    at = utcnow()
    with transaction() as session:
        person = _ours(session, uid, at)
        ended, _unbound = ending.sign_out(session, person, by=caller().uid, at=at)
    flash(_("%(count)d sessions ended.", count=ended), "valid")
    return redirect(url_for(".show", uid=uid), 303)


@bp.post("/<uid:uid>/devices/<uid:device_uid>/unbind")
@access(Role.ADMIN)
def unbind(uid: str, device_uid: str) -> ResponseReturnValue:
    """Unbind a lost device of somebody."""
    at = utcnow()
    with transaction() as session:
        person = _ours(session, uid, at)
        bindings.unbind(session, person, device_uid, by=caller().uid, at=at)
    return redirect(url_for(".show", uid=uid), 303)


@bp.post("/<uid:uid>/reset")
@access(Role.ADMIN)
def reset(uid: str) -> ResponseReturnValue:
    """Void the password and show the secret that sets a new one, this once."""
    at, why = utcnow(), request.form.get("why", "").strip()[:WHY]
    wanted = Reset(second_factor=bool(request.form.get("second_factor")), why=why)
    with transaction() as session:
        person = _ours(session, uid, at)
        secret = recovery.ask_reset(session, person, wanted, by=caller().uid, at=at)
    return _page(uid, secret=secret)


@bp.post("/<uid:uid>/consent")
@access(Role.ADMIN)
def consent(uid: str) -> ResponseReturnValue:
    """Consent to a reset, as the second of two administrators on two devices."""
    at, who = utcnow(), caller()
    with reading() as session:
        person = _ours(session, uid, at)
        asked = recovery.waiting(session, person, at)
        for first in (person.uid, asked.asked_by if asked else ""):
            step_up.require_other(session, first, at)
    try:
        step_up.confirm(LegalAct.CONSENT_RESET, [uid], request.form.get("code", ""), at)
    except step_up.ERRORS as error:
        return _page(uid, wrong=str(step_up.said(error))), 422
    with transaction() as session:
        step_up.spend(session, LegalAct.CONSENT_RESET, [uid], at)
        recovery.consent(session, _ours(session, uid, at), by=who.uid, at=at)
    flash(_("Consented. The secret works now."), "valid")
    return redirect(url_for(".show", uid=uid), 303)


def _ours(session: Session, uid: str, at: datetime) -> Person:
    """Return somebody whose every role lies where the caller administers.

    Raises:
        NoResultFound: There is nobody with a role there.
        ForbiddenError: A role lies elsewhere too.
    """
    scope = caller().scope(Role.ADMIN)
    person = roster.person_in(session, scope, uid)
    if not roster.is_ours(session, scope, person, at):
        raise ForbiddenError("a role of this person lies outside your region")
    return person


def _page(uid: str, secret: str = "", wrong: str = "") -> str:
    at, scope = utcnow(), caller().scope(*READERS)
    with reading() as session:
        found = roster.dossier(session, scope, roster.person_in(session, scope, uid), at)
        return render_template(
            "accounts/person.html",
            found=found,
            secret=secret,
            wrong=wrong,
            agents=[(one, devices.name(one.agent)) for one in found.sessions],
            may=found.ours and Role.ADMIN in caller().roles,
            own=caller().uid,
            today=local_date(at),
        )
