"""The fleet as lists show it: filters, true counts, search. One query each, whatever the size."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from app import search
from app.db.scope import within
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import State
from app.domain.market_numbers import sort_key
from app.domain.scope import Scope
from app.domain.verdicts import Verdict
from app.models import (
    IN_ORDER,
    Evidence,
    Place,
    Scale,
    ScaleCell,
    ScaleEvent,
    ScaleModel,
    ScaleTotal,
    Stall,
    Trader,
    Verification,
)
from app.standing.totals import (
    Tally,
    is_legally,
    numbers_of_places,
    tallies,
    tallies_of_scales,
)
from app.web.paging import Page, fetch

LONGEST: Final = search.LONGEST
MOST_PLACES: Final = 100
NOWHERE: Final = "-"
REPAIRS: Final = ("send_to_repair", "complete_repair", "case_opened")
UNREAD: Final = "unread"

Key = TypeVar("Key")
# What a card or a row of a list shows of a scale.
WITH_ALL: Final = (
    joinedload(Scale.place),
    joinedload(Scale.model).options(joinedload(ScaleModel.maker), selectinload(ScaleModel.ranges)),
    joinedload(Scale.stall),
    joinedload(Scale.trader),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which part of the fleet is asked for.

    Attributes:
        scope: Where the caller acts; nothing outside exists.
        firmware: Verdict that stands, or `UNREAD` for none.
        place: uid of a place.
    """

    scope: Scope
    today: date
    q: str = ""
    state: State | None = None
    legal: LegalCode | None = None
    firmware: Verdict | str | None = None
    place: str | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the scope narrows it."""
        return bool(self.q or self.state or self.legal or self.firmware or self.place)


Kept = type[Scale | ScaleCell]


def fleet(session: Session, asked: Asked, after: str | None, limit: int) -> Page[Scale]:
    """Return a page of the fleet, by place and market number."""
    rows, kept = _asked_for(session, select(Scale).options(*WITH_ALL), asked)
    return fetch(session, rows, (kept.path, kept.market_key, kept.uid), after, limit)


def ids_of(session: Session, asked: Asked, most: int) -> list[int]:
    """Return the ids of at most ``most`` scales that are asked for, in the order of the list."""
    rows, kept = _asked_for(session, select(Scale.id), asked)
    return list(session.scalars(rows.order_by(kept.path, kept.market_key, kept.uid).limit(most)))


def ids_named(session: Session, scope: Scope, uids: Collection[str]) -> list[int]:
    """Return the ids of the scales ``uids`` that lie inside ``scope``, in the order of the list."""
    rows = select(Scale.id).where(within(Scale.path, scope), Scale.uid.in_(uids))
    return list(session.scalars(rows.order_by(*IN_ORDER)))


def by_ids(session: Session, ids: Sequence[int]) -> list[Scale]:
    """Return the scales ``ids`` with what lists show of them, in that order."""
    found = session.scalars(select(Scale).where(Scale.id.in_(ids)).options(*WITH_ALL))
    by_id = {scale.id: scale for scale in found}
    return [by_id[one] for one in ids if one in by_id]


def _asked_for(session: Session, rows: Select[Any], asked: Asked) -> tuple[Select[Any], Kept]:
    kept: Kept = Scale
    if asked.state or asked.legal or asked.firmware:
        # The cell has an index for each filter, in the order of the list.
        kept = ScaleCell
        rows = rows.join(ScaleCell, ScaleCell.scale_id == Scale.id).where(
            *_of_kind(ScaleCell, asked)
        )
    rows = rows.where(within(kept.path, asked.scope))
    if asked.place is not None:
        place = select(Place.path).where(Place.uid == asked.place)
        rows = rows.where(kept.path == place.scalar_subquery())
    if asked.q:
        rows = _searched(session, rows, asked)
    return rows, kept


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of each, the other filters as they are.

    Attributes:
        places: Empty where there are more than anybody would choose from.
        more: The search found too many to be counted; ``total`` is the least there are.
    """

    total: int
    state: Mapping[State, int]
    legal: Mapping[LegalCode, int]
    firmware: Mapping[Verdict | str, int]
    places: tuple[tuple[str, str, int], ...]
    more: bool = False


def count(session: Session, asked: Asked) -> Counts:
    """Return the true counts beside the filters: sums that are kept, or what a search found."""
    path = _path_of(session, asked)
    if asked.q:
        found = search.scales(session, asked.q, asked.scope)
        if found is None:
            return Counts(search.MANY, {}, {}, {}, (), more=True)
        by_place = tallies_of_scales(session, found, asked.today)
        places = _places(session, asked, {one.path for one in by_place})
        here = [one for one in by_place if path in (None, one.path)]
        at = _sums(by_place, asked, lambda one: one.path)
    else:
        here = tallies(session, asked.scope if path is None else Scope((path,)), asked.today)
        places = _places(session, asked)
        paths, fitting = [place.path for place in places], tuple(_of_kind(ScaleTotal, asked))
        at = numbers_of_places(session, paths, fitting)
    return Counts(
        total=sum(one.number for one in here if _fits(one, asked)),
        state=_sums(here, replace(asked, state=None), lambda one: one.state),
        legal=_sums(here, replace(asked, legal=None), lambda one: one.legal),
        firmware=_sums(here, replace(asked, firmware=None), _read),
        places=tuple(
            (place.uid, place.name, at[place.path]) for place in places if place.path in at
        ),
    )


