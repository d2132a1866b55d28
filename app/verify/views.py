"""The page on which a verifier puts a result on record, with a fresh second factor."""

from datetime import date
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date, valid_until
from app.domain.lifecycle import Action, IllegalTransitionError
from app.domain.permissions import ACTION_ROLES, LegalAct
from app.domain.roles import Role
from app.domain.verification import VerificationResult
from app.models import Person, Scale
from app.verify import queries, service
from app.verify.forms import KINDS, ResultForm
from app.verify.service.rulesets import HeldRuleSet, NoRuleSetError, rule_set_for
from app.web import step_up
from app.web.access import access, caller, require_role
from app.web.database import reading, transaction
from app.web.words.items import ITEMS
from app.web.words.say import say

bp = Blueprint("verify", __name__, url_prefix="/verify", template_folder="templates")

INVALID: Final = 422
RESULTS: Final = (VerificationResult.PASS, VerificationResult.FAIL)


@bp.get("/scales/<uid:uid>/results")
@access(Role.VERIFIER)
def record(uid: str) -> ResponseReturnValue:
    """Ask for a result."""
    who = caller()
    with reading() as session:
        scale = queries.scale_in(session, who.scope(Role.VERIFIER), uid)
        form = ResultForm.fresh(local_date(utcnow()), queries.last_body(session, who.id))
        return _page(session, scale, form)


@bp.post("/scales/<uid:uid>/results")
@access(Role.VERIFIER)
def save(uid: str) -> ResponseReturnValue:
    """Put a result on record: first all is checked, then the code is used, then it is written."""
    form = ResultForm.read(request.form)
    if not form.errors:
        try:
            with reading() as session:
                _attempt(session, uid, form, write=False)
            purpose = LegalAct(form["result"])
            step_up.confirm(purpose, [uid], form["code"], utcnow())
            with transaction() as session:
                step_up.spend(session, purpose, [uid], utcnow())
                _attempt(session, uid, form, write=True)
        except service.ResultError as error:
            form.refuse(error)
        except service.OwnRepairError:
            form.errors["result"] = _("You repaired this scale and may not verify it.")
        except step_up.ERRORS as error:
            form.errors["code"] = step_up.said(error)
        except IllegalTransitionError:
            flash(_("The scale is in another state by now. Nothing was done."), "attention")
            return redirect(url_for("manage.scale", uid=uid), 303)
    if form.errors:
        with reading() as session:
            scale = queries.scale_in(session, caller().scope(Role.VERIFIER), uid)
            return _page(session, scale, form), INVALID
    return redirect(url_for("manage.scale", uid=uid, _anchor="verification"), 303)


def _attempt(session: Session, uid: str, form: ResultForm, *, write: bool) -> None:
    who = caller()
    scale = queries.scale_in(session, who.scope(Role.VERIFIER), uid)
    require_role(scale.path, *ACTION_ROLES[Action.PASS])
    command = form.command(session.get_one(Person, who.id))
    do = service.record_verification if write else service.check_verification
    do(session, scale, command, by=who.uid, at=utcnow())


def _page(session: Session, scale: Scale, form: ResultForm) -> str:
    day = form.day or local_date(utcnow())
    rules = _rules(session, scale, day)
    return render_template(
        "verify/record.html",
        scale=scale,
        number=scale.market_no or scale.serial_no,
        form=form,
        results=[(one.value, say(one), None) for one in RESULTS],
        kinds=[(one.value, say(one)) for one in KINDS],
        items=ITEMS,
        rules=rules,
        until=valid_until(day, rules.rules.limits.validity_months) if rules else None,
    )


def _rules(session: Session, scale: Scale, day: date) -> HeldRuleSet | None:
    try:
        return rule_set_for(session, scale.model, day)
    except NoRuleSetError:
        return None
