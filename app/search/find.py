"""What people type into the search box, and what it finds: the exact code first."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session

from app.db.scope import within
from app.domain.codes import NumberError, parse_number
from app.domain.scope import Scope
from app.models import Code, Scale, Stall, Verification
from app.search.index import SHORTEST, SOURCES, Kind, Source, folded, holding

LONGEST: Final = 60
MOST: Final = 20
# A list of more than these is read in its own order instead, which finds them soon.
MANY: Final = 1000
# What is found in words leads to a scale itself.
SCALES: Final = frozenset({Kind.SCALE, Kind.CERTIFICATE})


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found.

    Attributes:
        words: The name or number that was searched, as it is written.
        uid: Of a certificate, that of its scale.
        exact: It is what was typed, not only a part of it.
        by_code: It carries the code that was typed.
    """

    kind: Kind
    uid: str
    words: str
    path: str
    exact: bool
    by_code: bool = False


def find(session: Session, text: str, scope: Scope, limit: int = MOST) -> list[Found]:
    """Return what ``text`` means inside ``scope``: exact codes and numbers, then parts of them.

    Kinds come in the order of `Kind`, within one the whole word before its beginning before
    any part. At most ``limit`` of each kind are looked at.
    """
    found = kinds(session, text, scope, limit)
    by_code = [one for one in found[Kind.SCALE] if one.by_code]
    parts = [one for kind in Kind for one in found[kind] if not one.by_code]
    parts.sort(key=lambda one: not one.exact)
    seen: dict[str, Found] = {}
    for one in (*by_code, *parts):
        seen.setdefault(one.uid, one)
    return list(seen.values())[:limit]


def kinds(
    session: Session, text: str, scope: Scope, limit: int = MOST
) -> Mapping[Kind, list[Found]]:
    """Return at most ``limit`` things of each kind that ``text`` means, the best first."""
    words = clean(text)
    found: dict[Kind, list[Found]] = {kind: [] for kind in Kind}
    if not words or not scope:
        return found
    for kind in Kind:
        found[kind] = _parts(session, kind, words, scope, limit)
    by_code = [
        Found(Kind.SCALE, uid, words, path, exact=True, by_code=True)
        for uid, path in session.execute(
            select(Scale.uid, Scale.path)
            .where(within(Scale.path, scope), Scale.id.in_(_coded(words)))
            .limit(limit)
        )
    ]
    known = {one.uid for one in by_code}
    others = [one for one in found[Kind.SCALE] if one.uid not in known]
    found[Kind.SCALE] = [*by_code, *others][:limit]
    return found


def the_one(session: Session, found: Mapping[Kind, Sequence[Found]]) -> str | None:
    """Return the uid of the one scale that was meant exactly, or None where it is not one.

    A stall of the same number is no doubt while no other scale stands there.
    """
    exact = [one for kind in Kind for one in found[kind] if one.exact]
    meant = {one.uid for one in exact if one.kind in SCALES}
    if len(meant) != 1 or any(one.kind in {Kind.TRADER, Kind.PLACE} for one in exact):
        return None
    stalls = [one.uid for one in exact if one.kind is Kind.STALL]
    there = select(Scale.uid).join(Stall, Stall.id == Scale.stall_id).where(Stall.uid.in_(stalls))
    uid = meant.pop()
    return None if stalls and set(session.scalars(there)) - {uid} else uid


def scales(session: Session, text: str, scope: Scope, most: int = MANY) -> list[int] | None:
    """Return the ids of the scales that ``text`` finds, or None where they are more than ``most``.

    By any code or its number, serial or market number, the stall, the trader's name, a
    certificate or label of its verifications.
    """
    words = clean(text)
    if not words or not scope:
        return []
    ids: set[int] = set()
    for rows in _sources(session, words, scope, most):
        found = session.scalars(rows.limit(most + 1)).all() if rows is not None else None
        if found is None or len(ids := ids.union(found)) > most:
            return None
    return list(ids)


def numbered(text: str, scope: Scope) -> Select[Scale]:
    """Return the scales inside ``scope`` whose market or serial number is ``text``, two at most.

    For a number typed beside a scale: one is meant, and two tell that it is not enough.
    """
    words = text.strip()
    by_market = (Scale.market_no == words) & (Scale.market_no != "")
    return (
        select(Scale)
        .where(within(Scale.path, scope), by_market | (Scale.serial_no == words))
        .limit(2)
    )


def clean(text: str) -> str:
    """Return ``text`` as it is searched."""
    return " ".join(text.split())[:LONGEST]


def _sources(session: Session, words: str, scope: Scope, most: int) -> Iterator[Select[Any] | None]:
    """Yield the queries of what is found; None where there is too much to go on."""
    here = select(Scale.id).where(within(Scale.path, scope))
    yield here.where(Scale.id.in_(_coded(words)))
    if len(words) < SHORTEST:
        yield here.where(Scale.market_no == words)
        return
    dialect = session.get_bind().dialect.name
    yield holding(dialect, Kind.SCALE, words, scope)
    for kind, column in ((Kind.STALL, Scale.stall_id), (Kind.TRADER, Scale.trader_id)):
        # Read here, so that it ends where there are too many.
        ids = session.scalars(holding(dialect, kind, words, scope).limit(most + 1)).all()
        yield here.where(column.in_(ids)) if len(ids) <= most else None
    if len(words) >= SOURCES[Kind.CERTIFICATE].size:
        ids = session.scalars(
            holding(dialect, Kind.CERTIFICATE, words, scope).limit(most + 1)
        ).all()
        certified = select(Verification.scale_id).where(Verification.id.in_(ids))
        yield here.where(Scale.id.in_(certified)) if len(ids) <= most else None


def _coded(words: str) -> Select[Any]:
    by_value = select(Code.scale_id).where(Code.value == words, Code.scale_id.is_not(None))
    with suppress(NumberError):
        number = parse_number(words)
        by_number = select(Code.scale_id).where(Code.number == number, Code.scale_id.is_not(None))
        return select(union(by_value, by_number).subquery())
    return by_value


def _parts(session: Session, kind: Kind, words: str, scope: Scope, limit: int) -> list[Found]:
    source = SOURCES[kind]
    if len(words) < source.size:
        return []
    dialect = session.get_bind().dialect.name
    ids = select(holding(dialect, kind, words, scope).limit(limit).subquery())
    asked = folded(words)
    found = [
        (uid, path, next(part for part in parts if asked in folded(part)))
        for uid, path, *parts in session.execute(
            _named(source, scope).where(source.model.id.in_(ids))
        )
    ]
    found.sort(key=lambda one: (_rank(folded(one[2]), asked), one[2], one[0]))
    return [Found(kind, uid, part, path, exact=folded(part) == asked) for uid, path, part in found]


def _named(source: Source, scope: Scope) -> Select[Any]:
    """Return uid, path and words of a kind; of a certificate, uid and path of its scale."""
    columns: list[Any] = list(source.words)
    if source.model is not Verification:
        return select(source.model.uid, source.model.path, *columns)
    # The scale may have come from another region since, or gone to one.
    rows = select(Scale.uid, Scale.path, *columns).where(within(Scale.path, scope))
    return rows.join(Verification, Verification.scale_id == Scale.id)


def _rank(part: str, asked: str) -> int:
    return 0 if part == asked else 1 if part.startswith(asked) else 2
