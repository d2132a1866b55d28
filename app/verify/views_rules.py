"""Rule sets of verification: read by everybody who works here, changed by an administrator."""

import json
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.permissions import RULE_READERS, LegalAct
from app.domain.roles import Role
from app.domain.rules.reader import RuleSetError
from app.domain.rules.ruleset import RuleSet
from app.domain.verification import VerificationKind
from app.models import Person
from app.verify import showing_rules
from app.verify.service import rulesets
from app.verify.service.rulesets import HeldRuleSet
from app.web import step_up
from app.web.access import access, caller
from app.web.database import reading, transaction
from app.web.navigation import add_section
from app.web.strict_json import StrictJsonError, read_object
from app.web.words import rule_sets
from app.web.words.rule_sets import say_wrong

bp = Blueprint("rules", __name__, url_prefix="/verify/rule-sets", template_folder="templates")

bp.record_once(lambda state: add_section(state.app, "rules", "rules.index"))

INVALID: Final = 422


@bp.get("")
@access(*RULE_READERS)
def index() -> ResponseReturnValue:
    """List every version, by regulation, the newest first."""
    with reading() as session:
        return render_template("verify/rules.html", held=rulesets.rule_sets(session), **_who())


@bp.get("/<sha256:rule_set>")
@access(*RULE_READERS)
def show(rule_set: str) -> ResponseReturnValue:
    """Show one version: its numbers, where each comes from, and which are not confirmed."""
    with reading() as session:
        return _page(session, rulesets.rule_set_of(session, rule_set))


def _page(session: Session, held: HeldRuleSet, wrong: str = "") -> str:
    return render_template(
        "verify/rule.html",
        held=held,
        rules=held.rules,
        before=rulesets.before(held, rulesets.rule_sets(session)),
        shown=showing_rules.shown(held.rules),
        wrong=wrong,
        kinds=list(VerificationKind),
        say_limit=rule_sets.say_limit,
        test_words=rule_sets.TEST,
        check_words=rule_sets.PRE_CHECK,
        need_words=rule_sets.NEED,
        at_words=rule_sets.AT,
        changeover_words=rule_sets.CHANGEOVER,
        effect_words=rule_sets.EFFECT,
        **_who(),
    )


def _who() -> dict[str, bool]:
    return {"may_change": Role.ADMIN in caller().roles}


@bp.get("/<sha256:rule_set>/document")
@access(*RULE_READERS)
def document(rule_set: str) -> ResponseReturnValue:
    """Hand the document out, as it is taken in again."""
    with reading() as session:
        held = rulesets.rule_set_of(session, rule_set)
        text = written(held.document)
    found = Response(text, content_type="application/json; charset=utf-8")
    found.headers.set(
        "Content-Disposition", "attachment", filename=f"rule-set-{held.sha256[:12]}.json"
    )
    return found


@bp.get("/new")
@access(Role.ADMIN)
def new() -> ResponseReturnValue:
    """Ask for a further version, with the one it starts from as its text."""
    text = ""
    if origin := request.args.get("of", ""):
        with reading() as session:
            held = rulesets.rule_set_of(session, origin)
            others = (each.rules for each in rulesets.rule_sets(session))
            same = [each.version for each in others if each.identifier == held.rules.identifier]
            text = written({**held.document, "version": max(same) + 1})
    return _form(text)


def _form(text: str, wrong: tuple[tuple[str, str], ...] = ()) -> str:
    return render_template("verify/rule_new.html", text=text, wrong=wrong)


@bp.post("/look")
@access(Role.ADMIN)
def look() -> ResponseReturnValue:
    """Check a document and show what it changes; nothing is written."""
    text = request.form.get("document", "")
    found, wrong = _read(text)
    if found is None:
        return _form(text, wrong), INVALID
    return _preview(found, text)


def _read(text: str) -> tuple[RuleSet | None, tuple[tuple[str, str], ...]]:
    """Return the rule set of ``text``, or what is wrong with it, by place."""
    try:
        with reading() as session:
            return rulesets.check(session, read_object(text.encode())), ()
    except StrictJsonError as error:
        return None, (("", _("This is not JSON that can be read: %(why)s", why=str(error))),)
    except RuleSetError as error:
        return None, tuple((one.place, say_wrong(one)) for one in error.wrong)


def _preview(found: RuleSet, text: str, wrong: str = "") -> str:
    with reading() as session:
        held = rulesets.HeldRuleSet.of(read_object(text.encode()))
        older = rulesets.before(held, rulesets.rule_sets(session))
        return render_template(
            "verify/rule_look.html",
            rules=found,
            held=held,
            before=older,
            changes=showing_rules.changes(older.document if older else {}, held.document),
            text=text,
            wrong=wrong,
        )


@bp.post("")
@access(Role.ADMIN)
def install() -> ResponseReturnValue:
    """Put the version that was looked at into force, with a fresh proof."""
    text, at = request.form.get("document", ""), utcnow()
    found, wrong = _read(text)
    if found is None:
        return _form(text, wrong), INVALID
    batch = [rulesets.HeldRuleSet.of(read_object(text.encode())).sha256]
    try:
        step_up.confirm(LegalAct.INSTALL_RULES, batch, request.form.get("code", ""), at)
    except step_up.ERRORS as error:
        return _preview(found, text, str(step_up.said(error))), INVALID
    with transaction() as session:
        step_up.spend(session, LegalAct.INSTALL_RULES, batch, at)
        by = session.get_one(Person, caller().id)
        rulesets.install(session, read_object(text.encode()), by=by, at=at)
    flash(_("In force. Worksheets begun from now on follow it."))
    return redirect(url_for(".show", rule_set=batch[0]), 303)


@bp.post("/<uid:uid>/withdraw")
@access(Role.ADMIN)
def withdraw(uid: str) -> ResponseReturnValue:
    """Let an installed version be chosen no more; what was judged by it stays judged."""
    at = utcnow()
    if page := _unproven(uid, at):
        return page
    with transaction() as session:
        step_up.spend(session, LegalAct.WITHDRAW_RULES, [uid], at)
        row = rulesets.installed(session, uid)
        rulesets.withdraw(session, row, by=caller().uid, at=at)
        where = url_for(".show", rule_set=row.sha256)
    flash(_("Withdrawn. The version before it holds again."))
    return redirect(where, 303)


def _unproven(uid: str, at: datetime) -> ResponseReturnValue | None:
    """Take a fresh proof; return the page that says what is wrong with it, if anything is."""
    try:
        step_up.confirm(LegalAct.WITHDRAW_RULES, [uid], request.form.get("code", ""), at)
    except step_up.ERRORS as error:
        with reading() as session:
            row = rulesets.installed(session, uid)
            held = rulesets.rule_set_of(session, row.sha256)
            return _page(session, held, str(step_up.said(error))), INVALID
    return None


def written(document: Any) -> str:  # noqa: ANN401 - a JSON document
    """Return a document as people edit it: what the figures say on a line each."""
    return json.dumps(document, ensure_ascii=False, indent=2)
