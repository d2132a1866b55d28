"""A validity that runs out ends the scale's service by itself, after its last day."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.lifecycle import Action, State
from app.domain.suspension import SuspensionReason
from app.ledger.door import SYSTEM, act
from app.models import Scale, Verification


def overdue(session: Session, today: date) -> Sequence[int]:
    """Return the ids of scales in use or ready whose last verification no longer holds."""
    last = (
        select(Verification.scale_id, func.max(Verification.id).label("id"))
        .group_by(Verification.scale_id)
        .subquery()
    )
    return session.scalars(
        select(Scale.id)
        .join(last, last.c.scale_id == Scale.id)
        .join(Verification, Verification.id == last.c.id)
        .where(Scale.state.in_((State.IN_SERVICE, State.READY)), Verification.valid_until < today)
        .order_by(Scale.id)
    ).all()


def expire(session: Session, scale_id: int, *, at: datetime) -> bool:
    """Expire one scale if it still is overdue; return whether it was."""
    if scale_id not in overdue(session, local_date(at)):
        return False
    scale = session.get_one(Scale, scale_id)
    serving = scale.state is State.IN_SERVICE
    with act(session, scale, Action.EXPIRE, by=SYSTEM, at=at):
        if serving:
            scale.suspended_for = SuspensionReason.EXPIRY
    return True
