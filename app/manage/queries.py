"""The fleet as lists show it: filters, true counts, search. One query each, whatever the size."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.db.scope import within
from app.domain.codes import NumberError, parse_number
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import State
from app.domain.scope import Scope
from app.domain.verdicts import Verdict
from app.models import (
    Code,
    Evidence,
    Place,
    Scale,
    ScaleEvent,
    ScaleModel,
    Stall,
    Trader,
    Verification,
)
from app.standing.sql import legal_code, with_last_verification
from app.web.paging import Cursor, Page, fetch

SHORTEST: Final = 2  # a name or a number by a part of it
LONGEST: Final = 60
REPAIRS: Final = ("send_to_repair", "complete_repair", "case_opened")
UNREAD: Final = "unread"
FOUND: Final = "found"


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


def fleet(session: Session, asked: Asked, cursor: Cursor | None, limit: int) -> Page[Scale]:
    """Return a page of the fleet, by place."""
    rows = _query((Scale,), asked).options(
        joinedload(Scale.place),
        joinedload(Scale.model).options(
            joinedload(ScaleModel.maker), selectinload(ScaleModel.ranges)
        ),
        joinedload(Scale.stall),
        joinedload(Scale.trader),
    )
    return fetch(session, rows, (Scale.path, Scale.uid), cursor, limit)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of each, the other filters as they are."""

    total: int
    state: Mapping[State, int]
    legal: Mapping[LegalCode, int]
    firmware: Mapping[Verdict | str, int]
    places: tuple[tuple[str, str, int], ...]


def count(session: Session, asked: Asked) -> Counts:
    """Return the true counts beside the filters."""
    state = _query((Scale.state.label(FOUND),), replace(asked, state=None))
    code = legal_code(asked.today).label(FOUND)
    legal = _query((code,), replace(asked, legal=None), legal=True)
    verdict = Evidence.verdict.label(FOUND)
    firmware = _query((verdict,), replace(asked, firmware=None), reading=True)
    return Counts(
        total=session.scalar(_query((func.count(Scale.id),), asked)) or 0,
        state=_tally(session, state),
        legal={LegalCode(code): number for code, number in _tally(session, legal).items()},
        firmware={found or UNREAD: number for found, number in _tally(session, firmware).items()},
        places=_places(session, asked),
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
        .options(
            joinedload(Scale.place),
            joinedload(Scale.model).options(
                joinedload(ScaleModel.maker), selectinload(ScaleModel.ranges)
            ),
            joinedload(Scale.stall),
            joinedload(Scale.trader),
            selectinload(Scale.codes),
            selectinload(Scale.seals),
        )
    ).one()


def _tally(session: Session, statement: Select[Any]) -> dict[Any, int]:
    # By name: PostgreSQL takes an expression with parameters, written twice, for two.
    rows = session.execute(statement.add_columns(func.count()).group_by(FOUND))
    return {found: number for found, number in rows}  # noqa: C416 - rows are no pairs to mypy


def _places(session: Session, asked: Asked) -> tuple[tuple[str, str, int], ...]:
    columns = (Place.uid, Place.name, func.count(Scale.id))
    rows = session.execute(
        _query(columns, replace(asked, place=None))
        .join(Place, Place.id == Scale.place_id)
        .group_by(Place.id, Place.uid, Place.name, Place.path)
        .order_by(Place.path)
    )
    return tuple((uid, name, number) for uid, name, number in rows)


def _query(
    columns: tuple[Any, ...], asked: Asked, *, legal: bool = False, reading: bool = False
) -> Select[Any]:
    """Return the query of ``columns`` over what is asked for, with the joins that it needs."""
    statement = select(*columns).select_from(Scale)
    if legal or asked.legal is not None:
        statement = with_last_verification(statement)
    if reading or asked.firmware is not None:
        statement = statement.outerjoin(Evidence, Evidence.id == Scale.standing_evidence_id)
    return statement.where(*_conditions(asked))


def _conditions(asked: Asked) -> Iterator[ColumnElement[bool]]:
    yield within(Scale.path, asked.scope)
    if asked.state is not None:
        yield Scale.state == asked.state
    if asked.legal is not None:
        yield legal_code(asked.today) == asked.legal.value
    if asked.firmware is not None:
        yield (
            Evidence.verdict.is_(None)
            if asked.firmware == UNREAD
            else (Evidence.verdict == asked.firmware)
        )
    if asked.place is not None:
        yield Scale.place_id.in_(select(Place.id).where(Place.uid == asked.place))
    if asked.q.strip():
        yield or_(*_search(asked.q.strip()[:LONGEST]))


def _search(words: str) -> Iterator[ColumnElement[bool]]:
    """Find by tag number, any code, serial or market number, stall, or the trader's name."""
    yield Scale.id.in_(select(Code.scale_id).where(Code.value == words))
    yield Scale.market_no == words
    yield Scale.stall_id.in_(select(Stall.id).where(Stall.number == words))
    with suppress(NumberError):
        yield Scale.id.in_(select(Code.scale_id).where(Code.number == parse_number(words)))
    if len(words) >= SHORTEST:
        yield Scale.serial_no.icontains(words, autoescape=True)
        yield Scale.market_no.istartswith(words, autoescape=True)
        yield Scale.stall_id.in_(
            select(Stall.id).where(Stall.number.istartswith(words, autoescape=True))
        )
        yield Scale.trader_id.in_(
            select(Trader.id).where(Trader.name.contains(words, autoescape=True))
        )


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
        .order_by(Stall.number)
    )
    return [(stall, number or "") for stall, number in rows]


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
