"""A campaign as it is wished for becomes a plan: which market when, with whom, for which scales."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.domain.campaigns import (
    MOST_PER_DAY,
    PER_DAY,
    ListKind,
    Market,
    Plan,
    crews_of,
    propose,
    working_days,
)
from app.models import Campaign
from app.verify import queries_campaigns as queries
from app.verify.service import campaigns_lists as lists
from app.verify.service.campaigns import NewCampaign, create
from app.verify.service.errors import Fault, refuse

SOON: Final = 60
CREW: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a plan is made of.

    Attributes:
        markets: uids of the markets, in the order of the visits.
        people: uids of the verifiers.
        kind: Which scales come; with ``DUE`` those due within ``within_days`` of the first day.
        per_day: Scales per crew and day.
        weekends: Whether crews go out on Saturdays and Sundays too.
    """

    markets: tuple[str, ...]
    people: tuple[str, ...]
    kind: ListKind = ListKind.DUE
    within_days: int = SOON
    per_day: int = PER_DAY
    crew_size: int = CREW
    weekends: bool = False


def plan(
    session: Session, command: NewCampaign, wish: Wish, *, by: str, at: datetime
) -> tuple[Campaign, Plan]:
    """Plan a campaign as wished, with its lists; what finds no room stands in ``Plan.left``.

    Raises:
        FieldsError: A field cannot be taken.
        CrewError: Somebody may not verify in one of the markets on one of the days.
    """
    faults = {} if wish.people else {"people": Fault.MISSING}
    known = {
        place.uid: number
        for place, number in queries.markets(
            session, command.path, wish.kind, command.since, wish.within_days
        )
    }
    if not wish.markets:
        faults["markets"] = Fault.MISSING
    elif not known.keys() >= set(wish.markets):
        faults["markets"] = Fault.NOT_HERE
    if not 1 <= wish.per_day <= MOST_PER_DAY:
        faults["per_day"] = Fault.MALFORMED
    refuse(faults)
    found = propose(
        [Market(uid, known[uid]) for uid in dict.fromkeys(wish.markets)],
        crews_of(wish.people, wish.crew_size),
        working_days(command.since, command.until, weekends=wish.weekends),
        wish.per_day,
    )
    campaign = create(session, command, found.days, by=by, at=at)
    lists.fill(session, campaign, (wish.kind, wish.within_days), found.days)
    return campaign, found
