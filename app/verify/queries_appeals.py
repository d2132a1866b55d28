"""What the pages and the API of applications for arbitration verification read."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.db.scope import within
from app.domain.scope import Scope
from app.models import Appeal, Scale, Verification


def appeals(scope: Scope) -> Select[Appeal]:
    """Return the applications inside ``scope``."""
    return (
        select(Appeal)
        .where(within(Appeal.path, scope))
        .options(
            joinedload(Appeal.contested),
            joinedload(Appeal.outcome),
            joinedload(Appeal.scale).joinedload(Scale.place),
        )
    )


def appeal_in(session: Session, scope: Scope, uid: str) -> Appeal:
    """Return the application ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(appeals(scope).where(Appeal.uid == uid)).one()


def results_of(session: Session, scale: Scale) -> Sequence[Verification]:
    """Return the results that can be contested, the newest first."""
    return session.scalars(
        select(Verification)
        .where(Verification.scale_id == scale.id)
        .order_by(Verification.id.desc())
        .limit(5)
    ).all()
