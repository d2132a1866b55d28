"""What the pages and the API of papers read."""

from collections.abc import Sequence

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased, joinedload
from sqlalchemy.sql.base import ExecutableOption

from app.db.scope import within
from app.domain.papers import PaperState, paper_state
from app.domain.scope import Scope
from app.models import Certificate, Scale, Worksheet


def papers(scope: Scope) -> Select[Certificate]:
    """Return the papers inside ``scope``."""
    return (
        select(Certificate).where(within(Certificate.path, scope)).options(*_with_the_worksheet())
    )


def paper_in(session: Session, scope: Scope, uid: str) -> Certificate:
    """Return the paper ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(papers(scope).where(Certificate.uid == uid)).one()


def any_paper(session: Session, uid: str) -> Certificate | None:
    """Return the paper ``uid`` for whoever holds it, wherever it was issued."""
    return session.scalars(
        select(Certificate).where(Certificate.uid == uid).options(*_with_the_worksheet())
    ).one_or_none()


def worksheet_of(session: Session, verification_id: int) -> Worksheet | None:
    """Return the worksheet that a verification rests on; None for one recorded on paper."""
    return session.scalars(
        select(Worksheet).where(Worksheet.verification_id == verification_id)
    ).one_or_none()


def papers_of(session: Session, worksheet: Worksheet) -> Sequence[Certificate]:
    """Return the papers of a worksheet, the newest first."""
    return session.scalars(
        select(Certificate)
        .where(Certificate.worksheet_id == worksheet.id)
        .options(joinedload(Certificate.issued_by))
        .order_by(Certificate.id.desc())
    ).all()


def state_of(session: Session, paper: Certificate) -> PaperState:
    """Return whether ``paper`` stands, was replaced, or was revoked."""
    newer = aliased(Certificate)
    followed = paper.revoked_at is not None and session.scalar(
        select(exists().where(newer.worksheet_id == paper.worksheet_id, newer.id > paper.id))
    )
    return paper_state(revoked=paper.revoked_at is not None, followed=bool(followed))


def _with_the_worksheet() -> tuple[ExecutableOption, ...]:
    worksheet = joinedload(Certificate.worksheet)
    scale = worksheet.joinedload(Worksheet.scale)
    return (
        joinedload(Certificate.body),
        worksheet.joinedload(Worksheet.verification),
        scale.joinedload(Scale.model),
        scale.joinedload(Scale.place),
    )
