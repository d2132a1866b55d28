"""The lists of a campaign: which scales of a market are asked to come on which of its days."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.domain.campaigns import CampaignOutcome, CampaignState, ListKind, PlannedDay
from app.models import Campaign, CampaignDay, CampaignMiss, CampaignScale, Scale
from app.verify import queries_campaigns as queries
from app.verify.service.campaigns import CLOSED, CampaignStateError
from app.verify.service.errors import Fault, FieldsError


def fill(
    session: Session,
    campaign: Campaign,
    which: tuple[ListKind, int],
    planned: Sequence[PlannedDay] = (),
) -> int:
    """List the scales of each market of ``campaign`` on its days, as many a day as planned.

    ``which``: the kind of list, and within how many days from the market's first one a scale
    is due. What is on a list already stays where it is. Returns how many were listed.
    """
    _open(campaign)
    room = {(one.place, one.held_on): one.scales for one in planned}
    by_place: dict[str, list[CampaignDay]] = defaultdict(list)
    for day in campaign.days:
        by_place[day.place.uid].append(day)
    count = 0
    for days in by_place.values():
        count += _fill_days(session, campaign, days, which, room)
    session.flush()
    return count


def _fill_days(
    session: Session,
    campaign: Campaign,
    days: Sequence[CampaignDay],
    which: tuple[ListKind, int],
    room: dict[tuple[str, date], int],
) -> int:
    kind, within_days = which
    known = select(CampaignScale.scale_id).where(CampaignScale.campaign_id == campaign.id)
    wanted = queries.candidates(days[0].place, kind, days[0].held_on, within_days)
    scales = list(session.scalars(wanted.where(Scale.id.not_in(known))))
    at = 0
    for number, day in enumerate(days, 1):
        fits = room.get((day.place.uid, day.held_on), len(scales))
        end = len(scales) if number == len(days) else min(len(scales), at + fits)
        for scale in scales[at:end]:
            session.add(CampaignScale(campaign=campaign, day=day, scale=scale))
        at = end
    return len(scales)


def add(session: Session, day: CampaignDay, number: str) -> CampaignScale:
    """Put the scale with this number (in the market, or the maker's) on the list of ``day``.

    Raises:
        CampaignStateError: The campaign is closed.
        FieldsError: There is no such scale in the market, or it is on a list already.
    """
    _open(day.campaign)
    found = session.scalars(
        select(Scale).where(
            Scale.place_id == day.place_id,
            or_(Scale.market_no == number.strip(), Scale.serial_no == number.strip()),
        )
    ).all()
    if len(found) != 1 or not number.strip():
        raise FieldsError(number=Fault.NOT_HERE)
    if session.scalar(
        select(CampaignScale.id).where(
            CampaignScale.campaign_id == day.campaign_id, CampaignScale.scale_id == found[0].id
        )
    ):
        raise FieldsError(number=Fault.TAKEN)
    line = CampaignScale(campaign=day.campaign, day=day, scale=found[0])
    session.add(line)
    session.flush()
    return line


def remove(session: Session, day: CampaignDay, scales: Sequence[str]) -> int:
    """Take scales (uids) off the list; what is done stays. Returns how many went.

    Raises:
        CampaignStateError: The campaign is closed.
    """
    _open(day.campaign)
    chosen = _chosen(session, day, scales)
    for line in chosen:
        _forget_misses(session, line)
        session.delete(line)
    session.flush()
    return len(chosen)


def excuse(session: Session, day: CampaignDay, scales: Sequence[str], at: datetime) -> int:
    """Write down that scales (uids) need not come: away, stored, being replaced.

    Raises:
        CampaignStateError: The campaign is closed.
    """
    _open(day.campaign)
    chosen = _chosen(session, day, scales)
    for line in chosen:
        line.outcome, line.outcome_at = CampaignOutcome.EXCUSED, at
    session.flush()
    return len(chosen)


def move(session: Session, day: CampaignDay, scales: Sequence[str], to: CampaignDay) -> int:
    """Put scales (uids) on the list of another day of the same market.

    That one did not come on a day is remembered, unless it goes back to that day.

    Raises:
        CampaignStateError: The campaign is closed.
        FieldsError: The day is another market's.
    """
    _open(day.campaign)
    if to.campaign_id != day.campaign_id or to.place_id != day.place_id:
        raise FieldsError(to=Fault.NOT_HERE)
    chosen = _chosen(session, day, scales)
    for line in chosen:
        if line.outcome is CampaignOutcome.NO_SHOW:
            session.add(CampaignMiss(line=line, day_id=day.id))
        _forget_misses(session, line, to)
        line.day, line.outcome, line.outcome_at = to, CampaignOutcome.LISTED, None
    session.flush()
    return len(chosen)


def _forget_misses(session: Session, line: CampaignScale, day: CampaignDay | None = None) -> None:
    session.flush()
    gone = delete(CampaignMiss).where(CampaignMiss.line_id == line.id)
    session.execute(gone.where(CampaignMiss.day_id == day.id) if day else gone)


def _chosen(session: Session, day: CampaignDay, scales: Sequence[str]) -> list[CampaignScale]:
    wanted = set(scales)
    return [
        line
        for line, outcome in queries.with_outcomes(session, day)
        if line.scale.uid in wanted and outcome is not CampaignOutcome.DONE
    ]


def _open(campaign: Campaign) -> None:
    if campaign.state is CampaignState.CLOSED:
        raise CampaignStateError(CLOSED)
