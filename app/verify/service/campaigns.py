"""Campaigns: planned market by market and day by day, begun, ended day by day, closed.

The campaign with its days stands in the ledger; its lists of scales are work derived from the
register and stand in none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.campaigns import MOST_DAYS, CampaignOutcome, CampaignState, PlannedDay
from app.domain.errors import DomainError
from app.domain.qualifications import GateFault
from app.ledger import entries
from app.ledger.door import act
from app.models import Body, Campaign, CampaignDay, CampaignMiss, CampaignScale, Person, Place
from app.verify import queries_campaigns as queries
from app.verify.service.bodies import gate
from app.verify.service.errors import Fault, missing, refuse

FIRST, SECOND = 1, 2
CLOSED: Final = "the campaign is closed"


class CampaignStateError(DomainError):
    """The campaign does not stand where this could be done; nothing was written."""

    code = "campaign_state"


class CrewError(DomainError):
    """Somebody of the crew may not verify there on that day; ``faults`` by person and day."""

    code = "crew_not_qualified"

    def __init__(self, faults: Mapping[tuple[str, date], tuple[GateFault, ...]]) -> None:
        super().__init__("somebody of the crew may not verify there on that day")
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaign:
    """A campaign as it is planned."""

    body: Body
    path: str
    name: str
    since: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A day in a market; ``day`` is the one it replaces, ``spot`` where in the market."""

    place: Place
    held_on: date
    crew: tuple[str, ...]
    spot: str = ""
    day: CampaignDay | None = None


def create(
    session: Session, command: NewCampaign, days: Sequence[PlannedDay], *, by: str, at: datetime
) -> Campaign:
    """Plan a campaign with the proposed ``days``; a person changes them afterwards.

    Raises:
        FieldsError: A field cannot be taken.
        CrewError: Somebody may not verify in one of the markets on one of the days.
    """
    faults = missing(name=command.name)
    if command.until < command.since:
        faults["until"] = Fault.OUT_OF_ORDER
    elif (command.until - command.since).days >= MOST_DAYS:
        faults["until"] = Fault.TOO_LONG
    refuse(faults)
    entries.lock(session)
    uids = {one.place for one in days}
    places = {one.uid: one for one in session.scalars(select(Place).where(Place.uid.in_(uids)))}
    row = Campaign(
        uid=new_uid(),
        path=command.path,
        body=command.body,
        name=command.name.strip(),
        since=command.since,
        until=command.until,
        created_at=at,
        days=[
            CampaignDay(
                uid=new_uid(),
                place=places[one.place],
                held_on=one.held_on,
                crew=list(one.crew),
            )
            for one in days
        ],
    )
    with session.no_autoflush:
        for day in row.days:
            _check_crew(session, command.body, day.place, day.held_on, day.crew)
    with act(session, row, "campaign_planned", by=by, at=at):
        session.add(row)
    return row


def put_day(
    session: Session, campaign: Campaign, visit: Visit, *, by: str, at: datetime
) -> CampaignDay:
    """Add a day to the plan, or change one.

    Raises:
        CampaignStateError: It is closed.
        FieldsError: The day lies outside, or the market has that day already.
        CrewError: Somebody may not verify there on that day.
    """
    _open(session, campaign)
    faults: dict[str, Fault] = {}
    if not campaign.since <= visit.held_on <= campaign.until:
        faults["held_on"] = Fault.OUT_OF_ORDER
    if any(
        one.place_id == visit.place.id and one.held_on == visit.held_on
        for one in campaign.days
        if one is not visit.day
    ):
        faults["held_on"] = Fault.TAKEN
    refuse(faults)
    _check_crew(session, campaign.body, visit.place, visit.held_on, visit.crew)
    with act(session, campaign, "campaign_day_set", by=by, at=at):
        day = visit.day or CampaignDay(uid=new_uid(), place=visit.place)
        day.held_on, day.crew, day.spot = visit.held_on, list(visit.crew), visit.spot.strip()
        if visit.day is None:
            campaign.days.append(day)
    return day


