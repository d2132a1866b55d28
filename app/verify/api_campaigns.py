"""The API of campaigns: plan one, change its days and lists, follow it, end it."""

from flask import Blueprint, url_for
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.permissions import CAMPAIGN_PLANNERS, CAMPAIGN_READERS
from app.models import Campaign, CampaignScale
from app.verify import fieldwork, staff
from app.verify import queries_campaigns as queries
from app.verify.api_campaign_bodies import (
    CampaignIn,
    CampaignOut,
    FilledOut,
    FillIn,
    LineOut,
    answer,
    out,
)
from app.verify.api_fields import told_at_fields
from app.verify.forms_campaigns import said
from app.verify.service import campaigns as service
from app.verify.service import campaigns_lists as lists
from app.verify.service.campaigns import CampaignStateError, CrewError, NewCampaign
from app.verify.service.campaigns_planning import Wish, plan
from app.verify.service.errors import Fault, FieldsError
from app.web import api
from app.web.access import ForbiddenError, access, caller
from app.web.paging import fetch

bp = Blueprint("campaigns", __name__)


@bp.get("/campaigns")
@api.lists("List campaigns", CampaignOut)
@access(*CAMPAIGN_READERS)
def campaigns(session: Session, query: api.ListQuery) -> api.Listed[CampaignOut]:
    """Those of one's regions, body or market."""
    return api.listed(
        session,
        query,
        queries.campaigns(fieldwork.sight()),
        (Campaign.path, Campaign.uid),
        lambda one: out(session, one),
    )


@bp.get("/campaigns/<uid:campaign>")
@api.read("Read a campaign", returns=CampaignOut)
@access(*CAMPAIGN_READERS)
def campaign(session: Session, campaign: str) -> api.Answer:
    """Its days with what became of their scales."""
    return answer(session, fieldwork.campaign(session, campaign))


@bp.get("/campaigns/<uid:campaign>/scales")
@api.lists("List the scales of a campaign", LineOut)
@access(*CAMPAIGN_READERS)
def scales(session: Session, campaign: str, query: api.ListQuery) -> api.Listed[LineOut]:
    """In the order they were listed."""
    row = fieldwork.campaign(session, campaign)
    seen = {one.id for one in queries.days_of(session, fieldwork.sight(), row)}
    page = fetch(
        session,
        queries.lines(row).where(CampaignScale.day_id.in_(seen)),
        (CampaignScale.id,),
        query.after,
        query.limit,
    )
    ids = [one.id for one in page.items]
    came = queries.outcomes_of(session, row, ids)
    items = [
        LineOut(
            scale=one.scale.uid,
            day=one.day.uid,
            outcome=came[one.id],
            appointment_no=one.appointment_no,
        )
        for one in page.items
    ]
    return api.Listed[LineOut](items=items, next=page.next)


@bp.post("/campaigns")
@api.write(
    "Plan a campaign",
    body=CampaignIn,
    returns={201: CampaignOut},
    problems=(ForbiddenError, CrewError),
)
@access(*CAMPAIGN_PLANNERS)
def create(session: Session, body: CampaignIn) -> api.Answer:
    """Days, crews and lists are proposed; each can be changed."""
    found = staff.body(session, body.body)
    if not fieldwork.may_plan(session, found, found.path):
        raise ForbiddenError("only the body and the regulator plan a campaign")
    with told_at_fields(said):
        if body.path not in {one.path for one in queries.regions_of(session, found)}:
            raise FieldsError(path=Fault.NOT_HERE)
    command = NewCampaign(
        body=found, path=body.path, name=body.name, since=body.since, until=body.until
    )
    wish = Wish(
        markets=tuple(body.markets),
        people=tuple(body.verifiers),
        kind=body.kind,
        within_days=body.within_days,
        per_day=body.per_day,
        crew_size=body.crew_size,
        weekends=body.weekends,
    )
    with told_at_fields(said):
        row, _plan = plan(session, command, wish, by=caller().uid, at=utcnow())
    session.flush()
    where = url_for("verify_api.campaigns.campaign", campaign=row.uid)
    return answer(session, row, 201, where)


@bp.post("/campaigns/<uid:campaign>/start")
@api.write(
    "Begin a campaign",
    returns=CampaignOut,
    problems=(ForbiddenError, CampaignStateError),
    conditional=True,
)
@access(*CAMPAIGN_PLANNERS)
def start(session: Session, campaign: str) -> api.Answer:
    """It has a day by then."""
    row = own(session, campaign)
    service.start(session, row, by=caller().uid, at=utcnow())
    return answer(session, row)


@bp.post("/campaigns/<uid:campaign>/end")
@api.write(
    "End a campaign",
    returns=CampaignOut,
    problems=(ForbiddenError, CampaignStateError),
    conditional=True,
)
@access(*CAMPAIGN_PLANNERS)
def close(session: Session, campaign: str) -> api.Answer:
    """What did not come is absent; nothing changes any more."""
    row = own(session, campaign)
    service.close(session, row, by=caller().uid, at=utcnow())
    return answer(session, row)


@bp.post("/campaigns/<uid:campaign>/fill")
@api.write(
    "Fill up the lists of a campaign",
    body=FillIn,
    returns=FilledOut,
    problems=(ForbiddenError, CampaignStateError),
)
@access(*CAMPAIGN_PLANNERS)
def fill(session: Session, campaign: str, body: FillIn) -> FilledOut:
    """Scales on no list yet join the last day of their market."""
    row = fieldwork.own_campaign(session, campaign)
    return FilledOut(count=lists.fill(session, row, (body.kind, body.within_days)))


def own(session: Session, uid: str) -> Campaign:
    """Return a campaign of the caller's, as he last read it."""
    row = fieldwork.own_campaign(session, uid)
    api.match(row.version)
    return row
