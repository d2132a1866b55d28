"""Seals: applied, found broken, replaced. Each owner applies only their own."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError, missing
from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.gaps import Part
from app.domain.lifecycle import Action
from app.domain.public_status import USABLE
from app.domain.seals import VIOLATED, SealKind, SealOwner, SealState
from app.domain.suspension import SuspensionReason
from app.ledger import entries
from app.ledger.door import act
from app.models import Scale, Seal
from app.standing.gaps import fill

RECORDED: Final = "seal_recorded"


class EvidenceHeldError(DomainError):
    """An evidence hold forbids to change seals."""

    code = "evidence_held"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSeal:
    """A seal as it is seen on the scale."""

    kind: SealKind
    owner: SealOwner
    number: str
    position: str = ""
    state: SealState = SealState.INTACT
    applied_on: date | None = None


@dataclass(frozen=True, slots=True)
class SealSeen:
    """How a seal was found."""

    seal: Seal
    state: SealState


def record_seal(session: Session, scale: Scale, command: NewSeal, *, by: str, at: datetime) -> Seal:
    """Put a seal on record; one found broken takes the scale out of use.

    Raises:
        FieldsError: It has no number.
        EvidenceHeldError: The scale is under an evidence hold.
    """
    entries.lock(session)
    if faults := missing(number=command.number):
        raise FieldsError(**faults)
    _refuse_when_held(scale)
    today = local_date(at)
    seal = Seal(
        uid=new_uid(),
        scale_id=scale.id,
        kind=command.kind,
        owner=command.owner,
        number=command.number.strip(),
        position=command.position.strip(),
        state=command.state,
        applied_on=command.applied_on or today,
        broken_on=today if command.state in VIOLATED else None,
    )
    with act(session, scale, RECORDED, by=by, at=at, details=_told(seal)):
        session.add(seal)
        if seal.state is not SealState.MISSING:
            fill(scale, Part.SEAL)
    _take_out_of_use(session, scale, seal, by, at)
    return seal


def change_seal(
    session: Session, scale: Scale, command: SealSeen, *, by: str, at: datetime
) -> None:
    """Record that a seal was found broken or gone; a verification seal's end ends the use too.

    Nobody makes a seal whole again by saying so: a new one is recorded, or a verification is.

    Raises:
        FieldsError: The state is not one of those, or another seal has replaced this one.
    """
    entries.lock(session)
    seal = command.seal
    session.refresh(seal)
    if command.state not in VIOLATED or seal.state is SealState.REPLACED:
        raise FieldsError(state=Fault.MALFORMED)
    with act(session, scale, RECORDED, by=by, at=at, details=_told(seal, command.state)):
        seal.state = command.state
        seal.broken_on = local_date(at) if command.state in VIOLATED else seal.broken_on
    _take_out_of_use(session, scale, seal, by, at)


def _refuse_when_held(scale: Scale) -> None:
    if scale.hold_document:
        raise EvidenceHeldError("the scale is under an evidence hold")


def _told(seal: Seal, state: SealState | None = None) -> dict[str, Any]:
    return {
        "seal": seal.uid,
        "kind": seal.kind.value,
        "owner": seal.owner.value,
        "number": seal.number,
        "state": (state or seal.state).value,
    }


def _take_out_of_use(session: Session, scale: Scale, seal: Seal, by: str, at: datetime) -> None:
    """Rule 1: nothing serves without an intact verification seal."""
    violated = seal.owner is SealOwner.VERIFICATION and seal.state in VIOLATED
    if not violated or scale.state not in USABLE:
        return
    with act(session, scale, Action.SUSPEND, by=by, at=at, details={"reason": "seal"}):
        scale.suspended_for = SuspensionReason.DECISION
