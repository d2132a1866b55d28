"""The door: every change of a subject goes through ``act`` and leaves exactly one entry."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.db.base import Base
from app.db.ids import new_uid
from app.domain.lifecycle import Action, State, next_state
from app.ledger import entries
from app.ledger.canonical import canonical
from app.ledger.gathering import Alone, Gathering, Step, gathering
from app.ledger.projections import project
from app.models import Code, Remark, Scale, ScaleEvent

OPEN: Final = "wutong_act"
SYSTEM: Final = "system"


@contextmanager
def act(
    session: Session,
    row: Base,
    action: str,
    *,
    by: str,
    at: datetime,
    details: Mapping[str, Any] | None = None,
) -> Iterator[None]:
    """Change ``row`` and what belongs to it inside the block; one ledger entry comes of it.

    An ``Action`` of the lifecycle also moves the scale, when the block ends. ``details`` tell
    the scale's story in codes and may be completed inside the block; no personal data.

    Args:
        by: uid of a person, ``station:<uid>``, or ``system``.

    Raises:
        IllegalTransitionError: The scale's state does not allow ``action``.
    """
    if session.info.get(OPEN):
        raise RuntimeError("acts do not nest: one change, one entry")
    writer = gathering(session) or Alone(session)
    session.info[OPEN] = True
    try:
        before = writer.before(row)
        origin = row.state if isinstance(row, Scale) and before else State.REGISTERED
        if isinstance(row, Scale) and isinstance(action, Action):
            next_state(row.state, action, row.left_state)  # refuse before anything is touched
        yield
        if isinstance(row, Scale):
            _move(row, action)
        writer.flush(row)
        if isinstance(row, Scale):
            _tell(writer, row, (action, origin), (by, at), details or {})
        said = {"actor": by, "action": str(action), "subject": subject(row), "before": before}
        writer.append(row, said, at)
    finally:
        session.info[OPEN] = False


def forget(session: Session, row: Base, action: str, *, by: str, at: datetime) -> None:
    """Take ``row`` out of the register for good; one ledger entry says that it stood there.

    For what was put in by mistake and never used: an import that is undone. What belongs to
    the row has to be gone before, but for a scale's codes, remarks and story, which go with it.
    """
    if session.info.get(OPEN):
        raise RuntimeError("acts do not nest: one change, one entry")
    head = entries.lock(session)
    before = project(session, row)
    name = subject(row)
    if isinstance(row, Scale):
        session.execute(delete(ScaleEvent).where(ScaleEvent.scale_id == row.id))
        session.execute(delete(Code).where(Code.scale_id == row.id))
        session.execute(delete(Remark).where(Remark.scale_id == row.id))
        session.expire(row, ["codes"])
    session.delete(row)
    session.flush()
    said = {"actor": by, "action": action, "subject": name, "before": before, "after": None}
    entries.append(session, head, said, at)


def subject(row: Base) -> str:
    """Return the name of ``row`` in the ledger: its kind and uid."""
    return f"{row.__tablename__}:{row.uid}"  # type: ignore[attr-defined]  # every subject has one


def _move(scale: Scale, action: str) -> None:
    if not isinstance(action, Action):
        return
    left, target = scale.state, next_state(scale.state, action, scale.left_state)
    if target is not left:
        scale.left_state = left if target is State.SUSPENDED else None
    scale.state = target


def _tell(
    writer: Alone | Gathering,
    scale: Scale,
    move: tuple[str, State],
    who: tuple[str, datetime],
    details: Mapping[str, Any],
) -> None:
    (action, origin), (by, at) = move, who
    step = Step(
        uid=new_uid(),
        scale_id=scale.id,
        ledger_seq=writer.seq,
        action=str(action),
        actor=by,
        at=at,
        from_state=origin,
        to_state=scale.state,
        details=dict(details),
    )
    step.chain = link(writer.story(scale), step)
    writer.tell(scale, step)


def link(previous: str | None, event: ScaleEvent | Step) -> str:
    """Return the hash that binds ``event`` to the story before it."""
    told: dict[str, Any] = {
        "uid": event.uid,
        "scale": event.scale_id,
        "seq": event.ledger_seq,
        "action": event.action,
        "actor": event.actor,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "from": event.from_state.value,
        "to": event.to_state.value,
        "details": event.details,
    }
    return hashlib.sha256((previous or "").encode() + canonical(told)).hexdigest()
