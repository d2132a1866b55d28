"""Signing: what waits for one's signature, market by market; one signature for a whole pile."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import LegalAct
from app.domain.roles import VERIFICATION, Role
from app.domain.signing import (
    ACTS,
    RETURNERS,
    SETTERS_ASIDE,
    SIGNERS,
    AsideReason,
    ReturnReason,
    SigningFault,
)
from app.domain.worksheets import SignatureStep, WorksheetState
from app.models import Person, Place, Worksheet
from app.verify import queries_signing as queries
from app.verify import sheets
from app.verify.queries_endings import own_tally
from app.verify.service import signing
from app.verify.service.papers import Office
from app.verify.service.signing import NotWaitingError, Signed
from app.web import step_up
from app.web.access import access, caller, require_role
from app.web.database import installation, reading, transaction
from app.web.navigation import add_section
from app.web.words.say import say

bp = Blueprint("signing", __name__, url_prefix="/verify", template_folder="templates")
bp.record_once(lambda state: add_section(state.app, "signing", "signing.index"))

STEPS: Final = {act: step for step, act in ACTS.items()}
TEAM: Final = tuple(sorted(VERIFICATION))
INVALID: Final = 422


@bp.get("/signing")
@access(*TEAM)
def index() -> ResponseReturnValue:
    """Show what waits for the caller's signature."""
    with reading() as session:
        piles = queries.piles(session, desk())
        ends = own_tally(session, caller().id, local_date(utcnow()))
        return render_template("verify/signing.html", piles=piles, ACTS=ACTS, ends=ends)


@bp.get("/signing/<uid:uid>/<kind>")
@access(*TEAM)
def pile(uid: str, kind: str) -> ResponseReturnValue:
    """Show the worksheets of one market that wait for one step."""
    step = _step(kind)
    with reading() as session:
        rows = queries.pile_of(session, desk(), uid, step, request.args.get("body"))
        return _page(session, uid, step, rows, [row.uid for row in rows if not row.reviews])


@bp.post("/signing/<uid:uid>/<kind>")
@access(*TEAM)
def sign(uid: str, kind: str) -> ResponseReturnValue:
    """Sign the chosen ones: looked at first, then the proof counts, then all is written."""
    step, act, at = _step(kind), LegalAct(kind), utcnow()
    chosen = request.form.getlist("worksheet")
    errors: dict[str, str] = {}
    with reading() as session:
        rows = queries.pile_of(session, desk(), uid, step, request.form.get("body"))
        chosen = [row.uid for row in rows if row.uid in chosen]
        if not chosen:
            errors["worksheet"] = _("Choose at least one.")
            return _page(session, uid, step, rows, chosen, errors), INVALID
    try:
        step_up.confirm(act, chosen, request.form.get("code", ""), at)
    except step_up.ERRORS as error:
        errors["code"] = str(step_up.said(error))
        with reading() as session:
            rows = queries.pile_of(session, desk(), uid, step, request.form.get("body"))
            return _page(session, uid, step, rows, chosen, errors), INVALID
    with transaction() as session:
        step_up.spend(session, act, chosen, at)
        done = _sign(session, step, chosen)
        _tell(done)
    left = url_for(".pile", uid=uid, kind=kind) if done.refused else url_for(".index")
    return redirect(left, 303)


@bp.get("/records/<uid:uid>")
@access(*TEAM, Role.AUDITOR)
def sheet(uid: str) -> ResponseReturnValue:
    """Show one worksheet as it was written, judged and signed."""
    with reading() as session:
        row = queries.worksheet_in(session, caller().scope(*TEAM, Role.AUDITOR), uid)
        return _sheet(session, row)


@bp.post("/records/<uid:uid>/return")
@access(Role.CHECKER, Role.SIGNATORY)
def send_back(uid: str) -> ResponseReturnValue:
    """Give a worksheet back to its verifier, with a reason."""
    return _reasoned(uid, "return")


@bp.post("/records/<uid:uid>/set-aside")
@access(Role.VERIFIER, Role.SIGNATORY)
def set_aside(uid: str) -> ResponseReturnValue:
    """Let a worksheet have no effect, with a reason."""
    return _reasoned(uid, "aside")


def desk() -> queries.Desk:
    """Return the caller as whoever signs."""
    who = caller()
    return queries.Desk(who.id, {role: who.scope(role) for role in VERIFICATION})


def office() -> Office:
    """Return what papers are made with here."""
    found = installation()
    return Office(found.keys.server, found.blobs, found.settings.base_url)


