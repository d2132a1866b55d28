"""Pages of findings, leads and the ledger."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.differences import DifferenceKind
from app.domain.findings import FINDING_STEPS, LEAD_STEPS, FindingState
from app.domain.permissions import (
    DECIDERS,
    FINDING_READERS,
    LEAD_READERS,
    LEDGER_READERS,
    LegalAct,
)
from app.ledger.door import SYSTEM
from app.models import Finding, Lead, LedgerEntry, Person
from app.oversee import audit, queries, service
from app.oversee.forms import ConclusionForm, LeadForm
from app.web import step_up
from app.web.access import access, caller
from app.web.database import reading, transaction
from app.web.flash_map import FlashMap
from app.web.navigation import add_section, opens
from app.web.paging import fetch
from app.web.words import ledger as words
from app.web.words.say import say

COPIES: Final = "copies.listed"

bp = Blueprint("oversee", __name__, url_prefix="/oversee", template_folder="templates")
bp.record_once(lambda state: add_section(state.app, "findings", "oversee.findings"))
bp.record_once(lambda state: add_section(state.app, "ledger", "oversee.ledger"))


@bp.get("/findings")
@access(*FINDING_READERS)
def findings() -> ResponseReturnValue:
    """List findings, the open ones unless asked otherwise."""
    asked = request.args.get("state", FindingState.OPEN)
    state = FindingState(asked) if asked in set(FindingState) else FindingState.OPEN
    scope = caller().scope(*FINDING_READERS)
    with reading() as session:
        counts = queries.finding_counts(session, scope)
        page = fetch(
            session,
            queries.findings(scope, state),
            [Finding.id],
            request.args.get("after"),
            newest_first=True,
        )
        chips = [
            (say(one), url_for(".findings", state=one), one is state, counts[one])
            for one in FindingState
        ]
        return render_template(
            "oversee/findings.html",
            page=page,
            chips=chips,
            state=state,
            may_read_leads=bool(caller().scope(*LEAD_READERS)),
            copies_url=url_for(COPIES) if opens(COPIES) else None,
        )


@bp.get("/findings/<uid:uid>")
@access(*FINDING_READERS)
def finding(uid: str) -> ResponseReturnValue:
    """Show one finding: what was read, where it differs, what people made of it."""
    with reading() as session:
        row = queries.finding_in(session, caller().scope(*FINDING_READERS), uid)
        return _page(session, row, ConclusionForm())


@bp.post("/findings/<uid:uid>/conclusion")
@access(*DECIDERS)
def conclude(uid: str) -> ResponseReturnValue:
    """Write down what the verification body concluded."""
    form, scope, at = ConclusionForm.of(request.form), caller().scope(*DECIDERS), utcnow()
    with reading() as session:
        queries.finding_in(session, scope, uid)
    if not _proven(LegalAct.CONCLUDE, uid, form.errors, at):
        with reading() as session:
            return _page(session, queries.finding_in(session, scope, uid), form), 422
    with transaction() as session:
        step_up.spend(session, LegalAct.CONCLUDE, [uid], at)
        row = queries.finding_in(session, scope, uid)
        by = session.get_one(Person, caller().id)
        service.resolve(session, row, form.conclusion(), by=by, at=at)
    flash(_("The conclusion is on record."))
    return redirect(url_for(".finding", uid=uid), 303)


@bp.post("/leads/<uid:uid>/steps")
@access(*DECIDERS)
def step_lead(uid: str) -> ResponseReturnValue:
    """Hand a lead over, or close it."""
    form, scope, at = LeadForm.of(request.form), caller().scope(*DECIDERS), utcnow()
    with reading() as session:
        queries.lead_in(session, scope, uid)
    if not _proven(LegalAct.STEP_LEAD, uid, form.errors, at):
        with reading() as session:
            return _lead_page(session, queries.lead_in(session, scope, uid), form), 422
    with transaction() as session:
        step_up.spend(session, LegalAct.STEP_LEAD, [uid], at)
        row = queries.lead_in(session, scope, uid)
        service.step_lead(session, row, form.step(), by=caller().uid, at=at)
    flash(_("The lead is on record."))
    return redirect(url_for(".lead", uid=uid), 303)


def _proven(purpose: LegalAct, uid: str, errors: dict[str, str], at: datetime) -> bool:
    """Take a fresh proof for one act once its form is right; note at the field what is wrong."""
    if not errors:
        try:
            step_up.confirm(purpose, [uid], request.form.get("code", ""), at)
        except step_up.ERRORS as error:
            errors["code"] = str(step_up.said(error))
    return not errors


@bp.get("/leads")
@access(*LEAD_READERS)
def leads() -> ResponseReturnValue:
    """List leads, those not yet closed first."""
    with reading() as session:
        page = fetch(
            session,
            queries.leads(caller().scope(*LEAD_READERS)),
            [Lead.id],
            request.args.get("after"),
            newest_first=True,
        )
        return render_template(
            "oversee/leads.html", page=page, checks=queries.checks_of(session, page.items)
        )


@bp.get("/leads/<uid:uid>")
@access(*LEAD_READERS)
def lead(uid: str) -> ResponseReturnValue:
    """Show one lead: on what evidence it rests, and where it is on its way."""
    with reading() as session:
        row = queries.lead_in(session, caller().scope(*LEAD_READERS), uid)
        return _lead_page(session, row, LeadForm())


@bp.get("/ledger")
@access(*LEDGER_READERS)
def ledger() -> ResponseReturnValue:
    """Show the newest entries about one's own regions, and the newest checkpoint.

    A page may hold fewer entries than another: what lies elsewhere is left out.
    """
    with reading() as session:
        page = fetch(
            session,
            queries.entries(),
            [LedgerEntry.seq],
            request.args.get("after"),
            newest_first=True,
        )
        rows = audit.tell(session, caller().scope(*LEDGER_READERS), page.items)
        head, checkpoint = queries.ends(session)
        return render_template(
            "oversee/ledger.html",
            rows=rows,
            page=page,
            head=head,
            checkpoint=checkpoint,
            words=words,
            system=SYSTEM,
        )


def _lead_page(session: Session, row: Lead, step: LeadForm) -> str:
    may_decide = bool(caller().roles_at(row.path) & set(DECIDERS))
    return render_template(
        "oversee/lead.html",
        lead=row,
        checks=queries.checks_of(session, [row])[row.id],
        steps=LEAD_STEPS[row.state] if may_decide else (),
        step=step,
    )


def _page(session: Session, row: Finding, conclusion: ConclusionForm) -> str:
    roles = caller().roles_at(row.path)
    lead = queries.lead_of(session, row)
    may_decide = bool(roles & set(DECIDERS))
    outcomes = _options(FindingState, FINDING_STEPS[row.state]) if may_decide else []
    return render_template(
        "oversee/finding.html",
        finding=row,
        evidence=row.evidence,
        flash=_flash(row),
        ranges=[_range(one) for one in row.evidence.differences],
        lead=lead if roles & set(LEAD_READERS) else None,
        outcomes=outcomes,
        outcomes_with_help=[(code, words, None) for code, words in outcomes],
        conclusion=conclusion,
    )


def _options(kind: type[StrEnum], open_to: Collection[StrEnum]) -> list[tuple[str, str]]:
    """Return code and words of each state in ``open_to``, the usual next one first."""
    return [(one.value, say(one)) for one in kind if one in open_to]


def _range(difference: dict[str, Any]) -> dict[str, Any]:
    """Return one row of the table of differences, its kind in words."""
    return {**difference, "words": say(DifferenceKind(difference["kind"]))}


def _flash(row: Finding) -> FlashMap:
    """Return the map of the model's program memory, or of what was read where none is named."""
    profile, evidence = row.scale.model.profile, row.evidence
    spans = [(int(one["start"]), int(one["end"])) for one in evidence.differences]
    parts: list[dict[str, Any]] = [
        one for one in profile.get("parts", ()) if one["name"] == "program"
    ]
    part = parts[0] if parts else {}
    start = int(part.get("address", 0))
    ends = [end - start for _first, end in spans]
    ignored = [
        (int(one["start"]), int(one["end"]))
        for one in profile.get("regions", ())
        if one.get("kind") != "code" and one.get("part", "program") == "program"
    ]
    length = max([evidence.length, int(part.get("length", 0)), *ends])
    unread = [(start + evidence.length, start + length)] if evidence.length < length else []
    return FlashMap.of(start, length, differing=spans, unread=unread, ignored=ignored)
