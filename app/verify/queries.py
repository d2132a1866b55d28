"""What the pages and the API of verifications read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select
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
        .order_by(Scale.state != State.AWAITING_VERIFICATION, Scale.market_key, Scale.serial_no)
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


@dataclass(frozen=True, slots=True)
class Written:
    """The worksheets of one verifier: all, or those in one state, or of one place."""

    person_id: int
    scope: Scope
    state: WorksheetState | None = None
    place: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what is true of them."""
        found = [Worksheet.verifier_id == self.person_id, within(Worksheet.path, self.scope)]
        if self.state is not None:
            found.append(Worksheet.state == self.state)
        if self.place:
            found.append(Worksheet.place.has(Place.uid == self.place))
        return found


def worksheets_of(session: Session, written: Written, limit: int) -> Sequence[Worksheet]:
    """Return the newest of those worksheets."""
    return session.scalars(
        select(Worksheet)
        .where(*written.conditions())
        .options(joinedload(Worksheet.scale), joinedload(Worksheet.place))
        .order_by(Worksheet.id.desc())
        .limit(limit)
    ).all()


def worksheet_counts(session: Session, written: Written) -> dict[WorksheetState, int]:
    """Return how many of a verifier's worksheets of a place are in each state."""
    rows = session.execute(
        select(Worksheet.state, func.count(Worksheet.id))
        .where(*replace(written, state=None).conditions())
        .group_by(Worksheet.state)
    )
    return {state: count for state, count in rows}  # noqa: C416 - typed rows


def worksheet_places(session: Session, written: Written) -> list[tuple[Place, int]]:
    """Return the places of a verifier's worksheets in a state, with how many each has."""
    rows = session.execute(
        select(Worksheet.place_id, func.count(Worksheet.id))
        .where(*replace(written, place="").conditions())
        .group_by(Worksheet.place_id)
    )
    counts = {key: count for key, count in rows}  # noqa: C416 - typed rows
    places = session.scalars(select(Place).where(Place.id.in_(counts)).order_by(Place.name))
    return [(place, counts[place.id]) for place in places]


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