def _step(kind: str) -> SignatureStep:
    step = STEPS.get(LegalAct(kind)) if kind in set(LegalAct) else None
    if step is None or SIGNERS[step] not in caller().roles:
        abort(404)
    return step


def _sign(session: Session, step: SignatureStep, chosen: Sequence[str]) -> Signed:
    who, at = caller(), utcnow()
    earlier: set[str] = set()
    for row in signing.load(session, chosen):
        require_role(row.path, SIGNERS[step])
        batches = (row.verified_in, row.checked_in)
        earlier |= {batch.person.uid for batch in batches if batch is not None}
    for uid in earlier - {who.uid}:
        step_up.require_other(session, uid, at)
    person = session.get_one(Person, who.id)
    return signing.sign(session, chosen, step, office(), by=person, at=at)


def _tell(done: Signed) -> None:
    if done.ready:
        flash(
            ngettext(
                "%(num)s worksheet is signed.", "%(num)s worksheets are signed.", len(done.ready)
            )
        )
    if done.refused:
        flash(
            ngettext(
                "%(num)s was not signed: the reason stands at its line.",
                "%(num)s were not signed: the reasons stand at their lines.",
                len(done.refused),
            ),
            "attention",
        )


def _page(
    session: Session,
    uid: str,
    step: SignatureStep,
    rows: Sequence[Worksheet],
    chosen: Sequence[str],
    errors: dict[str, str] | None = None,
) -> str:
    if not rows:
        place = session.query(Place).where(Place.uid == uid).one()
        require_role(place.path, *TEAM)
        return render_template("verify/pile.html", place=place, step=step, lines=[], errors={})
    person = session.get_one(Person, caller().id)
    loaded = signing.load(session, [row.uid for row in rows])
    verdicts = signing.judge(session, loaded, step, by=person, at=utcnow())
    faults: dict[str, SigningFault] = {row.uid: found for row, found in verdicts.refused}
    return render_template(
        "verify/pile.html",
        place=rows[0].place,
        body=rows[0].body,
        step=step,
        kind=ACTS[step].value,
        lines=sheets.lines(loaded, faults, set(chosen)),
        ready=len(verdicts.ready),
        errors=errors or {},
    )


def _sheet(session: Session, row: Worksheet, errors: dict[str, str] | None = None) -> str:
    roles = caller().roles_at(row.path)
    mine = row.verifier_id == caller().id
    may_aside = SETTERS_ASIDE.get(row.state) in roles and (
        row.state is not WorksheetState.RETURNED or mine
    )
    step = next((one for one in SignatureStep if signing.waits_for(row, one)), None)
    return render_template(
        "verify/sheet.html",
        row=row,
        kind=ACTS[step].value if step else "",
        following=_following(session, row, step) if step else None,
        shown=sheets.shown(session, row),
        may_return=RETURNERS.get(row.state) in roles and row.verified_in_id is not None,
        may_aside=may_aside,
        signs=bool(roles & VERIFICATION),
        returns=[(one.value, say(one)) for one in ReturnReason],
        asides=[(one.value, say(one)) for one in AsideReason],
        errors=errors or {},
    )


def _following(session: Session, row: Worksheet, step: SignatureStep) -> str | None:
    """Return the worksheet behind ``row`` in the caller's pile; None where it is in none."""
    uids = [one.uid for one in queries.pile_of(session, desk(), row.place.uid, step, row.body.uid)]
    if row.uid not in uids:
        return None
    return uids[(uids.index(row.uid) + 1) % len(uids)]


def _reasoned(uid: str, what: str) -> ResponseReturnValue:
    reason, at = request.form.get("reason", ""), utcnow()
    known = ReturnReason if what == "return" else AsideReason
    allowed = RETURNERS if what == "return" else SETTERS_ASIDE
    with transaction() as session:
        row = queries.worksheet_in(session, caller().scope(*TEAM), uid)
        role = allowed.get(row.state)
        if role is None:
            raise NotWaitingError("this worksheet waits for something else by now")
        require_role(row.path, role)
        if reason not in set(known):
            return _sheet(session, row, {what: _("Please choose one.")}), INVALID
        by = session.get_one(Person, caller().id)
        if what == "return":
            signing.send_back(session, row, ReturnReason(reason), by=by, at=at)
        else:
            signing.set_aside(session, row, AsideReason(reason), by=by, at=at)
    flash(_("It is on record."))
    return redirect(url_for(".sheet", uid=uid), 303)
