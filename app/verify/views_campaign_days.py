"""A day of a campaign in a market: its list, who came and who did not, its end."""

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.scope import within
from app.db.session import utcnow
from app.domain.campaigns import CampaignOutcome, CampaignState
from app.domain.permissions import CAMPAIGN_PLANNERS, CAMPAIGN_READERS
from app.domain.roles import Role
from app.domain.scope import Scope
from app.models import Campaign, CampaignDay, Place
from app.verify import fieldwork, forms_campaigns
from app.verify import queries_campaigns as queries
from app.verify.forms_standards import Form
from app.verify.service import campaigns as service
from app.verify.service import campaigns_lists as lists
from app.verify.service.campaigns import CrewError, Visit
from app.verify.service.errors import FieldsError
from app.verify.views_campaigns import INVALID, crew_words, page_of
from app.web.access import access, caller
from app.web.database import reading, transaction

bp = Blueprint(
    "campaign_days", __name__, url_prefix="/verify/campaigns", template_folder="templates"
)
REMOVE, EXCUSE, MOVE = "remove", "excuse", "move"
DEEDS: Final = (REMOVE, EXCUSE, MOVE)


@bp.post("/<uid:uid>/days")
@access(*CAMPAIGN_PLANNERS)
def add(uid: str) -> ResponseReturnValue:
    """Add a day in a market to the plan."""
    form = Form.read(request.form, forms_campaigns.DAY)
    with transaction() as session:
        row = fieldwork.own_campaign(session, uid)
        place = _place(session, row, form)
        typed = forms_campaigns.visit(form, request.form, place)
        if typed is not None and (day := _put(session, row, typed, form)):
            return redirect(url_for(".show", uid=uid, day=day.uid), 303)
    with reading() as session:
        return page_of(session, uid, form), INVALID


@bp.get("/<uid:uid>/days/<uid:day>")
@access(*CAMPAIGN_READERS)
def show(uid: str, day: str) -> ResponseReturnValue:
    """Show the list of a day, and what became of each scale."""
    with reading() as session:
        return _page(session, uid, day, {})


@bp.post("/<uid:uid>/days/<uid:day>")
@access(*CAMPAIGN_PLANNERS)
def change(uid: str, day: str) -> ResponseReturnValue:
    """Change date, crew and spot of a day."""
    form = Form.read(request.form, forms_campaigns.DAY)
    with transaction() as session:
        found = fieldwork.own_day(session, uid, day)
        typed = forms_campaigns.visit(form, request.form, found.place)
        if typed is not None:
            changed = Visit(
                place=found.place,
                held_on=typed.held_on,
                crew=typed.crew,
                spot=typed.spot,
                day=found,
            )
            if _put(session, found.campaign, changed, form):
                return redirect(url_for(".show", uid=uid, day=day), 303)
    with reading() as session:
        return _page(session, uid, day, form.errors), INVALID


@bp.post("/<uid:uid>/days/<uid:day>/remove")
@access(*CAMPAIGN_PLANNERS)
def remove(uid: str, day: str) -> ResponseReturnValue:
    """Take a day out of the plan, with its list."""
    with transaction() as session:
        found = fieldwork.own_day(session, uid, day)
        service.remove_day(session, found, by=caller().uid, at=utcnow())
    return redirect(url_for("campaigns.show", uid=uid), 303)


@bp.post("/<uid:uid>/days/<uid:day>/lines")
@access(*CAMPAIGN_PLANNERS)
def add_line(uid: str, day: str) -> ResponseReturnValue:
    """Put a scale on the list, by its number."""
    form = Form.read(request.form, {"number": 40})
    try:
        with transaction() as session:
            lists.add(session, fieldwork.own_day(session, uid, day), form["number"])
        return redirect(url_for(".show", uid=uid, day=day), 303)
    except FieldsError as error:
        for name, fault in error.faults.items():
            forms_campaigns.say_fault(name, fault, form)
    with reading() as session:
        return _page(session, uid, day, form.errors), INVALID


