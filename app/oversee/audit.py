"""Reading the ledger: who did what to what, when; and how often signing in went well or wrong."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, false, func, literal, or_, select
from sqlalchemy.orm import Session

from app.db.scope import within
from app.domain.calendar import local_date, local_midnight
from app.domain.scope import EVERYWHERE, Scope
from app.ledger import visible
from app.ledger.door import SYSTEM
from app.models import (
    Grant,
    LedgerEntry,
    LedgerHead,
    Maker,
    Person,
    Place,
    Reference,
    Region,
    Scale,
    ScaleModel,
    SignInAttempt,
    Stall,
    Station,
    Trader,
)

STATION: Final = "station:"
DAYS: Final = 30
NAMED: Final[Mapping[str, Any]] = MappingProxyType(
    {
        table.__tablename__: table
        for table in (Person, Station, ScaleModel, Maker, Region, Place, Trader)
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an auditor looks for; what is empty is not asked.

    Attributes:
        who: A sign-in name or a name: what they did, and what was done to their account.
        what: Number of a scale, or the uid of anything.
    """

    who: str = ""
    what: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as people read it."""

    seq: int
    at: datetime
    action: str
    kind: str
    uid: str
    subject: str
    actor: str
    leaf: str


@dataclass(frozen=True, slots=True)
class Day:
    """How often a password, code or secret was right and wrong on one day; nobody is named."""

    day: date
    right: int
    wrong: int


def entries(session: Session, scope: Scope, asked: Asked) -> Select[LedgerEntry]:
    """Return the entries that ``asked`` describes; people and scales inside ``scope`` alone."""
    found = select(LedgerEntry)
    if asked.who:
        found = found.where(_by_or_about(session, scope, asked.who))
    if asked.what:
        found = found.where(LedgerEntry.subject.in_(_subjects(session, scope, asked.what)))
    if asked.action:
        found = found.where(_says(session, "action", asked.action))
    if asked.since:
        found = found.where(LedgerEntry.seq >= first_at(session, local_midnight(asked.since)))
    if asked.until:
        after = local_midnight(asked.until + timedelta(days=1))
        found = found.where(LedgerEntry.seq < first_at(session, after))
    return found


def first_at(session: Session, at: datetime) -> int:
    """Return the number of the first entry at or after ``at``: times only grow, so by halving."""
    low, high = 1, session.scalars(select(LedgerHead.size)).one() + 1
    while low < high:
        middle = (low + high) // 2
        data = session.scalars(select(LedgerEntry.data).where(LedgerEntry.seq == middle)).one()
        if datetime.fromisoformat(json.loads(data)["at"]) < at:
            low = middle + 1
        else:
            high = middle
    return low


def tell(session: Session, scope: Scope, rows: Sequence[LedgerEntry]) -> list[Told]:
    """Return those of ``rows`` that ``scope`` may see, with names for numbers."""
    seen = visible.inside(session, scope, rows)
    said = [(row, json.loads(row.data)) for row in seen]
    names = _names(
        session,
        [one for _row, data in said for one in (data["subject"], _actor_key(data["actor"]))],
    )
    return [
        Told(
            row.seq,
            datetime.fromisoformat(data["at"]),
            data["action"],
            data["subject"].partition(":")[0],
            data["subject"].partition(":")[2],
            names.get(data["subject"], ""),
            names.get(_actor_key(data["actor"]), data["actor"]),
            row.leaf,
        )
        for row, data in said
    ]


def sign_ins(session: Session, at: datetime) -> list[Day]:
    """Return the tries of the last thirty days by day, newest first."""
    since = local_date(at) - timedelta(days=DAYS - 1)
    counts: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    rows = session.execute(
        select(SignInAttempt.at, SignInAttempt.succeeded).where(
            SignInAttempt.at >= local_midnight(since)
        )
    )
    for instant, succeeded in rows.yield_per(1000):
        counts[local_date(instant)][0 if succeeded else 1] += 1
    days = (since + timedelta(days=number) for number in reversed(range(DAYS)))
    return [Day(day, *counts[day]) for day in days if day in counts]


def _says(session: Session, field: str, value: str) -> ColumnElement[bool]:
    """Return the condition that the hashed bytes say so: RFC 8785 writes it in one way."""
    piece = json.dumps({field: value}, ensure_ascii=False, separators=(",", ":"))[1:-1].encode()
    if session.get_bind().dialect.name == "sqlite":
        return func.instr(LedgerEntry.data, literal(piece)) > 0
    return func.pg_catalog.position(LedgerEntry.data, literal(piece)) > 0


def _by_or_about(session: Session, scope: Scope, who: str) -> ColumnElement[bool]:
    named = or_(Person.login == who.casefold(), Person.name == who)
    people = select(Person.uid).where(named)
    if not scope.holds(EVERYWHERE):
        people = people.where(
            Person.id.in_(select(Grant.person_id).where(within(Grant.path, scope)))
        )
    found = session.scalars(people).all()
    conditions = [LedgerEntry.subject == f"person:{uid}" for uid in found]
    conditions += [_says(session, "actor", uid) for uid in found]
    return or_(*conditions) if conditions else false()


def _subjects(session: Session, scope: Scope, what: str) -> list[str]:
    """Return the subjects that ``what`` names: a scale's number, or anybody's uid."""
    scales = select(Scale.uid).where(
        or_(Scale.market_no == what, Scale.serial_no == what, Scale.uid == what),
        within(Scale.path, scope),
    )
    found = [f"scale:{uid}" for uid in session.scalars(scales)]
    return found or [f"{kind}:{what}" for kind in (*NAMED, "stall", "reference", "epoch")]


def _actor_key(actor: str) -> str:
    return actor if actor.startswith(STATION) or actor == SYSTEM else f"person:{actor}"


def _names(session: Session, subjects: Iterable[str]) -> dict[str, str]:
    """Return the name of each subject that has one."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for one in subjects:
        kind, _colon, uid = one.partition(":")
        wanted[kind].add(uid)
    found: dict[str, str] = {}
    for kind, uids in wanted.items():
        for uid, name in session.execute(_named(kind, uids)) if _is_named(kind) else ():
            found[f"{kind}:{uid}"] = str(name)
    return found


def _is_named(kind: str) -> bool:
    return kind in NAMED or kind in {"scale", "stall", "reference"}


def _named(kind: str, uids: set[str]) -> Any:  # noqa: ANN401 - a select of uid and name
    match kind:
        case "scale":
            shown = func.coalesce(func.nullif(Scale.market_no, ""), Scale.serial_no)
            return select(Scale.uid, shown).where(Scale.uid.in_(uids))
        case "stall":
            return select(Stall.uid, Stall.number).where(Stall.uid.in_(uids))
        case "reference":
            return select(Reference.uid, Reference.software_id).where(Reference.uid.in_(uids))
        case _:
            table = NAMED[kind]
            return select(table.uid, table.name).where(table.uid.in_(uids))