def remove_day(session: Session, day: CampaignDay, *, by: str, at: datetime) -> None:
    """Take a day out of the plan, with its list.

    Raises:
        CampaignStateError: The campaign is closed, or something of the day is settled already:
            a scale came, was excused or did not come, or stands there for the second time.
    """
    campaign = day.campaign
    _open(session, campaign)
    settled = exists().where(
        CampaignScale.day_id == day.id, CampaignScale.outcome != CampaignOutcome.LISTED
    )
    missed = exists().where(
        CampaignMiss.line_id == CampaignScale.id,
        or_(CampaignMiss.day_id == day.id, CampaignScale.day_id == day.id),
    )
    if session.scalar(select(or_(settled, missed))):
        raise CampaignStateError("something of this day is settled already")
    with act(session, campaign, "campaign_day_removed", by=by, at=at):
        for line in session.scalars(select(CampaignScale).where(CampaignScale.day_id == day.id)):
            session.delete(line)
        session.flush()
        campaign.days.remove(day)
        session.delete(day)


def start(session: Session, campaign: Campaign, *, by: str, at: datetime) -> None:
    """Begin the campaign.

    Raises:
        CampaignStateError: It is begun or closed already, or has no day.
    """
    entries.lock(session)
    session.refresh(campaign)
    if campaign.state is not CampaignState.PLANNED or not campaign.days:
        raise CampaignStateError("only a planned campaign with a day begins")
    with act(session, campaign, "campaign_started", by=by, at=at):
        campaign.state = CampaignState.RUNNING


def close(session: Session, campaign: Campaign, *, by: str, at: datetime) -> None:
    """End the campaign: what did not come stays a no-show.

    Raises:
        CampaignStateError: It is closed already.
    """
    _open(session, campaign)
    with act(session, campaign, "campaign_closed", by=by, at=at):
        campaign.state = CampaignState.CLOSED
    for day in campaign.days:
        _settle(session, day, at)


def end_day(
    session: Session, day: CampaignDay, again: Visit | None, *, by: str, at: datetime
) -> int:
    """End a day: who did not come is a no-show, and stands on the list of ``again`` where given.

    Returns:
        How many did not come.

    Raises:
        CampaignStateError: The campaign does not run, or the day is still to come.
        FieldsError: ``again`` does not come after the day.
        CrewError: Somebody may not verify there on that second day.
    """
    campaign = day.campaign
    _open(session, campaign)
    if campaign.state is not CampaignState.RUNNING:
        raise CampaignStateError("only a day of a running campaign ends")
    if again is not None:
        refuse({} if again.held_on > day.held_on else {"held_on": Fault.OUT_OF_ORDER})
        _check_crew(session, campaign.body, day.place, again.held_on, again.crew)
    absent = _settle(session, day, at)
    with act(session, campaign, "campaign_day_ended", by=by, at=at):
        second = _second(campaign, day, again) if again and absent else None
        session.flush()
    if second is not None:
        for line in absent:
            session.add(CampaignMiss(line=line, day_id=day.id))
            line.day, line.outcome, line.outcome_at = second, CampaignOutcome.LISTED, None
    return len(absent)


def _second(campaign: Campaign, day: CampaignDay, again: Visit) -> CampaignDay:
    """Return the day of the second list; the campaign lasts as long as it does."""
    campaign.until = max(campaign.until, again.held_on)
    for one in campaign.days:
        if one.place_id == day.place_id and one.held_on == again.held_on:
            return one
    found = CampaignDay(
        uid=new_uid(),
        place=day.place,
        held_on=again.held_on,
        crew=list(again.crew),
        round=SECOND,
        spot=again.spot.strip() or day.spot,
    )
    campaign.days.append(found)
    return found


def _settle(session: Session, day: CampaignDay, at: datetime) -> list[CampaignScale]:
    """Write down what became of the scales of a day; return those that did not come."""
    absent = []
    for line, outcome in queries.with_outcomes(session, day):
        settled = outcome
        if outcome is CampaignOutcome.LISTED:
            settled = CampaignOutcome.NO_SHOW
            absent.append(line)
        if line.outcome is not settled:
            line.outcome, line.outcome_at = settled, at
    session.flush()
    return absent


def _open(session: Session, campaign: Campaign) -> None:
    entries.lock(session)
    session.refresh(campaign)
    if campaign.state is CampaignState.CLOSED:
        raise CampaignStateError(CLOSED)


def _check_crew(session: Session, body: Body, place: Place, on: date, crew: Sequence[str]) -> None:
    people = session.scalars(select(Person).where(Person.uid.in_(crew))).all()
    faults = {
        (one.uid, on): found
        for one in people
        if (found := gate(session, body=body, verifier=one, path=place.path, on=on))
    }
    if faults or len(people) != len(set(crew)):
        raise CrewError(faults)
