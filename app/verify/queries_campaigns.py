"""Reading campaigns: of one's regions, of the body one belongs to, of the market one keeps.

That a scale is done is nobody's tick: a result, or a worksheet on its way to one, that was
written down during the campaign says so.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.db.scope import within
from app.domain.calendar import ONE_DAY, local_midnight
from app.domain.campaigns import CampaignOutcome, ListKind
from app.domain.lifecycle import State
from app.domain.qualifications import FOR_MARKET_SCALES
from app.domain.scope import Scope
from app.domain.worksheets import WorksheetState
from app.models import (
    Body,
    Campaign,
    CampaignDay,
    CampaignMiss,
    CampaignScale,
    Person,
    Place,
    Qualification,
    Region,
    Scale,
    ScaleCell,
    ScaleModel,
    Verification,
    Worksheet,
)
from app.verify import queries_standards

MOST_PLACES: Final = 400
NONE: Final[Counter[CampaignOutcome]] = Counter()
# Scales that a campaign can ask to come: not in repair, not stored, not gone.
COMING: Final = (
    State.AWAITING_VERIFICATION,
    State.READY,
    State.IN_SERVICE,
    State.SUSPENDED,
)
GIVEN_UP: Final = (WorksheetState.RETURNED, WorksheetState.VOID)


class Sight(NamedTuple):
    """What somebody sees: regions as regulator, auditor or body; markets as their manager."""

    scope: Scope
    markets: Scope
    person_id: int
    today: date


def campaigns(sight: Sight) -> Select[Campaign]:
    """Return the campaigns that one sees."""
    mine = select(CampaignDay.campaign_id).join(Place, Place.id == CampaignDay.place_id)
    return (
        select(Campaign)
        .where(or_(_whole(sight), Campaign.id.in_(mine.where(within(Place.path, sight.markets)))))
        .options(
            joinedload(Campaign.body),
            selectinload(Campaign.days).joinedload(CampaignDay.place),
        )
    )


def campaign_in(session: Session, sight: Sight, uid: str) -> Campaign:
    """Return the campaign ``uid``.

    Raises:
        NoResultFound: There is none for this person.
    """
    return session.scalars(campaigns(sight).where(Campaign.uid == uid)).one()


def days_of(session: Session, sight: Sight, campaign: Campaign) -> list[CampaignDay]:
    """Return the days of ``campaign`` that one sees: a manager those in the own market."""
    if session.scalar(select(Campaign.id).where(Campaign.id == campaign.id, _whole(sight))):
        return list(campaign.days)
    return [one for one in campaign.days if sight.markets.holds(one.place.path)]


def day_in(session: Session, sight: Sight, campaign: Campaign, uid: str) -> CampaignDay:
    """Return the day ``uid`` of ``campaign``.

    Raises:
        NoResultFound: There is none for this person.
    """
    seen = [one.id for one in days_of(session, sight, campaign)]
    wanted = select(CampaignDay).where(CampaignDay.uid == uid, CampaignDay.id.in_(seen))
    return session.scalars(wanted.options(joinedload(CampaignDay.place))).one()


def _whole(sight: Sight) -> ColumnElement[bool]:
    own = queries_standards.bodies(sight.scope, sight.person_id, sight.today)
    return or_(
        within(Campaign.path, sight.scope),
        Campaign.body_id.in_(own.with_only_columns(Body.id)),
    )


def progress(session: Session, campaign: Campaign) -> Mapping[int, Counter[CampaignOutcome]]:
    """Return how many lines of each day came to what, by id of the day."""
    found: dict[int, Counter[CampaignOutcome]] = defaultdict(Counter)
    what = outcome_in(campaign).label("what")
    rows = session.execute(
        select(CampaignScale.day_id, what, func.count())
        .where(CampaignScale.campaign_id == campaign.id)
        .group_by(CampaignScale.day_id, "what")
    )
    for day, code, number in rows:
        found[day][CampaignOutcome(code)] += number
    return found


def missed(session: Session, campaign: Campaign) -> Counter[int]:
    """Return how many did not come on each day and stand on another one's list, by its id."""
    rows = session.execute(
        select(CampaignMiss.day_id, func.count())
        .join(CampaignScale, CampaignScale.id == CampaignMiss.line_id)
        .where(CampaignScale.campaign_id == campaign.id)
        .group_by(CampaignMiss.day_id)
    )
    return Counter({day: number for day, number in rows})  # noqa: C416 - rows are no pairs to mypy


def missed_on(session: Session, day: CampaignDay) -> list[CampaignScale]:
    """Return the lines that did not come on ``day`` and stand on another one's list."""
    found = lines(day.campaign).join(CampaignMiss, CampaignMiss.line_id == CampaignScale.id)
    ordered = found.join(Scale, Scale.id == CampaignScale.scale_id).order_by(
        Scale.market_no, Scale.serial_no, CampaignScale.id
    )
    return list(session.scalars(ordered.where(CampaignMiss.day_id == day.id)))


