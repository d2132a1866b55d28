"""Marks that a result may not name: a label stands on one scale only, a voided one on none."""

from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.mark_stock import MarkNo
from app.domain.scope import EVERYWHERE, Scope
from app.domain.standards import MarkKind, MarkState
from app.models import Mark, MarkIssue, MarkLot, Scale, Verification
from app.search.index import SOURCES, Kind, holding

SHORTEST: Final = SOURCES[Kind.CERTIFICATE].size


def label_elsewhere(session: Session, scale: Scale, body: str, number: str) -> bool:
    """Return whether ``body`` gave the label ``number`` to another scale.

    Numbers are a body's own; those of one or two characters are no printed number.
    """
    if len(number) < SHORTEST:
        return False
    found = holding(
        session.get_bind().dialect.name, Kind.CERTIFICATE, number, Scope((EVERYWHERE,))
    ).where(
        Verification.label_no == number,
        Verification.body == body,
        Verification.scale_id != scale.id,
    )
    return session.scalar(found.limit(1)) is not None


def gone_from_stock(session: Session, scale: Scale, kind: MarkKind, number: str) -> bool:
    """Return whether the books say that ``number`` is voided, or stands on another scale."""
    given = MarkNo.read(number)
    if given is None:
        return False
    found = (
        select(Mark.id)
        .join(MarkIssue, MarkIssue.id == Mark.issue_id)
        .join(MarkLot, MarkLot.id == MarkIssue.lot_id)
        .where(
            MarkLot.kind == kind,
            MarkLot.prefix == given.prefix,
            MarkLot.digits == given.digits,
            Mark.number == given.value,
            or_(
                Mark.state == MarkState.VOIDED,
                (Mark.state == MarkState.USED) & (Mark.scale_id != scale.id),
            ),
        )
    )
    return session.scalar(found.limit(1)) is not None
