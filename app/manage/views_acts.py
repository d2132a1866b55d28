"""Acts on a scale: asked for on a page, done by a form, told in a sentence."""

from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.lifecycle import Action, IllegalTransitionError
from app.domain.permissions import ACTION_ROLES, LEGAL_ACTS, LegalAct
from app.domain.roles import Role
from app.domain.seals import SealState
from app.manage import acts, fitting, queries, service, story
from app.manage.cards import card
from app.manage.forms import CHOOSE, REASONS, ActForm, DocumentForm, OpeningForm
from app.manage.links import link
from app.manage.service import Act, BlockedError, ChangedMeanwhileError, WrongPlaceError
from app.models import Scale
from app.standing import standing_of
from app.web import step_up
from app.web.access import access, caller, require_role
from app.web.database import reading, transaction
from app.web.words import scales as words

bp = Blueprint("manage_acts", __name__, url_prefix="/manage", template_folder="templates")

DOERS: Final = (Role.MANAGER, Role.INSPECTOR, Role.REGULATOR, Role.REPAIRER)
AUTHORITY: Final = (Role.INSPECTOR, Role.REGULATOR)
OPENERS: Final = (Role.REPAIRER, Role.INSPECTOR)
REFUSED: Final = 409
INVALID: Final = 422


@bp.get("/scales/<uid:uid>/acts/<action>")
@access(*DOERS)
def ask(uid: str, action: str) -> ResponseReturnValue:
    """Ask what an act needs to know."""
    act = _action(action)
    if act not in acts.ASKS:
        abort(404)
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(), uid)
        require_role(scale.path, *ACTION_ROLES[act])
        seen = str(service.last_step(session, scale))
        # A stall whose card was scanned before comes in the address.
        scanned = {"stall": request.args["stall"]} if "stall" in request.args else {}
        form = ActForm(act, {"seen": seen, **_suggested(scale), **scanned})
        return _page(session, scale, form)


@bp.post("/scales/<uid:uid>/actions")
@access(*DOERS)
def do(uid: str) -> ResponseReturnValue:
    """Do an act; when it cannot be done, say why and keep what was typed."""
    form = ActForm.read(_action(request.form.get("action", "")), request.form)
    if form.errors:
        return _again(uid, form, INVALID)
    try:
        with transaction() as session:
            scale = queries.scale_in(session, caller().scope(), uid)
            require_role(scale.path, *ACTION_ROLES[form.action])
            command = _command(session, scale, form)
            service.perform(session, scale, command, by=caller().uid, at=utcnow())
    except ChangedMeanwhileError:
        return _changed(uid, form)
    except IllegalTransitionError:
        flash(_("The scale is in another state by now. Nothing was done."), "attention")
    except WrongPlaceError as error:
        form.errors[error.field] = CHOOSE
        return _again(uid, form, INVALID)
    except BlockedError as error:
        form.blocked = [acts.sentence(one) for one in error.obstacles]
        return _again(uid, form, REFUSED)
    else:
        flash(_("The scale %(what)s.", what=str(words.DONE[form.action])), "valid")
    return redirect(url_for("manage.scale", uid=uid), 303)


class _Order(Protocol):
    def __call__(
        self, session: Session, scale: Scale, command: service.Document, *, by: str, at: datetime
    ) -> None: ...


ORDERS: Final[MappingProxyType[str, _Order]] = MappingProxyType(
    {
        "stop_order": service.stop_order,
        "lift_stop_order": service.lift_stop_order,
        "hold": service.hold,
        "release_hold": service.release_hold,
    }
)


@bp.get("/scales/<uid:uid>/orders/<kind>")
@access(*AUTHORITY)
def ask_order(uid: str, kind: str) -> ResponseReturnValue:
    """Ask for the number of the authority's document."""
    return _order_page(uid, kind, DocumentForm())


@bp.post("/scales/<uid:uid>/orders/<kind>")
@access(*AUTHORITY)
def order(uid: str, kind: str) -> ResponseReturnValue:
    """Put the authority's decision on record."""
    form = DocumentForm.read(request.form)
    if kind not in ORDERS:
        abort(404)
    if not form.errors:
        try:
            _put_on_record(uid, kind, form)
        except step_up.ERRORS as error:
            form.errors["code"] = step_up.said(error)
    if form.errors:
        return _order_page(uid, kind, form), INVALID
    return redirect(url_for("manage.scale", uid=uid), 303)


