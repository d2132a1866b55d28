"""What the pages and the API of verifications read."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.db.scope import within
from app.domain.lifecycle import State
from app.domain.scope import Scope
from app.domain.worksheets import WorksheetState
from app.models import Place, Scale, ScaleModel, Verification, Worksheet

MOST: Final = 200
MOST_PLACES: Final = 12
VERIFIABLE: Final = (State.AWAITING_VERIFICATION, State.READY, State.IN_SERVICE)


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


def scales_in(session: Session, scope: Scope, uids: Sequence[str]) -> list[Scale]:
    """Return those of ``uids`` that lie inside ``scope``, in the order asked."""
    rows = session.scalars(_to_verify(scope).where(Scale.uid.in_(uids))).all()
    return sorted(rows, key=lambda scale: uids.index(scale.uid))


def scales_at(session: Session, scope: Scope, place: Place) -> Sequence[Scale]:
    """Return the scales of ``place`` that a result can be recorded of, what awaits it first."""
    rows = session.scalars(
        _to_verify(scope)
        .where(Scale.place_id == place.id, Scale.state.in_(VERIFIABLE))
        .order_by(Scale.state != State.AWAITING_VERIFICATION, Scale.market_no, Scale.serial_no)
        .limit(MOST)
    )
    return rows.all()


def place_in(session: Session, scope: Scope, uid: str) -> Place:
    """Return the place ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(select(Place).where(within(Place.path, scope), Place.uid == uid)).one()


def places_awaiting(session: Session, scope: Scope) -> list[tuple[Place, int]]:
    """Return the places where scales await verification, those with most of them first."""
    waiting = func.count(Scale.id)
    rows = session.execute(
        select(Place, waiting)
        .join(Scale, Scale.place_id == Place.id)
        .where(within(Scale.path, scope), Scale.state == State.AWAITING_VERIFICATION)
        .group_by(Place.id)
        .order_by(waiting.desc(), Place.id)
        .limit(MOST_PLACES)
    )
    return [(place, count) for place, count in rows]


def worksheets_of(
    session: Session, person_id: int, scope: Scope, state: WorksheetState | None, limit: int
) -> Sequence[Worksheet]:
    """Return the newest worksheets of a verifier, in one state where it is named."""
    statement = (
        select(Worksheet)
        .where(Worksheet.verifier_id == person_id, within(Worksheet.path, scope))
        .options(joinedload(Worksheet.scale), joinedload(Worksheet.place))
        .order_by(Worksheet.id.desc())
        .limit(limit)
    )
    if state is not None:
        statement = statement.where(Worksheet.state == state)
    return session.scalars(statement).all()


def worksheet_counts(session: Session, person_id: int, scope: Scope) -> dict[WorksheetState, int]:
    """Return how many worksheets of a verifier are in each state."""
    rows = session.execute(
        select(Worksheet.state, func.count(Worksheet.id))
        .where(Worksheet.verifier_id == person_id, within(Worksheet.path, scope))
        .group_by(Worksheet.state)
    )
    return {state: count for state, count in rows}  # noqa: C416 - typed rows


def _to_verify(scope: Scope) -> Select[Scale]:
    return (
        select(Scale)
        .where(within(Scale.path, scope))
        .options(
            joinedload(Scale.place),
            joinedload(Scale.stall),
            joinedload(Scale.model).options(
                joinedload(ScaleModel.maker), selectinload(ScaleModel.ranges)
            ),
            selectinload(Scale.seals),
            selectinload(Scale.codes),
        )
    )


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
