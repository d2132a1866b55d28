"""Arbitration verification (仲裁检定): who may not take part, while an application is open.

Source: 计量法实施细则 35 and 36; nobody judges the own work.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.appeals import AppealState
from app.domain.errors import DomainError
from app.models import Appeal, Person, Scale, SignatureBatch, Verification, Worksheet
from app.verify.service.documents import BadDocumentError

PURPOSE: Final = "arbitration"


class SameArbiterError(DomainError):
    """Whoever took part in the contested result does not arbitrate."""

    code = "same_arbiter"


def check(session: Session, scale: Scale, purpose: str, by: Person) -> None:
    """Refuse a worksheet that does not fit the open application, or lack of one.

    Raises:
        BadDocumentError: It is an arbitration without an application, or the other way round.
        SameArbiterError: ``by`` took part in the contested result.
    """
    is_open = (
        session.scalar(
            select(Appeal.id).where(Appeal.scale_id == scale.id, Appeal.state == AppealState.OPEN)
        )
        is not None
    )
    if is_open != (purpose == PURPOSE):
        raise BadDocumentError("purpose")
    if by.uid in barred(session, [scale.id]).get(scale.id, ()):
        raise SameArbiterError("another person arbitrates")


def barred(session: Session, scales: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
    """Return, by scale with an open application, who took part in the contested result."""
    rows = session.scalars(
        select(Appeal)
        .where(Appeal.scale_id.in_(scales), Appeal.state == AppealState.OPEN)
        .options(joinedload(Appeal.contested).joinedload(Verification.verifier))
    ).all()
    return {row.scale_id: hands(session, row.contested) for row in rows if row.contested}


def hands(session: Session, contested: Verification) -> tuple[str, ...]:
    """Return the uids of who wrote, checked and approved a result."""
    sheet = session.scalar(select(Worksheet).where(Worksheet.verification_id == contested.id))
    found = {contested.verifier.uid} if contested.verifier else set()
    if sheet is None:
        return tuple(found)
    batches = {sheet.verified_in_id, sheet.checked_in_id, sheet.approved_in_id} - {None}
    signed = session.scalars(
        select(Person.uid)
        .join(SignatureBatch, SignatureBatch.person_id == Person.id)
        .where(SignatureBatch.id.in_(batches))
    ).all()
    return tuple(sorted({*found, sheet.verifier.uid, *signed}))
