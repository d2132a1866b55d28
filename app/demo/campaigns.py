"""The demo's campaigns: one of last spring with its second list, one that goes on today."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import people
from app.domain.calendar import CHINA, local_date
from app.domain.campaigns import ListKind, PlannedDay
from app.models import Body, Person, Place, Scale, Verification
from app.verify.service import campaigns, campaigns_lists
from app.verify.service.campaigns import NewCampaign, Visit
from app.verify.service.campaigns_planning import Wish, plan

# The day on which one delivery of the market was verified, and the second list's: days ago.
HELD, AGAIN = 205, 192
# Whoever was verified until then belonged to the market's list.
LISTED: Final = 180
LEAD: Final = timedelta(days=14)
GOES_ON: Final = timedelta(days=4)
EVENING: Final = time(17, 30)
DAY_BEFORE: Final = timedelta(days=1)
# So many a day: the second market has a day of its own.
PER_DAY: Final = 20


def load(
    session: Session,
    body: Body,
    team: Mapping[str, Person],
    places: Mapping[str, Place],
    *,
    at: datetime,
) -> None:
    """Plan both, let the first one happen, begin the second."""
    _of_spring(session, body, team, places["west"], at)
    _of_today(session, body, team, (places["harbour"], places["orchard"]), at)


def _of_spring(
    session: Session, body: Body, team: Mapping[str, Person], place: Place, at: datetime
) -> None:
    """One market: who did not come was asked again, and some came late or not at all."""
    today, by, crew = local_date(at), team["checker"].uid, (team["verifier"].uid,)
    held, again = (today - timedelta(days=days) for days in (HELD, AGAIN))
    numbers = _verified(session, place, (held, today - timedelta(days=LISTED)))
    command = NewCampaign(
        body=body,
        path=people.COUNTY,
        name=f"{held.year}年{place.name}集中检定",
        since=held,
        until=held,
    )
    day = PlannedDay(place.uid, held, crew, len(numbers))
    row = campaigns.create(session, command, [day], by=by, at=_evening(held - LEAD))
    first = row.days[0]
    for number in numbers:
        campaigns_lists.add(session, first, number)
    campaigns.start(session, row, by=by, at=_evening(held - DAY_BEFORE))
    second = Visit(place=place, held_on=again, crew=crew, spot="管理办公室门口")
    campaigns.end_day(session, first, second, by=by, at=_evening(held))
    campaigns.end_day(session, row.days[-1], None, by=by, at=_evening(again))
    campaigns.close(session, row, by=by, at=_evening(again))


def _of_today(
    session: Session,
    body: Body,
    team: Mapping[str, Person],
    markets: tuple[Place, ...],
    at: datetime,
) -> None:
    """It began this morning; what is signed today shows on its lists by itself."""
    today, by = local_date(at), team["checker"].uid
    command = NewCampaign(
        body=body,
        path=people.COUNTY,
        name=f"{today.year}年第{(today.month + 2) // 3}季度集中检定",
        since=today,
        until=today + GOES_ON,
    )
    wish = Wish(
        markets=tuple(one.uid for one in markets),
        people=(team["verifier"].uid,),
        kind=ListKind.DUE,
        per_day=PER_DAY,
        crew_size=1,
        weekends=True,
    )
    row, _plan = plan(session, command, wish, by=by, at=at - LEAD)
    if row.days:  # of a part of the fleet nothing may be due
        campaigns.start(session, row, by=by, at=at - timedelta(hours=3))


def _verified(session: Session, place: Place, between: tuple[date, date]) -> list[str]:
    """Return the numbers of the scales of ``place`` that were verified in that time."""
    found = session.scalars(
        select(Scale.market_no)
        .join(Verification, Verification.scale_id == Scale.id)
        .where(
            Scale.place_id == place.id,
            Scale.market_no != "",
            Verification.verified_on.between(*between),
        )
        .order_by(Scale.market_no)
    )
    return list(dict.fromkeys(found))


def _evening(day: date) -> datetime:
    return datetime.combine(day, EVENING, CHINA)
