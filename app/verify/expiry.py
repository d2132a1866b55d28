"""A validity that runs out ends the scale's service by itself, after its last day.

Which verification counts is said once, in ``app.standing.sql``.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.lifecycle import Action, State
from app.domain.suspension import SuspensionReason
from app.ledger import entries
from app.ledger.door import SYSTEM, act
from app.models import Scale
from app.standing.sql import LAST, with_last_verification

SERVING: Final = (State.IN_SERVICE, State.READY)


def overdue(session: Session, today: date) -> Sequence[int]:
    """Return the ids of scales in use or ready whose last verification no longer holds."""
    return session.scalars(_overdue(today).order_by(Scale.id)).all()


def expire(session: Session, scale_id: int, *, at: datetime) -> bool:
    """Expire one scale if it still is overdue; return whether it was."""
    # The queue of all writers: a verification recorded this moment is seen, or comes after us.
    entries.lock(session)
    due = session.scalar(_overdue(local_date(at)).where(Scale.id == scale_id))
    if due is None:
        return False
    scale = session.get_one(Scale, scale_id)
    serving = scale.state is State.IN_SERVICE
    with act(session, scale, Action.EXPIRE, by=SYSTEM, at=at):
        if serving:
            scale.suspended_for = SuspensionReason.EXPIRY
    return True


def _overdue(today: date) -> Select[int]:
    return with_last_verification(select(Scale.id)).where(
        Scale.state.in_(SERVING), LAST.valid_until < today
    )
