"""Under the chain: do the business rows still say what their last entries say?

A row may be damaged so that it cannot even be read as one: that is told like any other
change, and the rows beside it are still looked at.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.db.base import Base
from app.ledger.door import link
from app.ledger.erasures import Remarks, wrong_persons
from app.ledger.projections import ADDED, SUBJECTS, digests, evidence_digest
from app.ledger.versions import older
from app.models import Evidence, Scale, ScaleEvent

BATCH: Final = 250
Wrong = tuple[int, str, str]
Tell = Callable[[str, int], None]
# What comes of reading an enum, an instant or a JSON column that holds something else.
UNREADABLE: Final = (ValueError, LookupError, TypeError, AttributeError, SQLAlchemyError)


def wrong_rows(
    session: Session,
    last: Mapping[str, tuple[int, str | None]],
    tell: Tell = lambda _pass, _done: None,
) -> Iterator[Wrong]:
    """Yield each row that was changed, added or removed behind the ledger's back."""
    unseen = set(last)
    done = 0
    for kind in SUBJECTS:
        for name, found in _digests(session, kind):
            unseen.discard(name)
            done += 1
            if done % BATCH == 0:
                tell("rows", done)
            if name not in last:
                yield 0, "row_without_entry", name
            elif not _is_as_told(session, kind, name, (found, last[name][1])):
                yield last[name][0], "row_altered", name
    for name in unseen:
        if last[name][1] is not None:  # its last entry says that it was taken out
            yield last[name][0], "row_missing", name


def _is_as_told(
    session: Session,
    kind: Any,  # noqa: ANN401 - a table of SUBJECTS
    name: str,
    digests: tuple[str | None, str | None],
) -> bool:
    """Return whether a row is what its last entry says, in whichever version that was written."""
    found, told = digests
    return told is not None and (found == told or _is_older(session, kind, name, told))


def wrong_stories(session: Session, tell: Tell = lambda _pass, _done: None) -> Iterator[Wrong]:
    """Yield each step of a scale's story, or evidence in it, that was altered."""
    told: dict[str, tuple[int, str]] = {}
    remarks = Remarks()
    chain: str | None = None
    scale = 0
    for done, ((_id, seq, scale_id), event) in enumerate(_events(session)):
        if done % BATCH == 0:
            tell("stories", done)
        chain = chain if scale_id == scale else None
        scale = scale_id
        if event is None or not _linked(chain, event):
            yield seq, "story_altered", _name(session, scale)
        chain = event.chain if event else None
        details: Any = event.details if event else None
        if isinstance(details, dict) and (uid := details.get("evidence")):
            told[uid] = (seq, details.get("evidence_digest", ""))
        if isinstance(details, dict):
            remarks.take(seq, details)
    yield from _wrong_evidence(session, told)
    yield from remarks.wrong(session)
    yield from wrong_persons(session)


def _digests(session: Session, kind: Any) -> Iterator[tuple[str, str | None]]:  # noqa: ANN401
    """Yield name and digest of every row of ``kind``; None where it cannot be read."""
    table = kind.__table__
    for batch in _batches(session, select(table.c.id, table.c.uid).order_by(table.c.id)):
        names = [f"{kind.__tablename__}:{uid}" for _id, uid in batch]
        ids = [one for one, _uid in batch]
        try:
            yield from zip(names, _digest(session, kind, ids), strict=True)
        except UNREADABLE:
            for one, name in zip(ids, names, strict=True):
                try:
                    yield name, _digest(session, kind, [one])[0]
                except UNREADABLE:
                    yield name, None


def _is_older(session: Session, kind: Any, name: str, said: str) -> bool:  # noqa: ANN401
    """Return whether ``said`` tells the row in an older version of its projection."""
    if kind not in ADDED:
        return False
    try:
        row = session.scalars(select(kind).where(kind.uid == name.partition(":")[2])).one()
        return said in older(session, row)
    except UNREADABLE:
        return False


def _digest(session: Session, kind: Any, ids: Sequence[int]) -> list[str]:  # noqa: ANN401
    rows: Sequence[Base] = session.scalars(
        select(kind).where(kind.id.in_(ids)).order_by(kind.id)
    ).all()
    return digests(session, kind, rows)


def _batches(session: Session, statement: Select[Any]) -> Iterator[Sequence[Any]]:
    # The keys at once: nothing else is read through one connection while a result is open.
    keys = session.execute(statement).all()
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _events(session: Session) -> Iterator[tuple[tuple[int, int, int], ScaleEvent | None]]:
    """Yield every step, scale by scale; None for one that cannot be read."""
    table = ScaleEvent.__table__
    order = select(table.c.id, table.c.ledger_seq, table.c.scale_id).order_by(
        table.c.scale_id, table.c.id
    )
    for batch in _batches(session, order):
        found = {row.id: row for row in _readable(session, ScaleEvent, [key[0] for key in batch])}
        yield from ((tuple(key), found.get(key[0])) for key in batch)


def _readable(session: Session, kind: Any, ids: Sequence[int]) -> Sequence[Any]:  # noqa: ANN401
    """Return the rows that can be read as such."""
    try:
        return session.scalars(select(kind).where(kind.id.in_(ids))).all()
    except UNREADABLE:
        if len(ids) == 1:
            return ()
        return [row for one in ids for row in _readable(session, kind, [one])]


def _linked(chain: str | None, event: ScaleEvent) -> bool:
    try:
        return link(chain, event) == event.chain
    except UNREADABLE:
        return False


def _wrong_evidence(session: Session, told: dict[str, tuple[int, str]]) -> Iterator[Wrong]:
    table = Evidence.__table__
    for batch in _batches(session, select(table.c.id, table.c.uid).order_by(table.c.id)):
        found = {row.id: row for row in _readable(session, Evidence, [one for one, _uid in batch])}
        for one, uid in batch:
            seq, digest = told.pop(uid, (0, ""))
            if not digest:
                yield 0, "row_without_entry", f"evidence:{uid}"
            elif one not in found or evidence_digest(found[one]) != digest:
                yield seq, "row_altered", f"evidence:{uid}"
    for uid, (seq, _digest) in told.items():
        yield seq, "row_missing", f"evidence:{uid}"


def _name(session: Session, scale_id: int) -> str:
    return f"scale:{session.scalar(select(Scale.uid).where(Scale.id == scale_id))}"
