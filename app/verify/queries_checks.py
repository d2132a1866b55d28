"""What the pages and the API of in-service checks read."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.db.scope import within
from app.domain.scope import Scope
from app.models import InServiceCheck, Remark, Scale, ScaleModel


def checks(scope: Scope, scale: str = "") -> Select[InServiceCheck]:
    """Return the checks inside ``scope``, of one scale where one is named."""
    found = (
        select(InServiceCheck)
        .join(Scale, Scale.id == InServiceCheck.scale_id)
        .where(within(InServiceCheck.path, scope))
        .options(
            joinedload(InServiceCheck.officer),
            joinedload(InServiceCheck.second),
            joinedload(InServiceCheck.lead),
            joinedload(InServiceCheck.scale).options(
                joinedload(Scale.place),
                joinedload(Scale.stall),
                joinedload(Scale.model).options(
                    joinedload(ScaleModel.maker), selectinload(ScaleModel.ranges)
                ),
            ),
        )
    )
    return found.where(Scale.uid == scale) if scale else found


def check_in(session: Session, scope: Scope, uid: str) -> InServiceCheck:
    """Return the check ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(checks(scope).where(InServiceCheck.uid == uid)).one()


def said_at(session: Session, check: InServiceCheck) -> str:
    """Return the trader's words; empty where there were none or they were erased."""
    found = session.scalar(
        select(Remark.text).where(Remark.scale_id == check.scale_id, Remark.about == check.uid)
    )
    return found or ""
