"""The API of a campaign's days: their dates, crews and lists, and how they end."""

from flask import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.scope import within
from app.db.session import utcnow
from app.domain.permissions import CAMPAIGN_PLANNERS
from app.domain.scope import Scope
from app.models import Campaign, Place
from app.verify import fieldwork
from app.verify.api_campaign_bodies import (
    CampaignOut,
    ChosenIn,
    DayChangeIn,
    DayIn,
    EndIn,
    FilledOut,
    LineOut,
    NumberIn,
    answer,
)
from app.verify.api_campaigns import own
from app.verify.api_fields import told_at_fields
from app.verify.forms_campaigns import said
from app.verify.service import campaigns as service
from app.verify.service import campaigns_lists as lists
from app.verify.service.campaigns import CampaignStateError, CrewError, Visit
from app.web import api
from app.web.access import ForbiddenError, access, caller

bp = Blueprint("campaign_days", __name__)


@bp.post("/campaigns/<uid:campaign>/days")
@api.write(
    "Add a day to a campaign",
    body=DayIn,
    returns={201: CampaignOut},
    problems=(ForbiddenError, CampaignStateError, CrewError),
    conditional=True,
)
@access(*CAMPAIGN_PLANNERS)
def add_day(session: Session, campaign: str, body: DayIn) -> api.Answer:
    """A market has a day once."""
    row = own(session, campaign)
    place = session.scalars(
        select(Place).where(Place.uid == body.market, within(Place.path, Scope((row.path,))))
    ).one()
    visit = Visit(place=place, held_on=body.held_on, crew=tuple(body.crew), spot=body.spot)
    _put(session, row, visit)
    return answer(session, row, 201)


@bp.put("/campaigns/<uid:campaign>/days/<uid:day>")
@api.write(
    "Change a day of a campaign",
    body=DayChangeIn,
    returns=CampaignOut,
    problems=(ForbiddenError, CampaignStateError, CrewError),
    conditional=True,
)
@access(*CAMPAIGN_PLANNERS)
def change_day(session: Session, campaign: str, day: str, body: DayChangeIn) -> api.Answer:
    """Its date, crew and spot."""
    row, found = own(session, campaign), fieldwork.own_day(session, campaign, day)
    visit = Visit(
        place=found.place,
        held_on=body.held_on,
        crew=tuple(body.crew),
        spot=body.spot,
        day=found,
    )
    _put(session, row, visit)
    return answer(session, row)


@bp.delete("/campaigns/<uid:campaign>/days/<uid:day>")
@api.write(
    "Take a day out of a campaign",
    returns=CampaignOut,
    problems=(ForbiddenError, CampaignStateError),
    conditional=True,
)
@access(*CAMPAIGN_PLANNERS)
def remove_day(session: Session, campaign: str, day: str) -> api.Answer:
    """With its list; refused once something of it is settled."""
    row, found = own(session, campaign), fieldwork.own_day(session, campaign, day)
    service.remove_day(session, found, by=caller().uid, at=utcnow())
    return answer(session, row)


@bp.post("/campaigns/<uid:campaign>/days/<uid:day>/scales")
@api.write(
    "Put a scale on the list of a day",
    body=NumberIn,
    returns={201: LineOut},
    problems=(ForbiddenError, CampaignStateError),
)
@access(*CAMPAIGN_PLANNERS)
def add_line(session: Session, campaign: str, day: str, body: NumberIn) -> LineOut:
    """It belongs to the market of the day."""
    found = fieldwork.own_day(session, campaign, day)
    with told_at_fields(said):
        line = lists.add(session, found, body.number)
    return LineOut(scale=line.scale.uid, day=found.uid, outcome=line.outcome, appointment_no="")


@bp.post("/campaigns/<uid:campaign>/days/<uid:day>/chosen")
@api.write(
    "Change what becomes of scales on a list",
    body=ChosenIn,
    returns=FilledOut,
    problems=(ForbiddenError, CampaignStateError),
)
@access(*CAMPAIGN_PLANNERS)
def chosen(session: Session, campaign: str, day: str, body: ChosenIn) -> FilledOut:
    """Off the list, excused, or on another day; what is done stays."""
    found = fieldwork.own_day(session, campaign, day)
    if body.what == "remove":
        return FilledOut(count=lists.remove(session, found, body.scales))
    if body.what == "excuse":
        return FilledOut(count=lists.excuse(session, found, body.scales, utcnow()))
    to = fieldwork.own_day(session, campaign, body.to)
    with told_at_fields(said):
        return FilledOut(count=lists.move(session, found, body.scales, to))


@bp.post("/campaigns/<uid:campaign>/days/<uid:day>/end")
@api.write(
    "End a day of a campaign",
    body=EndIn,
    returns=FilledOut,
    problems=(ForbiddenError, CampaignStateError, CrewError),
)
@access(*CAMPAIGN_PLANNERS)
def end_day(session: Session, campaign: str, day: str, body: EndIn) -> FilledOut:
    """Returns how many did not come."""
    found, again = fieldwork.own_day(session, campaign, day), None
    if body.again_on is not None:
        crew = tuple(found.crew)
        again = Visit(place=found.place, held_on=body.again_on, crew=crew, spot=found.spot)
    with told_at_fields(said):
        count = service.end_day(session, found, again, by=caller().uid, at=utcnow())
    return FilledOut(count=count)


def _put(session: Session, row: Campaign, visit: Visit) -> None:
    with told_at_fields(said):
        service.put_day(session, row, visit, by=caller().uid, at=utcnow())
