"""A scale whose last code is gone leaves its stall: nothing serves without a bound code."""

from datetime import datetime
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.domain.lifecycle import Action, State
from app.domain.suspension import SuspensionReason
from app.ledger.door import act
from app.models import Code, Scale

REASON: Final = "no_code"


def suspend_without_code(session: Session, scale: Scale, *, by: str, at: datetime) -> None:
    """Take ``scale`` out of service where no code in force is bound to it (product.md, rule 1).

    A new code does not bring it back by itself: somebody looks that it hangs there, and resumes.
    """
    session.flush()
    coded = exists().where(Code.scale_id == scale.id, Code.revoked_at.is_(None))
    if scale.state is not State.IN_SERVICE or session.scalar(select(coded)):
        return
    with act(session, scale, Action.SUSPEND, by=by, at=at, details={"reason": REASON}):
        scale.suspended_for = SuspensionReason.DECISION
