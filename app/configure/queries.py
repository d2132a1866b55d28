"""What the pages and the API of the register read: places, stalls, traders, makers, models."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from app.db.scope import within
from app.domain.market_numbers import sort_key
from app.domain.scope import Scope
from app.models import Maker, Place, Region, RegionKind, Scale, ScaleModel, Seal, Stall, Trader


def places(scope: Scope) -> Select[Place]:
    """Return the places of trade inside ``scope``; list them by path."""
    return select(Place).where(within(Place.path, scope))


def place_in(session: Session, scope: Scope, uid: str) -> Place:
    """Return the place ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(places(scope).where(Place.uid == uid)).one()


def stalls(scope: Scope) -> Select[Stall]:
    """Return the stalls inside ``scope``."""
    return select(Stall).where(within(Stall.path, scope)).options(joinedload(Stall.place))


def traders(scope: Scope) -> Select[Trader]:
    """Return the traders inside ``scope``."""
    return select(Trader).where(within(Trader.path, scope)).options(joinedload(Trader.place))


def stalls_of(session: Session, place: Place) -> Sequence[Stall]:
    """Return the stalls of a place by number."""
    found = session.scalars(select(Stall).where(Stall.place_id == place.id))
    return sorted(found, key=lambda stall: sort_key(stall.number))


def traders_of(session: Session, place: Place) -> Sequence[Trader]:
    """Return the traders of a place by name, those who were erased left out."""
    named = select(Trader).where(Trader.place_id == place.id, Trader.secret.is_not(None))
    return session.scalars(named.order_by(Trader.name, Trader.id)).all()


def regions(session: Session, scope: Scope) -> Sequence[Region]:
    """Return the regions a place can be put into."""
    return session.scalars(
        select(Region).where(within(Region.path, scope)).order_by(Region.path)
    ).all()


def offices(scope: Scope) -> Select[Region]:
    """Return the offices (市场监管所) inside ``scope``; list them by path."""
    kind = Region.kind == RegionKind.OFFICE
    return select(Region).where(within(Region.path, scope), kind)


def counties(session: Session, scope: Scope) -> Sequence[Region]:
    """Return the counties inside ``scope``, by path."""
    kind = Region.kind == RegionKind.COUNTY
    rows = select(Region).where(within(Region.path, scope), kind).order_by(Region.path)
    return session.scalars(rows).all()


def office_in(session: Session, scope: Scope, uid: str) -> Region:
    """Return the office ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(offices(scope).where(Region.uid == uid)).one()


def places_in_regions(session: Session, found: Sequence[Region]) -> dict[str, int]:
    """Return how many places of trade lie in each of the regions, by its path."""
    inside = within(Place.path, Scope(tuple(one.path for one in found)))
    paths = session.scalars(select(Place.path).where(inside)).all()
    return {one.path: sum(path.startswith(one.path) for path in paths) for one in found}


def models() -> Select[ScaleModel]:
    """Return every model with its maker and ranges; they belong to everybody."""
    return select(ScaleModel).options(joinedload(ScaleModel.maker), selectinload(ScaleModel.ranges))


def model_named(session: Session, uid: str) -> ScaleModel | None:
    """Return the model ``uid``, or None."""
    return session.scalar(models().where(ScaleModel.uid == uid))


def models_by_name(session: Session) -> Sequence[ScaleModel]:
    """Return the models by maker and name."""
    return session.scalars(
        models().join(Maker, Maker.id == ScaleModel.maker_id).order_by(Maker.name, ScaleModel.name)
    ).all()


def makers(session: Session) -> Sequence[Maker]:
    """Return the makers by name."""
    return session.scalars(select(Maker).order_by(Maker.name)).all()


def maker_named(session: Session, name: str) -> Maker | None:
    """Return the maker of that name, or None."""
    return session.scalar(select(Maker).where(Maker.name == name))


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


def seal_of(session: Session, scale: Scale, uid: str) -> Seal:
    """Return the seal ``uid`` of ``scale``.

    Raises:
        NoResultFound: It has none of that uid.
    """
    return session.scalars(select(Seal).where(Seal.scale_id == scale.id, Seal.uid == uid)).one()


def numbers(session: Session, found: Sequence[Place]) -> dict[int, tuple[int, int]]:
    """Return how many stalls and scales each of the places has."""
    ids = [place.id for place in found]
    stalls_there = _count(session, Stall.place_id, ids)
    scales_there = _count(session, Scale.place_id, ids)
    return {one: (stalls_there.get(one, 0), scales_there.get(one, 0)) for one in ids}


def _count(session: Session, column: InstrumentedAttribute[int], ids: list[int]) -> dict[int, int]:
    rows = session.execute(select(column, func.count()).where(column.in_(ids)).group_by(column))
    return {found: number for found, number in rows}  # noqa: C416 - rows are no pairs to mypy


def numbers_of_model(session: Session, model: ScaleModel, scope: Scope) -> int:
    """Return how many scales of ``model`` are registered inside ``scope``."""
    rows = select(func.count(Scale.id)).where(Scale.model_id == model.id)
    return session.scalar(rows.where(within(Scale.path, scope))) or 0
