"""Opening a case: the seals that were broken for it, and the validity that goes with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.blocking import HeldDeed, held
from app.domain.calendar import local_date
from app.domain.lifecycle import Action
from app.domain.public_status import USABLE
from app.domain.seals import SealState
from app.domain.suspension import SuspensionReason
from app.ledger import entries, remarks
from app.ledger.door import act
from app.manage.service.acts import BlockedError
from app.models import Scale, Seal
from app.standing import Hindrance


@dataclass(frozen=True, slots=True)
class Opening:
    """Seals broken to open the case, and why in a word without names."""

    seals: Sequence[Seal]
    note: str = ""


def record_opening(
    session: Session, scale: Scale, command: Opening, *, by: str, at: datetime
) -> None:
    """Record that the case was opened: only a passed verification leads back to a stall.

    Raises:
        BlockedError: The scale is held as evidence.
    """
    entries.lock(session)
    session.refresh(scale)
    if scale.hold_document and held(HeldDeed.OPEN_CASE):
        raise BlockedError(Action.SUSPEND, (Hindrance.HELD,))
    today = local_date(at)
    told: dict[str, Any] = {"seals": [seal.number for seal in command.seals]}
    with act(session, scale, "case_opened", by=by, at=at, details=told):
        told.update(remarks.keep(session, scale, command.note, at=at))
        scale.opened_on = today
        for seal in command.seals:
            seal.state, seal.broken_on = SealState.BROKEN, today
    if scale.state in USABLE:
        with act(session, scale, Action.SUSPEND, by=by, at=at, details={"reason": "opened"}):
            scale.suspended_for = SuspensionReason.DECISION
