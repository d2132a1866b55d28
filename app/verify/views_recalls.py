"""Recalls: what was verified with a weight in doubt, the most urgent first, and the decisions."""

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.permissions import BODY_KEEPERS, STANDARD_READERS, LegalAct
from app.domain.recall_risk import POINTS, RiskReason
from app.domain.recalls import RecallDecision, RecallState
from app.domain.roles import Role
from app.models import Recall, RecallScale
from app.verify import queries_recalls as queries
from app.verify import staff
from app.verify.service import recalls as service
from app.web import step_up
from app.web.access import access, caller
from app.web.database import reading, transaction
from app.web.paging import PAGE, fetch
from app.web.words.say import say

bp = Blueprint("recalls", __name__, url_prefix="/verify/recalls", template_folder="templates")

INVALID: Final = 422
DECIDER: Final = Role.SIGNATORY
MOST_DOCUMENT: Final = 80
MOST_AT_ONCE: Final = 200  # decided with one proof, by page and by API
CHOICES: Final = (RecallDecision.SUSPEND, RecallDecision.RETEST, RecallDecision.KEEP)
BY_RISK: Final = ((0 - RecallScale.risk), RecallScale.id)


@bp.get("")
@access(*STANDARD_READERS)
def index() -> ResponseReturnValue:
    """List the recalls, those that are open first."""
    with reading() as session:
        found = queries.recalls(staff.eyes()).order_by(Recall.opened_at.desc(), Recall.id.desc())
        rows = list(session.scalars(found.limit(200)))
        rows.sort(key=lambda one: one.state is not RecallState.OPEN)
        return render_template("verify/recalls.html", recalls=rows)


@bp.post("")
@access(*BODY_KEEPERS)
def begin() -> ResponseReturnValue:
    """Open the recall of a weight that was withdrawn."""
    with transaction() as session:
        weight = staff.weight(session, request.form.get("weight", ""))
        staff.require(session, weight.body, *BODY_KEEPERS)
        document = request.form.get("document_no", "")[:MOST_DOCUMENT]
        recall = service.open_recall(session, weight, document, by=caller().uid, at=utcnow())
        return redirect(url_for(".show", uid=recall.uid), 303)


@bp.get("/<uid:uid>")
@access(*STANDARD_READERS)
def show(uid: str) -> ResponseReturnValue:
    """Show the list, the most urgent scale first."""
    with reading() as session:
        return _page(session, queries.recall_in(session, staff.eyes(), uid))


@bp.post("/<uid:uid>/decisions")
@access(DECIDER)
def decide(uid: str) -> ResponseReturnValue:
    """Decide for the chosen scales, with one proof for all of them."""
    asked, chosen, at = request.form.get("decision", ""), request.form.getlist("scale"), utcnow()
    with reading() as session:
        _own(session, uid)  # before the proof: it is not spent on somebody else's recall
    errors = _faults(asked, chosen)
    if not errors:
        try:
            step_up.confirm(LegalAct.DECIDE_RECALL, chosen, request.form.get("code", ""), at)
        except step_up.ERRORS as error:
            errors["code"] = str(step_up.said(error))
    if errors:
        with reading() as session:
            return _page(session, queries.recall_in(session, staff.eyes(), uid), errors), INVALID
    with transaction() as session:
        recall = _own(session, uid)
        step_up.spend(session, LegalAct.DECIDE_RECALL, chosen, at)
        decision = RecallDecision(asked)
        done = service.decide(session, recall, chosen, decision, by=caller().uid, at=at)
    _tell(done)
    return redirect(url_for(".show", uid=uid), 303)


@bp.post("/<uid:uid>/close")
@access(DECIDER)
def close(uid: str) -> ResponseReturnValue:
    """End the recall: everything is decided."""
    with transaction() as session:
        service.close(session, _own(session, uid), by=caller().uid, at=utcnow())
    return redirect(url_for(".show", uid=uid), 303)


@bp.get("/<uid:uid>/clear")
@access(DECIDER)
def clearing(uid: str) -> ResponseReturnValue:
    """Ask before a recall is taken back."""
    with reading() as session:
        return _clearing(_own(session, uid))


@bp.post("/<uid:uid>/clear")
@access(DECIDER)
def clear(uid: str) -> ResponseReturnValue:
    """Take the recall back: the weight was good, and what was decided is undone."""
    at = utcnow()
    with reading() as session:
        _own(session, uid)
    try:
        step_up.confirm(LegalAct.CLEAR_RECALL, [uid], request.form.get("code", ""), at)
    except step_up.ERRORS as error:
        with reading() as session:
            return _clearing(_own(session, uid), {"code": str(step_up.said(error))}), INVALID
    with transaction() as session:
        recall = _own(session, uid)
        step_up.spend(session, LegalAct.CLEAR_RECALL, [uid], at)
        task = service.clear(session, recall, by=caller().uid, at=at)
        return redirect(url_for("tasks.show_task", uid=task.uid), 303)


def _clearing(recall: Recall, errors: dict[str, str] | None = None) -> str:
    return render_template("verify/recall_clear.html", recall=recall, errors=errors or {})


def _own(session: Session, uid: str) -> Recall:
    recall = queries.recall_in(session, staff.eyes(), uid)
    staff.require(session, recall.body, DECIDER)
    return recall


def _faults(asked: str, chosen: list[str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    if asked not in set(CHOICES):
        errors["decision"] = _("Please choose one.")
    if not chosen:
        errors["scale"] = _("Choose at least one.")
    if len(chosen) > MOST_AT_ONCE:
        errors["scale"] = _("At most %(n)s at once; tick fewer.", n=MOST_AT_ONCE)
    return errors


def _tell(done: service.Decided) -> None:
    flash(ngettext("%(num)s scale is decided.", "%(num)s scales are decided.", done.done))
    if done.unmoved:
        said = ngettext(
            "%(num)s was out of use already and keeps its state.",
            "%(num)s were out of use already and keep their state.",
            len(done.unmoved),
        )
        flash(said, "attention")


def _page(session: Session, recall: Recall, errors: dict[str, str] | None = None) -> str:
    asked = request.args.get("decision", "")
    shown = RecallDecision(asked) if asked in set(RecallDecision) else None
    decides = recall.state is RecallState.OPEN and staff.acts_for(session, recall.body, DECIDER)
    ticks_all = decides and "all" in request.args
    found = queries.lines(recall, shown)
    page = fetch(
        session, found, BY_RISK, request.args.get("after"), MOST_AT_ONCE if ticks_all else PAGE
    )
    chosen = request.form.getlist("scale")
    if ticks_all and request.method == "GET":
        chosen = [line.scale.uid for line in page.items]
    return render_template(
        "verify/recall.html",
        recall=recall,
        page=page,
        ticks_all=ticks_all,
        most=MOST_AT_ONCE,
        counts=queries.counts(session, recall),
        making=None if recall.listed is not None else queries.listing_task(session, recall),
        shown=shown,
        asked=request.args,
        decisions=RecallDecision,
        choices=[(one.value, say(one), None) for one in CHOICES],
        reason_of=RiskReason,
        points=POINTS,
        decides=decides,
        may_clear=recall.state is not RecallState.CLEARED
        and staff.acts_for(session, recall.body, DECIDER),
        chosen=chosen,
        decided=request.form.get("decision", ""),
        errors=errors or {},
    )