def outcome_in(campaign: Campaign) -> ColumnElement[Any]:
    """Return what became of a line of ``campaign`` as SQL."""
    begin, end = local_midnight(campaign.since), local_midnight(campaign.until + ONE_DAY)
    verified = exists().where(
        Verification.scale_id == CampaignScale.scale_id,
        Verification.verified_on.between(campaign.since, campaign.until),
    )
    written = exists().where(
        Worksheet.scale_id == CampaignScale.scale_id,
        Worksheet.finished_at >= begin,
        Worksheet.finished_at < end,
        Worksheet.state.not_in(GIVEN_UP),
    )
    return case((or_(verified, written), CampaignOutcome.DONE.value), else_=CampaignScale.outcome)


def lines(campaign: Campaign, day: CampaignDay | None = None) -> Select[CampaignScale]:
    """Return the list of ``campaign``, or of one of its days."""
    found = (
        select(CampaignScale)
        .where(CampaignScale.campaign_id == campaign.id)
        .options(
            joinedload(CampaignScale.day).joinedload(CampaignDay.place),
            joinedload(CampaignScale.scale).options(
                joinedload(Scale.place),
                joinedload(Scale.stall),
                joinedload(Scale.trader),
                joinedload(Scale.model).options(
                    joinedload(ScaleModel.maker), selectinload(ScaleModel.ranges)
                ),
            ),
        )
    )
    return found.where(CampaignScale.day_id == day.id) if day else found


def with_outcomes(
    session: Session, day: CampaignDay
) -> list[tuple[CampaignScale, CampaignOutcome]]:
    """Return the list of ``day`` in the order of the market's numbers, and what became of each."""
    rows = session.execute(
        lines(day.campaign, day)
        .join(Scale, Scale.id == CampaignScale.scale_id)
        .add_columns(outcome_in(day.campaign))
        .order_by(Scale.market_key, Scale.serial_no, CampaignScale.id)
    )
    return [(line, CampaignOutcome(code)) for line, code in rows]


def outcomes_of(
    session: Session, campaign: Campaign, ids: Sequence[int]
) -> dict[int, CampaignOutcome]:
    """Return what became of the lines ``ids`` of ``campaign``."""
    rows = session.execute(
        select(CampaignScale.id, outcome_in(campaign)).where(CampaignScale.id.in_(ids))
    )
    return {line: CampaignOutcome(code) for line, code in rows}


def candidates(place: Place, kind: ListKind, on: date, within_days: int) -> Select[Scale]:
    """Return the scales of ``place`` that a list of ``kind`` asks to come."""
    return (
        select(Scale)
        .join(ScaleCell, ScaleCell.scale_id == Scale.id)
        .where(Scale.place_id == place.id, *_wanted(kind, on, within_days))
        .order_by(Scale.market_key, Scale.serial_no, Scale.id)
    )


def markets(
    session: Session, path: str, kind: ListKind, on: date, within_days: int
) -> list[tuple[Place, int]]:
    """Return the places below ``path`` with how many scales a list of ``kind`` would hold."""
    here = Scope((path,))
    rows = session.execute(
        select(ScaleCell.path, func.count())
        .where(within(ScaleCell.path, here), *_wanted(kind, on, within_days))
        .group_by(ScaleCell.path)
    )
    counts = {place: number for place, number in rows}  # noqa: C416 - rows are no pairs to mypy
    places = session.scalars(
        select(Place).where(within(Place.path, here)).order_by(Place.path).limit(MOST_PLACES)
    )
    return [(place, counts.get(place.path, 0)) for place in places]


def _wanted(kind: ListKind, on: date, within_days: int) -> Sequence[ColumnElement[bool]]:
    coming = ScaleCell.state.in_(COMING)
    awaiting = ScaleCell.state == State.AWAITING_VERIFICATION
    if kind is ListKind.ALL:
        return (coming,)
    if kind is ListKind.AWAITING:
        return (awaiting,)
    due = and_(coming, ScaleCell.until_on <= on + timedelta(days=within_days))
    return (or_(due, awaiting),)


def crew_of(body: Body, on: date) -> list[Person]:
    """Return the staff of ``body`` with a certificate for market scales on ``on``."""
    found = {
        one.person.uid: one.person
        for one in body.staff
        if one.item in FOR_MARKET_SCALES and _works(one, on)
    }
    return sorted(found.values(), key=lambda one: one.name)


def _works(one: Qualification, on: date) -> bool:
    return one.since <= on <= one.until and (one.ended_on is None or on < one.ended_on)


def regions_of(session: Session, body: Body) -> list[Region]:
    """Return the regions that ``body`` is assigned to, and those inside them."""
    assigned = Scope(tuple(sorted({one.path for one in body.regions})))
    return list(
        session.scalars(
            select(Region).where(within(Region.path, assigned)).order_by(Region.path).limit(400)
        )
    )


def names(session: Session, uids: Sequence[str]) -> dict[str, str]:
    """Return the names of people by uid."""
    rows = session.execute(select(Person.uid, Person.name).where(Person.uid.in_(set(uids))))
    return {uid: name for uid, name in rows}  # noqa: C416 - rows are no pairs to mypy
