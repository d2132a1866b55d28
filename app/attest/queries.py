"""What this slice shows: rows inside a region scope, and nothing of elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from app.db.scope import within
from app.domain.references import ReferenceStatus
from app.domain.scope import Scope
from app.domain.tasks import Executor, TaskState
from app.models import (
    Evidence,
    Finding,
    Place,
    Reference,
    Region,
    Scale,
    ScaleModel,
    Station,
    StationScale,
    Task,
)

UNFINISHED: Final = (TaskState.QUEUED, TaskState.RUNNING)
LAST_REPORTS: Final = 20
MOST_SHOWN: Final = 50


def scale(session: Session, scope: Scope, uid: str) -> Scale:
    """Return a scale.

    Raises:
        NoResultFound: There is none in the scope.
    """
    return session.scalars(select(Scale).where(Scale.uid == uid, within(Scale.path, scope))).one()


def place(session: Session, scope: Scope, uid: str) -> Place:
    """Return a place.

    Raises:
        NoResultFound: There is none in the scope.
    """
    return session.scalars(select(Place).where(Place.uid == uid, within(Place.path, scope))).one()


def places(session: Session, scope: Scope) -> Sequence[Place]:
    """Return the places of a scope, by path."""
    return session.scalars(
        select(Place).where(within(Place.path, scope)).order_by(Place.path)
    ).all()


def stations(scope: Scope) -> Select[Station]:
    """Return the stations of a scope."""
    return select(Station).where(within(Station.path, scope)).options(joinedload(Station.place))


def station(session: Session, scope: Scope, uid: str) -> Station:
    """Return a station.

    Raises:
        NoResultFound: There is none in the scope.
    """
    return session.scalars(stations(scope).where(Station.uid == uid)).one()


def waiting_tasks(session: Session, found: Sequence[Station], at: datetime) -> dict[int, int]:
    """Return how many tasks wait for each station, by its ``id``."""
    rows = session.execute(
        select(Task.station_id, func.count())
        .where(
            Task.station_id.in_([row.id for row in found]),
            Task.executor == Executor.STATION,
            Task.state.in_(UNFINISHED),
            Task.expires_at > at,
        )
        .group_by(Task.station_id)
    )
    return {station_id: count for station_id, count in rows if station_id is not None}


def scales_of(session: Session, found: Sequence[Station]) -> dict[int, list[StationScale]]:
    """Return which scales each station speaks for, by its ``id``; ordered by port."""
    rows = session.scalars(
        select(StationScale)
        .where(
            StationScale.station_id.in_([row.id for row in found]),
            StationScale.until.is_(None),
        )
        .options(joinedload(StationScale.scale))
        .order_by(StationScale.port)
    )
    by_station: dict[int, list[StationScale]] = {row.id: [] for row in found}
    for row in rows:
        by_station[row.station_id].append(row)
    return by_station


def clock_offset_s(session: Session, station_id: int) -> int | None:
    """Return how far a station's clock is off: seconds ahead, negative behind.

    A report may have waited for the network, which only ever looks like a clock behind: the
    greatest of the last offsets is the nearest to the truth.
    """
    last = (
        select(Evidence.clock_offset_s)
        .where(Evidence.station_id == station_id)
        .order_by(Evidence.id.desc())
        .limit(LAST_REPORTS)
    )
    return max(session.scalars(last), default=None)


def assignable(session: Session, scope: Scope, root: str) -> Sequence[Scale]:
    """Return the scales below ``root`` that are on no station, by number."""
    taken = select(StationScale.scale_id).where(StationScale.until.is_(None))
    return session.scalars(
        select(Scale)
        .where(
            within(Scale.path, scope), within(Scale.path, Scope((root,))), Scale.id.not_in(taken)
        )
        .options(joinedload(Scale.model))
        .order_by(Scale.path, Scale.market_key, Scale.serial_no)
        .limit(500)
    ).all()


def assignment(session: Session, station_id: int, scale_uid: str) -> StationScale:
    """Return the present assignment of a scale to a station.

    Raises:
        NoResultFound: It is not on it.
    """
    return session.scalars(
        select(StationScale)
        .join(Scale)
        .where(
            StationScale.station_id == station_id,
            StationScale.until.is_(None),
            Scale.uid == scale_uid,
        )
    ).one()


def task(session: Session, scope: Scope, uid: str) -> Task:
    """Return a station's task.

    Raises:
        NoResultFound: There is none in the scope.
    """
    return session.scalars(
        select(Task).where(
            Task.uid == uid, Task.executor == Executor.STATION, within(Task.path, scope)
        )
    ).one()


def evidence_list(scope: Scope) -> Select[Evidence]:
    """Return the evidence of a scope."""
    return (
        select(Evidence)
        .where(within(Evidence.path, scope))
        .options(joinedload(Evidence.station), joinedload(Evidence.scale))
    )


def evidence(session: Session, scope: Scope, uid: str) -> Evidence:
    """Return a piece of evidence.

    Raises:
        NoResultFound: There is none in the scope.
    """
    return session.scalars(evidence_list(scope).where(Evidence.uid == uid)).one()


def evidence_by_uid(session: Session, scope: Scope, uid: object) -> Evidence | None:
    """Return a piece of evidence, or None."""
    return session.scalar(evidence_list(scope).where(Evidence.uid == str(uid)))


def finding_of(session: Session, evidence_id: int) -> Finding | None:
    """Return the finding that a piece of evidence raised."""
    return session.scalar(
        select(Finding).where(Finding.evidence_id == evidence_id).order_by(Finding.id.desc())
    )


def models(session: Session) -> Sequence[ScaleModel]:
    """Return all models, by maker and name: the catalogue belongs to everybody."""
    return session.scalars(
        select(ScaleModel)
        .options(joinedload(ScaleModel.maker))
        .order_by(ScaleModel.maker_id, ScaleModel.name)
    ).all()


def model(session: Session, uid: str) -> ScaleModel:
    """Return a model.

    Raises:
        NoResultFound: There is none.
    """
    return session.scalars(select(ScaleModel).where(ScaleModel.uid == uid)).one()


def references(
    model_uid: str | None = None, status: ReferenceStatus | None = None
) -> Select[Reference]:
    """Return reference images: of one model, of one status, or all."""
    found = select(Reference).options(
        joinedload(Reference.model).joinedload(ScaleModel.maker),
        joinedload(Reference.submitted_by),
        joinedload(Reference.approved_by),
    )
    if model_uid is not None:
        found = found.join(ScaleModel, Reference.model_id == ScaleModel.id)
        found = found.where(ScaleModel.uid == model_uid)
    return found if status is None else found.where(Reference.status == status)


def reference(session: Session, uid: str) -> Reference:
    """Return a reference image.

    Raises:
        NoResultFound: There is none.
    """
    return session.scalars(references().where(Reference.uid == uid)).one()


def judged_by(session: Session, scope: Scope, reference_id: int) -> Sequence[Evidence]:
    """Return the newest evidence of the scope that was compared with a reference."""
    return session.scalars(
        evidence_list(scope)
        .where(Evidence.reference_id == reference_id)
        .order_by(Evidence.id.desc())
        .limit(MOST_SHOWN)
    ).all()


def office_name(session: Session, path: str) -> str:
    """Return the name of the region of a custodians' office; nothing for the whole tree."""
    return session.scalar(select(Region.name).where(Region.path == path)) or ""
