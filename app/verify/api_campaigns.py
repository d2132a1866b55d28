"""The API of campaigns: plan one, change its days and lists, follow it, end it."""

from flask import Blueprint, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.scope import within
from app.db.session import utcnow
from app.domain.permissions import CAMPAIGN_PLANNERS, CAMPAIGN_READERS
from app.domain.scope import Scope
from app.models import Campaign, CampaignScale, Place
from app.verify import fieldwork, staff
from app.verify import queries_campaigns as queries
from app.verify.api_campaign_bodies import (
    CampaignIn,
    CampaignOut,
    ChosenIn,
    DayChangeIn,
    DayIn,
    EndIn,
    FilledOut,
    FillIn,
    LineOut,
    NumberIn,
    answer,
    invalid,
    out,
)
from app.verify.service import campaigns as service
from app.verify.service import campaigns_lists as lists
from app.verify.service.campaigns import CampaignStateError, CrewError, NewCampaign, Visit
from app.verify.service.campaigns_planning import Wish, plan
from app.verify.service.errors import Fault, FieldsError
from app.web import api
from app.web.access import ForbiddenError, access, caller
from app.web.paging import BadCursorError, Cursor, fetch

bp = Blueprint("campaigns", __name__)


@bp.get("/campaigns")
@api.read(
    "List campaigns",
    query=api.ListQuery,
    returns=api.Listed[CampaignOut],
    problems=(BadCursorError,),
)
@access(*CAMPAIGN_READERS)
def campaigns(session: Session, query: api.ListQuery) -> api.Listed[CampaignOut]:
    """Those of one's regions, body or market."""
    page = fetch(
        session,
        queries.campaigns(fieldwork.sight()),
        (Campaign.path, Campaign.uid),
        Cursor.parse(query.after, str, str),
        query.limit,
    )
    items = [out(session, one) for one in page.items]
    return api.Listed[CampaignOut](items=items, next=page.next)


@bp.get("/campaigns/<uid:campaign>")
@api.read("Read a campaign", returns=CampaignOut)
@access(*CAMPAIGN_READERS)
def campaign(session: Session, campaign: str) -> api.Answer:
    """Its days with what became of their scales."""
    return answer(session, fieldwork.campaign(session, campaign))


@bp.get("/campaigns/<uid:campaign>/scales")
@api.read(
    "List the scales of a campaign",
    query=api.ListQuery,
    returns=api.Listed[LineOut],
    problems=(BadCursorError,),
)
@access(*CAMPAIGN_READERS)
def scales(session: Session, campaign: str, query: api.ListQuery) -> api.Listed[LineOut]:
    """In the order they were listed."""
    row = fieldwork.campaign(session, campaign)
    seen = {one.id for one in queries.days_of(session, fieldwork.sight(), row)}
    page = fetch(
        session,
        queries.lines(row).where(CampaignScale.day_id.in_(seen)),
        (CampaignScale.id,),
        Cursor.parse(query.after, int),
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
    if body.path not in {one.path for one in queries.regions_of(session, found)}:
        raise invalid({"path": Fault.NOT_HERE})
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
    try:
        row, _plan = plan(session, command, wish, by=caller().uid, at=utcnow())
    except FieldsError as error:
        raise invalid(error.faults) from error
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
    row = _own(session, campaign)
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
    row = _own(session, campaign)
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
    row = _own(session, campaign)
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
    row, found = _own(session, campaign), fieldwork.own_day(session, campaign, day)
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
    row, found = _own(session, campaign), fieldwork.own_day(session, campaign, day)
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
    try:
        line = lists.add(session, found, body.number)
    except FieldsError as error:
        raise invalid(error.faults) from error
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
    try:
        return FilledOut(count=lists.move(session, found, body.scales, to))
    except FieldsError as error:
        raise invalid(error.faults) from error


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
    try:
        count = service.end_day(session, found, again, by=caller().uid, at=utcnow())
    except FieldsError as error:
        raise invalid(error.faults) from error
    return FilledOut(count=count)


def _own(session: Session, uid: str) -> Campaign:
    row = fieldwork.own_campaign(session, uid)
    api.match(row.version)
    return row


def _put(session: Session, row: Campaign, visit: Visit) -> None:
    try:
        service.put_day(session, row, visit, by=caller().uid, at=utcnow())
    except FieldsError as error:
        raise invalid(error.faults) from error
