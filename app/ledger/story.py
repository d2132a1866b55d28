"""The end of a scale's story: which entry of the ledger told its last step."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Scale, ScaleEvent


def last_step(session: Session, scale: Scale) -> int:
    """Return the ledger's number of the last step of a scale's story: its version."""
    wanted = select(func.max(ScaleEvent.ledger_seq)).where(ScaleEvent.scale_id == scale.id)
    return session.scalar(wanted) or 0
