"""Campaigns (集中检定): planned, looked at while they run, ended."""

from collections import Counter
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.campaigns import CampaignOutcome, CampaignState, ListKind
from app.domain.permissions import CAMPAIGN_PLANNERS, CAMPAIGN_READERS
from app.domain.roles import Role
from app.models import Body, Campaign
from app.verify import fieldwork, forms_campaigns, staff
from app.verify import queries_campaigns as queries
from app.verify.forms_standards import Form
from app.verify.service import campaigns as service
from app.verify.service import campaigns_lists as lists
from app.verify.service.campaigns import CrewError, NewCampaign
from app.verify.service.campaigns_planning import plan
from app.verify.service.errors import Fault, FieldsError
from app.web.access import ForbiddenError, access, caller
from app.web.database import reading, transaction
from app.web.navigation import add_section
from app.web.paging import fetch
from app.web.words.say import say

bp = Blueprint("campaigns", __name__, url_prefix="/verify/campaigns", template_folder="templates")
bp.record_once(lambda state: add_section(state.app, "campaigns", "campaigns.index"))

INVALID: Final = 422


@bp.get("")
@access(*CAMPAIGN_READERS)
def index() -> ResponseReturnValue:
    """List the campaigns one sees, the newest first."""
    with reading() as session:
        page = fetch(
            session,
            queries.campaigns(fieldwork.sight()),
            [Campaign.id],
            request.args.get("after"),
            newest_first=True,
        )
        return render_template(
            "verify/campaigns.html",
            page=page,
            progress={one.id: _sum(session, one) for one in page.items},
            may_plan=bool(caller().roles & set(CAMPAIGN_PLANNERS)),
            outcomes=CampaignOutcome,
        )


@bp.get("/new")
@access(*CAMPAIGN_PLANNERS)
def new() -> ResponseReturnValue:
    """Ask where and when; the markets and verifiers to choose from follow."""
    given = {**forms_campaigns.DEFAULTS, **request.args.to_dict()}
    form = Form.read(given, forms_campaigns.PLAN)
    with reading() as session:
        return _planning(session, form)


@bp.post("")
@access(*CAMPAIGN_PLANNERS)
def create() -> ResponseReturnValue:
    """Plan a campaign: the proposal is its plan, to be changed day by day."""
    form = Form.read(request.form, forms_campaigns.PLAN)
    wish = forms_campaigns.wish(form, request.form)
    since, until = form.day("since"), form.day("until")
    try:
        with transaction() as session:
            body = _body(session, form)
            if body is not None and since and until and not form.errors:
                command = NewCampaign(
                    body=body, path=form["path"], name=form["name"], since=since, until=until
                )
                campaign, found = plan(session, command, wish, by=caller().uid, at=utcnow())
                left = sum(one.scales for one in found.left)
                if left:
                    flash(
                        ngettext(
                            "%(num)s scale found no room in these days.",
                            "%(num)s scales found no room in these days.",
                            left,
                        ),
                        "attention",
                    )
                return redirect(url_for(".show", uid=campaign.uid), 303)
    except FieldsError as error:
        for name, fault in error.faults.items():
            forms_campaigns.say_fault(name, fault, form)
    except CrewError as error:
        form.errors["people"] = crew_words(error)
    for name in ("since", "until"):
        if not form[name]:
            form.fault(name, Fault.MISSING)
    with reading() as session:
        return _planning(session, form), INVALID


@bp.get("/<uid:uid>")
@access(*CAMPAIGN_READERS)
def show(uid: str) -> ResponseReturnValue:
    """Show the days of a campaign with what became of their scales."""
    with reading() as session:
        return page_of(session, uid, Form())


@bp.post("/<uid:uid>/start")
@access(*CAMPAIGN_PLANNERS)
def start(uid: str) -> ResponseReturnValue:
    """Begin the campaign."""
    with transaction() as session:
        row = fieldwork.own_campaign(session, uid)
        service.start(session, row, by=caller().uid, at=utcnow())
    return redirect(url_for(".show", uid=uid), 303)


@bp.post("/<uid:uid>/close")
@access(*CAMPAIGN_PLANNERS)
def close(uid: str) -> ResponseReturnValue:
    """End the campaign."""
    with transaction() as session:
        row = fieldwork.own_campaign(session, uid)
        service.close(session, row, by=caller().uid, at=utcnow())
    return redirect(url_for(".show", uid=uid), 303)


