"""The authority's words: an order to stop using a scale, a hold on it as evidence.

Both carry the number of the authority's document and are lifted by a recorded decision.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.appeals import AppealState
from app.domain.errors import DomainError
from app.domain.lifecycle import Action
from app.domain.public_status import USABLE
from app.domain.suspension import SuspensionReason
from app.ledger import entries
from app.ledger.door import act
from app.models import Appeal, Scale


class NoDocumentError(DomainError):
    """The number of the authority's document is missing."""

    code = "no_document"


class NoOrderError(DomainError):
    """There is no such order or hold to lift."""

    code = "no_order"


class OrderStandsError(DomainError):
    """One is in force already."""

    code = "order_stands"


class AppealOpenError(DomainError):
    """The scale is held for an arbitration; the decision about that lifts the hold."""

    code = "appeal_open"


@dataclass(frozen=True, slots=True)
class Document:
    """A decision of an authority, by its number."""

    number: str

    def checked(self) -> str:
        """Return the number without the blanks around it.

        Raises:
            NoDocumentError: It is empty.
        """
        if not self.number.strip():
            raise NoDocumentError("the document has no number")
        return self.number.strip()


def stop_order(session: Session, scale: Scale, command: Document, *, by: str, at: datetime) -> None:
    """Record an order to stop using a scale (责令停止使用), and suspend it.

    Raises:
        NoDocumentError: The order has no number.
        OrderStandsError: One stands already.
    """
    number = _fresh(session, scale, command, "stop_order")
    with act(session, scale, "stop_order", by=by, at=at, details={"document": number}):
        scale.stop_order = number
    if scale.state in USABLE:
        told = {"reason": SuspensionReason.STOP_ORDER.value, "document": number}
        with act(session, scale, Action.SUSPEND, by=by, at=at, details=told):
            scale.suspended_for = SuspensionReason.STOP_ORDER


def lift_stop_order(
    session: Session, scale: Scale, command: Document, *, by: str, at: datetime
) -> None:
    """Record the decision that lifts a stop order; the scale stays suspended until resumed.

    Raises:
        NoDocumentError: The decision has no number.
        NoOrderError: No order stands.
    """
    number = _standing(session, scale, command, "stop_order")
    with act(session, scale, "lift_stop_order", by=by, at=at, details={"document": number}):
        scale.stop_order = ""


def hold(session: Session, scale: Scale, command: Document, *, by: str, at: datetime) -> None:
    """Hold a scale as evidence (证据保全).

    Raises:
        NoDocumentError: The request has no number.
        OrderStandsError: It is held already.
    """
    number = _fresh(session, scale, command, "hold_document")
    with act(session, scale, "hold", by=by, at=at, details={"document": number}):
        scale.hold_document = number


def release_hold(
    session: Session, scale: Scale, command: Document, *, by: str, at: datetime
) -> None:
    """Record the decision that ends a hold.

    Raises:
        NoDocumentError: The decision has no number.
        NoOrderError: The scale is not held.
        AppealOpenError: An application for arbitration verification is not decided.
    """
    number = _standing(session, scale, command, "hold_document")
    if open_appeal(session, scale) is not None:
        raise AppealOpenError("an application for arbitration verification is open")
    with act(session, scale, "release_hold", by=by, at=at, details={"document": number}):
        scale.hold_document = ""


def open_appeal(session: Session, scale: Scale) -> Appeal | None:
    """Return the application for arbitration verification that is open for a scale."""
    return session.scalar(
        select(Appeal).where(Appeal.scale_id == scale.id, Appeal.state == AppealState.OPEN)
    )


def _fresh(session: Session, scale: Scale, command: Document, column: str) -> str:
    number = command.checked()
    entries.lock(session)
    session.refresh(scale)
    if getattr(scale, column):
        raise OrderStandsError("one is in force already")
    return number


def _standing(session: Session, scale: Scale, command: Document, column: str) -> str:
    number = command.checked()
    entries.lock(session)
    session.refresh(scale)
    if not getattr(scale, column):
        raise NoOrderError("there is none in force")
    return number
