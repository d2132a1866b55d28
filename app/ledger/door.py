"""The door: every change of a subject goes through ``act`` and leaves exactly one entry."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import rfc8785
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.db.base import Base
from app.db.ids import new_uid
from app.domain.lifecycle import Action, State, next_state
from app.ledger import entries
from app.ledger.projections import project, standing
from app.models import Scale, ScaleEvent

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
    head = entries.lock(session)
    session.info[OPEN] = True
    try:
        before = standing(session, row) if inspect(row).persistent else None
        origin = row.state if isinstance(row, Scale) and before else State.REGISTERED
        if isinstance(row, Scale) and isinstance(action, Action):
            next_state(row.state, action, row.left_state)  # refuse before anything is touched
        yield
        if not inspect(row).persistent:
            session.add(row)
        if isinstance(row, Scale):
            _move(row, action)
            session.flush()
            _tell(session, row, (action, origin), (by, at, head.size + 1), details or {})
        session.flush()
        entries.append(
            session,
            head,
            {
                "actor": by,
                "action": str(action),
                "subject": subject(row),
                "before": before,
                "after": project(session, row),
            },
            at,
        )
    finally:
        session.info[OPEN] = False


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
    session: Session,
    scale: Scale,
    step: tuple[str, State],
    who: tuple[str, datetime, int],
    details: Mapping[str, Any],
) -> None:
    (action, origin), (by, at, seq) = step, who
    last = session.scalar(
        select(ScaleEvent.chain)
        .where(ScaleEvent.scale_id == scale.id)
        .order_by(ScaleEvent.id.desc())
        .limit(1)
    )
    event = ScaleEvent(
        uid=new_uid(),
        scale_id=scale.id,
        ledger_seq=seq,
        action=str(action),
        actor=by,
        at=at,
        from_state=origin,
        to_state=scale.state,
        details=dict(details),
    )
    event.chain = link(last, event)
    session.add(event)


def link(previous: str | None, event: ScaleEvent) -> str:
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
    return hashlib.sha256((previous or "").encode() + rfc8785.dumps(told)).hexdigest()
