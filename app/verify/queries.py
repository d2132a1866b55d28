"""What the pages and the API of verifications read."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.db.scope import within
from app.domain.scope import Scope
from app.models import Scale, Verification


def verifications(scope: Scope) -> Select[Verification]:
    """Return the verifications inside ``scope``."""
    return (
        select(Verification)
        .where(within(Verification.path, scope))
        .options(joinedload(Verification.scale), joinedload(Verification.verifier))
    )


def verification_in(session: Session, scope: Scope, uid: str) -> Verification:
    """Return the verification ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(verifications(scope).where(Verification.uid == uid)).one()


def scale_in(session: Session, scope: Scope, uid: str) -> Scale:
    """Return the scale ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(
        select(Scale)
        .where(within(Scale.path, scope), Scale.uid == uid)
        .options(joinedload(Scale.place), joinedload(Scale.model), selectinload(Scale.seals))
    ).one()


def last_body(session: Session, verifier_id: int) -> str:
    """Return the verification body that a verifier named last."""
    return (
        session.scalar(
            select(Verification.body)
            .where(Verification.verifier_id == verifier_id)
            .order_by(Verification.id.desc())
            .limit(1)
        )
        or ""
    )