def _put_on_record(uid: str, kind: str, form: DocumentForm) -> None:
    """Check whose scale it is, take a fresh proof, then write."""
    at, who, purpose = utcnow(), caller(), LegalAct(kind)
    with reading() as session:
        require_role(queries.scale_in(session, who.scope(), uid).path, *AUTHORITY)
    step_up.confirm(purpose, [uid], form["code"], at)
    with transaction() as session:
        step_up.spend(session, purpose, [uid], at)
        scale = queries.scale_in(session, who.scope(), uid)
        require_role(scale.path, *AUTHORITY)
        ORDERS[kind](session, scale, service.Document(form["number"]), by=who.uid, at=at)


@bp.get("/scales/<uid:uid>/opening")
@access(*OPENERS)
def ask_opening(uid: str) -> ResponseReturnValue:
    """Ask which seals were broken to open the case."""
    return _opening_page(uid, OpeningForm())


@bp.post("/scales/<uid:uid>/opening")
@access(*OPENERS)
def opening(uid: str) -> ResponseReturnValue:
    """Record that the case was opened."""
    form = OpeningForm.read(request.form)
    if form.errors:
        return _opening_page(uid, form), INVALID
    try:
        with transaction() as session:
            scale = queries.scale_in(session, caller().scope(), uid)
            require_role(scale.path, *OPENERS)
            seals = [seal for seal in scale.seals if seal.uid in form.seals]
            command = service.Opening(seals, form.note)
            service.record_opening(session, scale, command, by=caller().uid, at=utcnow())
    except BlockedError as error:
        form.errors["seals"] = " ".join(acts.sentence(one) for one in error.obstacles)
        return _opening_page(uid, form), REFUSED
    return redirect(url_for("manage.scale", uid=uid), 303)


def _action(text: str) -> Action:
    if text not in set(Action) or Action(text) in LEGAL_ACTS:
        abort(404)
    return Action(text)


def _suggested(scale: Scale) -> dict[str, str]:
    """Return the stall and trader it was with last."""
    found = {"stall": scale.stall, "trader": scale.trader}
    return {name: row.uid for name, row in found.items() if row is not None}


def _command(session: Session, scale: Scale, form: ActForm) -> Act:
    return Act(
        action=form.action,
        reason=form.reason,
        note=form["note"],
        stall=queries.stall_of(session, scale.place, form["stall"]),
        trader=queries.trader_of(session, scale.place, form["trader"]),
        seen=form.seen,
    )


def _again(uid: str, form: ActForm, status: int) -> ResponseReturnValue:
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(), uid)
        return _page(session, scale, form), status


def _changed(uid: str, form: ActForm) -> ResponseReturnValue:
    """Show what happened meanwhile; the same form may then be sent again."""
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(), uid)
        meanwhile = story.since(session, scale, form.seen or 0)
        form.values["seen"] = str(service.last_step(session, scale))
        return _page(session, scale, form, meanwhile=meanwhile), 412


def _page(
    session: Session, scale: Scale, form: ActForm, meanwhile: list[story.Entry] | None = None
) -> str:
    standing = standing_of(session, scale, local_date(utcnow()))
    stalls = queries.stalls(session, scale.place) if form.action is Action.DEPLOY else []
    chosen = next((stall for stall, _taken in stalls if stall.uid == form["stall"]), None)
    return render_template(
        "manage/act.html",
        scale=scale,
        card=card(scale, standing),
        form=form,
        meanwhile=meanwhile or [],
        stalls=stalls,
        told=fitting.fit_told(scale, chosen) if chosen else None,
        coarse=fitting.marks(scale, stalls),
        traders=queries.traders(session, scale.place) if form.action is Action.DEPLOY else [],
        link=link,
        reasons=[(code.value, said, None) for code, said in REASONS.items()],
        for_good=form.action in acts.FOR_GOOD,
    )


def _order_page(uid: str, kind: str, form: DocumentForm) -> str:
    if kind not in ORDERS:
        abort(404)
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(), uid)
        standing = standing_of(session, scale, local_date(utcnow()))
        return render_template(
            "manage/order.html", scale=scale, card=card(scale, standing), kind=kind, form=form
        )


def _opening_page(uid: str, form: OpeningForm) -> str:
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(), uid)
        standing = standing_of(session, scale, local_date(utcnow()))
        seals = [seal for seal in scale.seals if seal.state is SealState.INTACT]
        return render_template(
            "manage/opening.html",
            scale=scale,
            card=card(scale, standing),
            seals=seals,
            form=form,
        )
