"""The API of places of trade, their stalls and their traders."""

from typing import Annotated

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from app.configure import queries, service
from app.configure.api_fields import told_at_fields
from app.configure.forms import WORDS, masked
from app.configure.service.errors import Fault
from app.db.session import utcnow
from app.domain.permissions import REGISTRARS
from app.domain.suitability import GoodsClass, goods_from
from app.domain.tokens import TokenScope
from app.models import Place, PlaceKind, Stall, Trader
from app.web import api
from app.web.access import READERS, ForbiddenError, access, caller, require_role

bp = Blueprint("places", __name__)

Uid = Annotated[str, Field(min_length=1, max_length=36)]


class MarketOut(api.Model):
    """A place of trade: market, shop, supermarket or mobile pitch."""

    id: str
    path: str
    name: str
    kind: PlaceKind
    address: str
    organiser: str
    phone: str
    fair_scale_spot: str


class MarketIn(api.Body):
    """A place of trade; `code` tells it apart inside its region."""

    region: Annotated[str, Field(max_length=120, examples=["/32/3206/320612/"])]
    code: Annotated[str, Field(min_length=1, max_length=12, examples=["M01"])]
    name: Annotated[str, Field(min_length=1, max_length=120, examples=["人民路农贸市场"])]
    kind: PlaceKind = PlaceKind.MARKET
    address: Annotated[str, Field(max_length=200)] = ""
    organiser: Annotated[str, Field(max_length=120)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    fair_scale_spot: Annotated[str, Field(max_length=120)] = ""


class StallOut(api.Model):
    """A stall of a place."""

    id: str
    place: str
    number: str
    goods: str
    goods_classes: list[GoodsClass]


class StallIn(api.Body):
    """A stall and the place it belongs to."""

    place: Uid
    number: Annotated[str, Field(min_length=1, max_length=20, examples=["A-12"])]
    goods: Annotated[str, Field(max_length=60)] = ""
    goods_classes: Annotated[list[GoodsClass], Field(max_length=len(GoodsClass))] = []


class GoodsIn(api.Body):
    """What a stall sells: in its own words, and by the classes of the law's table."""

    goods: Annotated[str, Field(max_length=60)] = ""
    goods_classes: Annotated[list[GoodsClass], Field(max_length=len(GoodsClass))]


class TraderOut(api.Model):
    """A trader of a place; the phone number is masked."""

    id: str
    place: str
    name: str
    phone: str


class TraderIn(api.Body):
    """A trader and the place where the trade is."""

    place: Uid
    name: Annotated[str, Field(min_length=1, max_length=120)]
    phone: Annotated[str, Field(max_length=40)] = ""


@bp.get("/markets")
@api.lists("List markets", MarketOut)
@access(*READERS)
def markets(session: Session, query: api.ListQuery) -> api.Listed[MarketOut]:
    """The places of trade of the caller's regions."""
    return api.listed(
        session, query, queries.places(caller().scope()), (Place.path, Place.uid), market_out
    )


@bp.get("/markets/<uid:market>")
@api.read("Read a market", returns=MarketOut)
@access(*READERS)
def market(session: Session, market: str) -> MarketOut:
    """One place of trade."""
    return market_out(queries.place_in(session, caller().scope(), market))


@bp.post("/markets")
@api.write(
    "Register a market",
    body=MarketIn,
    returns={201: MarketOut},
    problems=(ForbiddenError,),
    scope=TokenScope.REGISTER,
)
@access(*REGISTRARS)
def add_market(session: Session, body: MarketIn) -> api.Answer:
    """A place of trade below a region of the caller's; its path never changes."""
    require_role(body.region, *REGISTRARS)
    given = body.model_dump(exclude={"region"})
    with told_at_fields():
        command = service.NewPlace(region_path=body.region, **given)
        row = service.create_place(session, command, by=caller().uid, at=utcnow())
    return _made(market_out(row), url_for(".market", market=row.uid))


@bp.get("/stalls")
@api.lists("List stalls", StallOut)
@access(*READERS)
def stalls(session: Session, query: api.ListQuery) -> api.Listed[StallOut]:
    """Those of the caller's regions, by place."""
    return api.listed(
        session, query, queries.stalls(caller().scope()), (Stall.path, Stall.uid), stall_out
    )


@bp.get("/stalls/<uid:stall>")
@api.read("Read a stall", returns=StallOut)
@access(*READERS)
def stall(session: Session, stall: str) -> StallOut:
    """One stall."""
    wanted = queries.stalls(caller().scope()).where(Stall.uid == stall)
    return stall_out(session.scalars(wanted).one())


@bp.post("/stalls")
@api.write("Register a stall", body=StallIn, returns={201: StallOut}, scope=TokenScope.REGISTER)
@access(*REGISTRARS)
def add_stall(session: Session, body: StallIn) -> api.Answer:
    """A stall of a place in the caller's regions."""
    place = _place(session, body.place)
    command = service.NewStall(
        place=place,
        number=body.number,
        goods=body.goods,
        goods_classes=body.goods_classes,
    )
    with told_at_fields():
        row = service.create_stall(session, command, by=caller().uid, at=utcnow())
    session.flush()
    return _made(stall_out(row), url_for(".stall", stall=row.uid))


@bp.put("/stalls/<uid:stall>/goods")
@api.write(
    "Record what a stall sells",
    body=GoodsIn,
    returns=StallOut,
    problems=(ForbiddenError,),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*REGISTRARS)
def put_goods(session: Session, stall: str, body: GoodsIn) -> api.Answer:
    """The words on its sign and the classes; by the classes scales are found too coarse."""
    found = queries.stalls(caller().scope(*REGISTRARS)).where(Stall.uid == stall)
    row = session.scalars(found).one()
    api.match(api.version_of(stall_out(row)))
    command = service.Goods(body.goods, body.goods_classes)
    service.record_goods(session, row, command, by=caller().uid, at=utcnow())
    return api.Answer(stall_out(row), version=api.version_of(stall_out(row)))


@bp.get("/traders")
@api.lists("List traders", TraderOut)
@access(*READERS)
def traders(session: Session, query: api.ListQuery) -> api.Listed[TraderOut]:
    """Those of the caller's regions, by place."""
    return api.listed(
        session, query, queries.traders(caller().scope()), (Trader.path, Trader.uid), trader_out
    )


@bp.get("/traders/<uid:trader>")
@api.read("Read a trader", returns=TraderOut)
@access(*READERS)
def trader(session: Session, trader: str) -> TraderOut:
    """One trader; the phone number is masked."""
    wanted = queries.traders(caller().scope()).where(Trader.uid == trader)
    return trader_out(session.scalars(wanted).one())


@bp.post("/traders")
@api.write("Register a trader", body=TraderIn, returns={201: TraderOut}, scope=TokenScope.REGISTER)
@access(*REGISTRARS)
def add_trader(session: Session, body: TraderIn) -> api.Answer:
    """A trader at a place in the caller's regions."""
    place = _place(session, body.place)
    command = service.NewTrader(place=place, name=body.name, phone=body.phone)
    with told_at_fields():
        row = service.create_trader(session, command, by=caller().uid, at=utcnow())
    session.flush()
    return _made(trader_out(row), url_for(".trader", trader=row.uid))


def _place(session: Session, uid: str) -> Place:
    scope = caller().scope(*REGISTRARS)
    place = session.scalar(queries.places(scope).where(Place.uid == uid))
    if place is None:
        raise api.invalid(("place", str(WORDS[Fault.NOT_HERE])))
    return place


def _made(body: api.Model, where: str) -> api.Answer:
    return api.Answer(body, version=api.version_of(body), headers={"Location": where})


def market_out(row: Place) -> MarketOut:
    """Return a place of trade as the API tells one."""
    return MarketOut(
        id=row.uid,
        path=row.path,
        name=row.name,
        kind=row.kind,
        address=row.address,
        organiser=row.organiser,
        phone=row.phone,
        fair_scale_spot=row.fair_scale_spot,
    )


def stall_out(row: Stall) -> StallOut:
    """Return a stall as the API tells one."""
    return StallOut(
        id=row.uid,
        place=row.place.uid,
        number=row.number,
        goods=row.goods,
        goods_classes=list(goods_from(row.goods_classes)),
    )


def trader_out(row: Trader) -> TraderOut:
    """Return a trader as the API tells one."""
    return TraderOut(id=row.uid, place=row.place.uid, name=row.name, phone=masked(row.phone))