def verdicts(session: Session, scales: list[Scale]) -> dict[int, Verdict]:
    """Return the verdict that stands of each of ``scales``."""
    wanted = [one.standing_evidence_id for one in scales if one.standing_evidence_id]
    rows = session.execute(
        select(Evidence.scale_id, Evidence.verdict).where(Evidence.id.in_(wanted))
    )
    return {scale_id: verdict for scale_id, verdict in rows if verdict is not None}


def scale_in(session: Session, scope: Scope, uid: str) -> Scale:
    """Return the scale ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(
        select(Scale)
        .where(within(Scale.path, scope), Scale.uid == uid)
        .options(*WITH_ALL, selectinload(Scale.codes), selectinload(Scale.seals))
    ).one()


def _path_of(session: Session, asked: Asked) -> str | None:
    """Return the path of the place asked for, none of a place of the scope where it is unknown."""
    if asked.place is None:
        return None
    there = select(Place.path).where(Place.uid == asked.place, within(Place.path, asked.scope))
    return session.scalar(there) or NOWHERE


def _places(
    session: Session, asked: Asked, paths: Collection[str] | None = None
) -> Sequence[Row[str, str, str]]:
    """Return the places to choose from, in order; none where they are too many."""
    rows = select(Place.uid, Place.name, Place.path).where(within(Place.path, asked.scope))
    if paths is not None:
        rows = rows.where(Place.path.in_(paths))
    found = session.execute(rows.order_by(Place.path).limit(MOST_PLACES + 1)).all()
    return found if len(found) <= MOST_PLACES else ()


def _fits(one: Tally, asked: Asked) -> bool:
    return (
        asked.state in (None, one.state)
        and asked.legal in (None, one.legal)
        and asked.firmware in (None, _read(one))
    )


def _read(one: Tally) -> Verdict | str:
    return Verdict(one.verdict) if one.verdict else UNREAD


def _sums(here: list[Tally], asked: Asked, of: Callable[[Tally], Key]) -> dict[Key, int]:
    sums = Counter[Key]()
    for one in here:
        if _fits(one, asked):
            sums[of(one)] += one.number
    return dict(sums)


def _of_kind(kept: type[ScaleCell | ScaleTotal], asked: Asked) -> Iterator[ColumnElement[bool]]:
    if asked.state is not None:
        yield kept.state == asked.state
    if asked.legal is not None:
        yield is_legally(kept, asked.legal, asked.today)
    if asked.firmware is not None:
        yield kept.verdict == ("" if asked.firmware == UNREAD else str(asked.firmware))


def _searched(session: Session, rows: Select[Any], asked: Asked) -> Select[Any]:
    """Return ``rows`` that the search finds: few by their ids, many as the list comes by them."""
    found = search.scales(session, asked.q, asked.scope)
    if found is not None:
        return rows.where(Scale.id.in_(found))
    stall, trader = aliased(Stall), aliased(Trader)
    rows = rows.outerjoin(stall, stall.id == Scale.stall_id)
    rows = rows.outerjoin(trader, trader.id == Scale.trader_id)
    columns = (Scale.serial_no, Scale.market_no, stall.number, trader.name)
    return rows.where(search.hold(session, columns, asked.q))


def verifications(session: Session, scale: Scale) -> Sequence[Verification]:
    """Return the verifications of a scale, newest first."""
    return session.scalars(
        select(Verification)
        .where(Verification.scale_id == scale.id)
        .options(joinedload(Verification.verifier))
        .order_by(Verification.verified_on.desc(), Verification.id.desc())
    ).all()


def repairs(session: Session, scale: Scale) -> Sequence[ScaleEvent]:
    """Return when it went to repair, came back or was opened, newest first."""
    return session.scalars(
        select(ScaleEvent)
        .where(ScaleEvent.scale_id == scale.id, ScaleEvent.action.in_(REPAIRS))
        .order_by(ScaleEvent.id.desc())
    ).all()


def stalls(session: Session, place: Place) -> list[tuple[Stall, str]]:
    """Return the stalls of a place, each with the market number of the scale in service there."""
    rows = session.execute(
        select(Stall, func.min(Scale.market_no))
        .outerjoin(Scale, (Scale.stall_id == Stall.id) & (Scale.state == State.IN_SERVICE))
        .where(Stall.place_id == place.id)
        .group_by(Stall.id)
    )
    found = [(stall, number or "") for stall, number in rows]
    return sorted(found, key=lambda one: sort_key(one[0].number))


def traders(session: Session, place: Place) -> Sequence[Trader]:
    """Return the traders of a place by name."""
    return session.scalars(
        select(Trader).where(Trader.place_id == place.id).order_by(Trader.name, Trader.id)
    ).all()


def stall_of(session: Session, place: Place, uid: str) -> Stall | None:
    """Return the stall ``uid`` of a place, or None."""
    return session.scalar(select(Stall).where(Stall.place_id == place.id, Stall.uid == uid))


def trader_of(session: Session, place: Place, uid: str) -> Trader | None:
    """Return the trader ``uid`` of a place, or None."""
    return session.scalar(select(Trader).where(Trader.place_id == place.id, Trader.uid == uid))