@bp.post("/<uid:uid>/days/<uid:day>/chosen")
@access(*CAMPAIGN_PLANNERS)
def chosen(uid: str, day: str) -> ResponseReturnValue:
    """Take the ticked scales off the list, excuse them, or put them on another day."""
    what, to, scales = (
        request.form.get("what", ""),
        request.form.get("to", ""),
        request.form.getlist("scale"),
    )
    errors: dict[str, str] = {}
    if what not in DEEDS:
        errors["what"] = _("Please choose one.")
    if not scales:
        errors["scale"] = _("Choose at least one.")
    if not errors:
        with transaction() as session:
            found = fieldwork.own_day(session, uid, day)
            if what == REMOVE:
                lists.remove(session, found, scales)
            elif what == EXCUSE:
                lists.excuse(session, found, scales, utcnow())
            else:
                lists.move(session, found, scales, fieldwork.own_day(session, uid, to))
        return redirect(url_for(".show", uid=uid, day=day), 303)
    with reading() as session:
        return _page(session, uid, day, errors), INVALID


@bp.post("/<uid:uid>/days/<uid:day>/end")
@access(*CAMPAIGN_PLANNERS)
def end(uid: str, day: str) -> ResponseReturnValue:
    """End the day: who did not come stands on the second list, where a date is given."""
    form = Form.read(request.form, forms_campaigns.DAY)
    held_on = form.day("held_on")
    try:
        with transaction() as session:
            found = fieldwork.own_day(session, uid, day)
            again = None
            if held_on is not None:
                again = Visit(
                    place=found.place, held_on=held_on, crew=tuple(found.crew), spot=found.spot
                )
            if not form.errors:
                count = service.end_day(session, found, again, by=caller().uid, at=utcnow())
                flash(ngettext("%(num)s did not come.", "%(num)s did not come.", count))
                return redirect(url_for("campaigns.show", uid=uid), 303)
    except FieldsError as error:
        for name, fault in error.faults.items():
            forms_campaigns.say_fault(name, fault, form)
    except CrewError as error:
        form.errors["held_on"] = crew_words(error)
    with reading() as session:
        return _page(session, uid, day, form.errors), INVALID


def _put(session: Session, row: Campaign, visit: Visit, form: Form) -> CampaignDay | None:
    try:
        return service.put_day(session, row, visit, by=caller().uid, at=utcnow())
    except FieldsError as error:
        for name, fault in error.faults.items():
            forms_campaigns.say_fault(name, fault, form)
    except CrewError as error:
        form.errors["crew"] = crew_words(error)
    return None


def _place(session: Session, row: Campaign, form: Form) -> Place:
    return session.scalars(
        select(Place).where(Place.uid == form["place"], within(Place.path, Scope((row.path,))))
    ).one()


def _page(session: Session, uid: str, day_uid: str, errors: dict[str, str]) -> str:
    day = fieldwork.day(session, uid, day_uid)
    row, today = day.campaign, fieldwork.sight().today
    plans = (
        fieldwork.may_plan(session, row.body, row.path) and row.state is not CampaignState.CLOSED
    )
    return render_template(
        "verify/campaign_day.html",
        campaign=row,
        day=day,
        lines=queries.with_outcomes(session, day),
        outcomes=CampaignOutcome,
        names=queries.names(session, day.crew),
        people=[(one.uid, one.name) for one in queries.crew_of(row.body, day.held_on)],
        missed=queries.missed_on(session, day),
        writes=row.state is CampaignState.RUNNING
        and bool(caller().roles_at(day.place.path) & {Role.VERIFIER}),
        others=[one for one in row.days if one.place_id == day.place_id and one is not day],
        plans=plans,
        may_end=plans and row.state is CampaignState.RUNNING and day.held_on <= today,
        today=today,
        errors=errors,
        chosen=request.form.getlist("scale"),
    )
