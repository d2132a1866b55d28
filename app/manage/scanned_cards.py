"""What staff see who scan a stall's card, a staff card or the tag of a standard weight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.scope import within
from app.domain.lifecycle import State
from app.domain.roles import Role
from app.domain.scope import Scope
from app.domain.standards import WeightState
from app.manage.cards import Card, cards
from app.manage.links import link
from app.manage.queries import WITH_ALL
from app.models import Code, Grant, Scale, Stall, StandardWeight
from app.standing import bodies
from app.web.meanings import Meaning

# Where the page of each kind is; one that is not there yet leads nowhere.
PAGES: Final[Mapping[str, str]] = MappingProxyType({"weight": "weights.show"})


@dataclass(frozen=True, slots=True)
class StallSeen:
    """A stall: its scales, and whether the caller may hand one out there."""

    stall: Stall
    scales: Sequence[Card]
    may_hand_out: bool


@dataclass(frozen=True, slots=True)
class RoleSeen:
    """A role on a staff card, and whether it runs today."""

    role: Role
    since: date
    until: date | None
    runs: bool


@dataclass(frozen=True, slots=True)
class StaffSeen:
    """Whose card it is, for which body (none: all regions), and its roles there."""

    name: str
    body: str
    roles: Sequence[RoleSeen]
    good: bool


@dataclass(frozen=True, slots=True)
class WeightSeen:
    """A standard weight; ``until``: the last day of the calibration in force."""

    weight: StandardWeight
    until: date | None
    good: bool
    url: str | None


def near(scope: Scope, path: str) -> bool:
    """Return whether a card of ``path`` concerns somebody in ``scope``: works inside, or above."""
    return scope.holds(path) or any(prefix.startswith(path) for prefix in scope.paths)


def stall_seen(
    session: Session, stall: Stall, scope: Scope, today: date, *, may_hand_out: bool
) -> StallSeen:
    """Return ``stall`` with the scales that the register puts there."""
    found = session.scalars(
        select(Scale)
        .where(within(Scale.path, scope), Scale.stall_id == stall.id, Scale.state != State.RETIRED)
        .options(*WITH_ALL)
        .order_by(Scale.market_key, Scale.id)
    ).all()
    return StallSeen(stall, cards(session, found, today, {}), may_hand_out)


def staff_seen(session: Session, card: Code, today: date) -> StaffSeen:
    """Return whose card it is, and whether an assignment runs today."""
    assert card.person is not None  # noqa: S101 - asked for staff cards alone
    mine = select(Grant).where(Grant.person_id == card.person_id, Grant.path == card.path)
    roles = [
        RoleSeen(one.role, one.since, one.until, one.since <= today <= (one.until or today))
        for one in session.scalars(mine.order_by(Grant.since.desc(), Grant.id))
    ]
    counts = card.revoked_at is None and card.person.disabled_at is None
    good = counts and any(one.runs for one in roles)
    holder = (card.person.id, card.path)
    body = bodies.names_of(session, [holder]).get(holder, "")
    return StaffSeen(card.person.name, body, roles, good)


def weight_seen(weight: StandardWeight, today: date) -> WeightSeen:
    """Return a weight, and whether it may be used today."""
    passed = [one.valid_until for one in weight.calibrations if one.passed]
    until = max(passed, default=None)
    good = weight.state is WeightState.IN_USE and until is not None and until >= today
    return WeightSeen(weight, until, good, link(PAGES["weight"], uid=weight.uid))


def answer(
    session: Session, card: Code, scope: Scope, today: date, *, may_hand_out: bool
) -> dict[str, Any]:
    """Return what the answer's template draws of a card: its kind's part, colour, whether void."""
    void = card.revoked_at is not None
    if card.stall:
        stall = stall_seen(
            session, card.stall, scope, today, may_hand_out=may_hand_out and not void
        )
        colour = Meaning.ATTENTION if void else Meaning.UNKNOWN
        return {"stall": stall, "void": void, "meaning": colour}
    if card.person:
        staff = staff_seen(session, card, today)
        colour = Meaning.VALID if staff.good else Meaning.STOPPED
        return {"staff": staff, "void": void, "meaning": colour}
    assert card.weight is not None  # noqa: S101 - a card hangs on one of the three
    weight = weight_seen(card.weight, today)
    colour = Meaning.VALID if weight.good and not void else Meaning.STOPPED
    return {"weight": weight, "void": void, "meaning": colour}