@bp.post("/<uid:uid>/fill")
@access(*CAMPAIGN_PLANNERS)
def fill(uid: str) -> ResponseReturnValue:
    """List the scales that are due by now and stand on no list yet."""
    form = Form.read(request.form, {"kind": 10, "within_days": 3})
    kind, within_days = forms_campaigns.kind_of(form), form.count("within_days")
    if not form.errors:
        with transaction() as session:
            row = fieldwork.own_campaign(session, uid)
            count = lists.fill(session, row, (kind, within_days))
        flash(ngettext("%(num)s scale was listed.", "%(num)s scales were listed.", count))
    return redirect(url_for(".show", uid=uid), 303)


def page_of(session: Session, uid: str, form: Form) -> str:
    """Render a campaign; ``form`` is the day that was typed."""
    row = fieldwork.campaign(session, uid)
    sight = fieldwork.sight()
    days = queries.days_of(session, sight, row)
    plans = fieldwork.may_plan(session, row.body, row.path)
    counts = queries.progress(session, row)
    people = queries.crew_of(row.body, sight.today) if plans else []
    return render_template(
        "verify/campaign.html",
        campaign=row,
        days=days,
        counts=counts,
        missed=queries.missed(session, row),
        total=sum((counts.get(one.id, queries.NONE) for one in days), Counter()),
        outcomes=CampaignOutcome,
        names=queries.names(session, [uid for one in days for uid in one.crew]),
        today=sight.today,
        may_record=staff.acts_for(session, row.body, Role.VERIFIER),
        plans=plans and row.state is not CampaignState.CLOSED,
        people=[(one.uid, one.name) for one in people],
        markets=_markets(session, row) if plans else [],
        kinds=[(one.value, say(one)) for one in ListKind],
        defaults=forms_campaigns.DEFAULTS,
        form=form,
        chosen=request.form.getlist("person"),
    )


def _markets(session: Session, row: Campaign) -> list[tuple[str, str]]:
    found = queries.markets(session, row.path, ListKind.DUE, row.since, 60)
    return [(place.uid, place.name) for place, _number in found]


def _sum(session: Session, row: Campaign) -> Counter[CampaignOutcome]:
    counts = queries.progress(session, row)
    days = queries.days_of(session, fieldwork.sight(), row)
    return sum((counts.get(one.id, queries.NONE) for one in days), Counter())


def _body(session: Session, form: Form) -> Body | None:
    if not form["body"]:
        form.fault("body", Fault.NOT_HERE)
        return None
    body = staff.body(session, form["body"])
    if not fieldwork.may_plan(session, body, body.path):
        raise ForbiddenError("only the body and the regulator plan a campaign")
    if form["path"] not in {one.path for one in queries.regions_of(session, body)}:
        form.fault("path", Fault.NOT_HERE)
    return body


def _planning(session: Session, form: Form) -> str:
    bodies = fieldwork.planned_bodies(session, CAMPAIGN_PLANNERS)
    body = next((one for one in bodies if one.uid == form["body"]), next(iter(bodies), None))
    regions = queries.regions_of(session, body) if body else []
    path = form["path"] if form["path"] in {one.path for one in regions} else ""
    since = form.day("since") or fieldwork.sight().today
    kind = ListKind(form["kind"]) if form["kind"] in set(ListKind) else ListKind.DUE
    within = int(form["within_days"]) if form["within_days"].isdecimal() else 60
    return render_template(
        "verify/campaign_new.html",
        form=form,
        body=body,
        bodies=[(one.uid, one.name) for one in bodies],
        regions=[(one.path, one.name) for one in regions],
        path=path,
        kinds=[(one.value, say(one)) for one in ListKind],
        markets=queries.markets(session, path, kind, since, within) if path else [],
        people=queries.crew_of(body, since) if body else [],
        chosen={"market": request.form.getlist("market"), "person": request.form.getlist("person")},
        sent=request.method == "POST",
    )


def crew_words(error: CrewError) -> str:
    """Return why a crew cannot be sent."""
    found = next(iter(error.faults.values()), ())
    why = _(", ").join(say(one) for one in found)
    return str(_("Somebody of the crew may not verify there: %(why)s", why=why or "–"))
