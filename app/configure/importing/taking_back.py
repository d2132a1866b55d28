"""What a list brought goes again: created rows are forgotten, changed fields come back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.configure.importing import bought, gaps
from app.configure.importing.applying import SINCE_BEFORE, origin, value_of
from app.configure.importing.difference import PLAIN, USE
from app.db.base import Base
from app.domain.importing import ImportState, LineKind, LineOutcome
from app.ledger.door import act, forget
from app.models import ImportLine, ImportSession, Scale, ScaleEvent, Stall, Trader

UNDONE: Final = "import_undone"


def undo(
    session: Session, imported: ImportSession, lines: Sequence[ImportLine], by: str, at: datetime
) -> None:
    """Take back what ``lines`` brought; a scale somebody touched since keeps what it has."""
    for line in lines:
        scale = session.get(Scale, line.scale_id) if line.scale_id is not None else None
        touched = scale is None or _touched_since(session, scale.id, line.step or 0)
        if scale is None or touched or not _take_back(session, imported, scale, line, by, at):
            line.outcome = LineOutcome.KEPT
        else:
            line.outcome = LineOutcome.UNDONE


def _touched_since(session: Session, scale_id: int, step: int) -> bool:
    """Return whether anything but imports that were undone stands in the story after ``step``."""
    later = session.scalars(
        select(ScaleEvent).where(ScaleEvent.scale_id == scale_id, ScaleEvent.ledger_seq > step)
    ).all()
    by_lists = {event.details.get("import") for event in later}
    undone = select(ImportSession.uid).where(
        ImportSession.uid.in_([uid for uid in by_lists if uid]),
        ImportSession.state == ImportState.UNDONE,
    )
    return by_lists != set(session.scalars(undone))


def _take_back(
    session: Session,
    imported: ImportSession,
    scale: Scale,
    line: ImportLine,
    by: str,
    at: datetime,
) -> bool:
    if line.kind is LineKind.CHANGED:
        _put_back(session, imported, scale, line, by, at)
        return True
    try:
        with session.begin_nested():
            line.scale_id = None
            session.flush()
            forget(session, scale, UNDONE, by=by, at=at)
    except IntegrityError:  # something else speaks of it: a task, a photo, a station
        session.refresh(line)
        return False
    for kind, what in ((Stall, "new_stall"), (Trader, "new_trader")):
        _forget_unused(session, kind, line.said.get(what), by, at)
    return True


def _put_back(
    session: Session,
    imported: ImportSession,
    scale: Scale,
    line: ImportLine,
    by: str,
    at: datetime,
) -> None:
    told = {**origin(imported, line), "fields": sorted(line.changes)}
    stall, trader = (line.changes.get(name, (None,))[0] for name in USE)
    earlier = {
        "stall": _id(session, Stall, Stall.number == stall, scale),
        "trader": _id(session, Trader, Trader.name == trader, scale),
    }
    with act(session, scale, UNDONE, by=by, at=at, details=told):
        gaps.put_back(scale, line)
        for name, (before, after) in line.changes.items():
            if name in PLAIN:
                setattr(scale, name, value_of(name, before))
            elif name == "batch":
                scale.procurement_id = line.said.get(bought.BEFORE)
            elif name == "city_code":
                for code in [one for one in scale.codes if one.value == after]:
                    session.delete(code)
            elif name == "stall":
                scale.stall_id = earlier["stall"]
            else:
                scale.trader_id = earlier["trader"]
                since = line.said.get(SINCE_BEFORE)
                scale.trader_since = date.fromisoformat(since) if since else None


def _id(session: Session, kind: Any, condition: Any, scale: Scale) -> int | None:  # noqa: ANN401
    found: int | None = session.scalars(
        select(kind.id).where(kind.place_id == scale.place_id, condition)
    ).first()
    return found


def _forget_unused(
    session: Session, kind: type[Base], identity: int | None, by: str, at: datetime
) -> None:
    row = session.get(kind, identity) if identity is not None else None
    if row is None:
        return
    try:
        with session.begin_nested():
            forget(session, row, UNDONE, by=by, at=at)
    except IntegrityError:  # another scale stands there by now
        session.expire_all()
