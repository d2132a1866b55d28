"""What the API of campaigns takes and gives."""

from collections import Counter
from datetime import date, datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from app.domain.campaigns import (
    MOST_PER_DAY,
    PER_DAY,
    CampaignOutcome,
    CampaignState,
    ListKind,
)
from app.models import Campaign, CampaignDay
from app.verify import fieldwork
from app.verify import queries_campaigns as queries
from app.verify.service.campaigns_planning import CREW, SOON
from app.web import api

Uid = Annotated[str, Field(min_length=1, max_length=36)]
Uids = Annotated[list[Uid], Field(min_length=1, max_length=400)]
Within = Annotated[int, Field(ge=0, le=999)]


class DayOut(api.Model):
    """A crew in a market on a day, and how many of its scales came to what.

    `moved`: how many of `no_show` stand on the list of another day by now.
    """

    id: str
    market: str
    held_on: date
    round: int
    crew: list[str]
    spot: str
    listed: int
    done: int
    no_show: int
    moved: int
    excused: int


class CampaignOut(api.Model):
    """A campaign with its days."""

    id: str
    body: str
    path: str
    name: str
    since: date
    until: date
    state: CampaignState
    created_at: datetime
    days: list[DayOut]


class LineOut(api.Model):
    """A scale on a list."""

    scale: str
    day: str
    outcome: CampaignOutcome
    appointment_no: str


class CampaignIn(api.Body):
    """What a campaign is planned of; the days are proposed from it."""

    body: Uid
    path: Annotated[str, Field(min_length=1, max_length=120)]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    since: date
    until: date
    markets: Uids
    verifiers: Uids
    kind: ListKind = ListKind.DUE
    within_days: Within = SOON
    per_day: Annotated[int, Field(ge=1, le=MOST_PER_DAY)] = PER_DAY
    crew_size: Annotated[int, Field(ge=1, le=9)] = CREW
    weekends: bool = False


class DayIn(api.Body):
    """A day in a market."""

    market: Uid
    held_on: date
    crew: Uids
    spot: Annotated[str, Field(max_length=120)] = ""


class DayChangeIn(api.Body):
    """The day as it is to be."""

    held_on: date
    crew: Uids
    spot: Annotated[str, Field(max_length=120)] = ""


class FillIn(api.Body):
    """Which scales join the lists."""

    kind: ListKind = ListKind.DUE
    within_days: Within = SOON


class FilledOut(api.Model):
    """How many."""

    count: int


class NumberIn(api.Body):
    """A scale by its number in the market, or the maker's."""

    number: Annotated[str, Field(min_length=1, max_length=40)]


class ChosenIn(api.Body):
    """What becomes of scales on the list; `to` is the day that they move to."""

    scales: Uids
    what: Annotated[str, Field(pattern="^(remove|excuse|move)$")]
    to: Annotated[str, Field(max_length=36)] = ""


class EndIn(api.Body):
    """The day of the second list; without one, who did not come is absent."""

    again_on: date | None = None


def answer(
    session: Session, row: Campaign, status: int = 200, where: str | None = None
) -> api.Answer:
    """Return the campaign as it is now, with its version."""
    session.flush()
    headers = {"Location": where} if where else {}
    return api.Answer(out(session, row), status, version=row.version, headers=headers)


def out(session: Session, row: Campaign) -> CampaignOut:
    """Return a campaign with its days, as the caller may see them."""
    counts, missed = queries.progress(session, row), queries.missed(session, row)
    days = queries.days_of(session, fieldwork.sight(), row)
    return CampaignOut(
        id=row.uid,
        body=row.body.uid,
        path=row.path,
        name=row.name,
        since=row.since,
        until=row.until,
        state=row.state,
        created_at=row.created_at,
        days=[_day(one, counts.get(one.id, queries.NONE), missed[one.id]) for one in days],
    )


def _day(day: CampaignDay, counts: Counter[CampaignOutcome], moved: int) -> DayOut:
    return DayOut(
        id=day.uid,
        market=day.place.uid,
        held_on=day.held_on,
        round=day.round,
        crew=[str(one) for one in day.crew],
        spot=day.spot,
        listed=counts[CampaignOutcome.LISTED],
        done=counts[CampaignOutcome.DONE],
        no_show=counts[CampaignOutcome.NO_SHOW] + moved,
        moved=moved,
        excused=counts[CampaignOutcome.EXCUSED],
    )
