"""The API of the register: models, markets, stalls, traders; registering a scale."""

from datetime import date
from typing import Annotated

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from app.configure import queries, service
from app.configure.forms import TAKEN, WORDS, masked
from app.configure.service import FieldsError
from app.configure.service.errors import Fault
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.lifecycle import ScaleRole
from app.domain.roles import Role
from app.models import AccuracyClass, Place, PlaceKind, ScaleModel, Stall, Trader, TypeGeneration
from app.standing import standing_of
from app.web import api
from app.web.access import READERS, access, caller
from app.web.api_reading import InvalidRequestError
from app.web.paging import BadCursorError, Cursor, fetch
from app.web.scale_api import ScaleOut, scale_out

bp = Blueprint("configure_api", __name__, url_prefix="/api/v1")

Uid = Annotated[str, Field(min_length=1, max_length=36)]


class RangeOut(api.Model):
    """One weighing range, in milligrams."""

    max_mg: int
    min_mg: int
    e_mg: int


class ModelOut(api.Model):
    """A model of scales."""

    id: str
    maker: str
    name: str
    type_approval_no: str
    accuracy: AccuracyClass
    generation: TypeGeneration
    networked: bool
    ranges: list[RangeOut]
    required_level: int
    evidence_days: int
    phase_out_on: date | None
    recalled: bool


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


class StallOut(api.Model):
    """A stall of a place."""

    id: str
    place: str
    number: str
    goods: str


class TraderOut(api.Model):
    """A trader of a place; the phone number is masked."""

    id: str
    place: str
    name: str
    phone: str


class ScaleIn(api.Body):
    """A scale as its plate says; three codes, or the reason why there are none."""

    place: Uid
    model: Uid
    serial_no: Annotated[str, Field(min_length=1, max_length=40)]
    market_no: Annotated[str, Field(max_length=20)] = ""
    role: ScaleRole = ScaleRole.TRADE
    software_id: Annotated[str, Field(max_length=80)] = ""
    production_code: Annotated[str, Field(max_length=60)] = ""
    repair_code: Annotated[str, Field(max_length=60)] = ""
    verification_code: Annotated[str, Field(max_length=60)] = ""
    no_code_reason: Annotated[str, Field(max_length=200)] = ""
    made_on: date | None = None


@bp.get("/models")
@api.read(
    "List models",
    query=api.ListQuery,
    returns=api.Listed[ModelOut],
    problems=(BadCursorError,),
)
@access(*READERS)
def models(session: Session, query: api.ListQuery) -> api.Listed[ModelOut]:
    """All of them: models belong to everybody."""
    page = fetch(
        session,
        queries.models(),
        (ScaleModel.uid,),
        Cursor.parse(query.after, str),
        query.limit,
    )
    return api.Listed[ModelOut](items=[_model(row) for row in page.items], next=page.next)


@bp.get("/models/<uid:model>")
@api.read("Read a model", returns=ModelOut)
@access(*READERS)
def model(session: Session, model: str) -> api.Answer:
    """One model with its ranges."""
    row = session.scalars(queries.models().where(ScaleModel.uid == model)).one()
    return api.Answer(_model(row), version=row.version)


@bp.get("/markets")
@api.read(
    "List markets",
    query=api.ListQuery,
    returns=api.Listed[MarketOut],
    problems=(BadCursorError,),
)
@access(*READERS)
def markets(session: Session, query: api.ListQuery) -> api.Listed[MarketOut]:
    """The places of trade of the caller's regions."""
    page = fetch(
        session,
        queries.places(caller().scope()),
        (Place.path, Place.uid),
        Cursor.parse(query.after, str, str),
        query.limit,
    )
    return api.Listed[MarketOut](items=[_market(row) for row in page.items], next=page.next)


@bp.get("/markets/<uid:market>")
@api.read("Read a market", returns=MarketOut)
@access(*READERS)
def market(session: Session, market: str) -> MarketOut:
    """One place of trade."""
    return _market(queries.place_in(session, caller().scope(), market))


@bp.get("/stalls")
@api.read(
    "List stalls",
    query=api.ListQuery,
    returns=api.Listed[StallOut],
    problems=(BadCursorError,),
)
@access(*READERS)
def stalls(session: Session, query: api.ListQuery) -> api.Listed[StallOut]:
    """Those of the caller's regions, by place."""
    page = fetch(
        session,
        queries.stalls(caller().scope()),
        (Stall.path, Stall.uid),
        Cursor.parse(query.after, str, str),
        query.limit,
    )
    return api.Listed[StallOut](items=[_stall(row) for row in page.items], next=page.next)


@bp.get("/traders")
@api.read(
    "List traders",
    query=api.ListQuery,
    returns=api.Listed[TraderOut],
    problems=(BadCursorError,),
)
@access(*READERS)
def traders(session: Session, query: api.ListQuery) -> api.Listed[TraderOut]:
    """Those of the caller's regions, by place."""
    page = fetch(
        session,
        queries.traders(caller().scope()),
        (Trader.path, Trader.uid),
        Cursor.parse(query.after, str, str),
        query.limit,
    )
    return api.Listed[TraderOut](items=[_trader(row) for row in page.items], next=page.next)


@bp.post("/scales")
@api.write(
    "Register a scale",
    body=ScaleIn,
    returns={201: ScaleOut},
    problems=(InvalidRequestError,),
)
@access(Role.MANAGER)
def register_scale(session: Session, body: ScaleIn) -> api.Answer:
    """Put a scale into the register, where its life begins."""
    who, at = caller(), utcnow()
    scope = who.scope(Role.MANAGER)
    place = session.scalar(queries.places(scope).where(Place.uid == body.place))
    found = queries.model_named(session, body.model)
    if place is None or found is None:
        field = "model" if place else "place"
        raise api.invalid((field, str(WORDS[Fault.NOT_HERE])))
    given = body.model_dump(exclude={"place", "model"})
    command = service.NewScale(place=place, model=found, **given)
    try:
        scale = service.register_scale(session, command, by=who.uid, at=at)
    except FieldsError as error:
        raise api.invalid(*_said(error)) from None
    standing = standing_of(session, scale, local_date(at))
    return api.Answer(
        scale_out(scale, standing, who.roles_at(scale.path)),
        headers={"Location": url_for("manage_api.read_scale", scale=scale.uid)},
    )


def _said(error: FieldsError) -> list[tuple[str, str]]:
    return [
        (name, str(TAKEN[name] if fault is Fault.TAKEN and name in TAKEN else WORDS[fault]))
        for name, fault in error.faults.items()
    ]


def _model(row: ScaleModel) -> ModelOut:
    return ModelOut(
        id=row.uid,
        maker=row.maker.name,
        name=row.name,
        type_approval_no=row.type_approval_no,
        accuracy=row.accuracy,
        generation=row.generation,
        networked=row.networked,
        ranges=[
            RangeOut(max_mg=one.max_mg, min_mg=one.min_mg, e_mg=one.e_mg) for one in row.ranges
        ],
        required_level=row.required_level,
        evidence_days=row.evidence_days,
        phase_out_on=row.phase_out_on,
        recalled=row.recalled,
    )


def _market(row: Place) -> MarketOut:
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


def _stall(row: Stall) -> StallOut:
    return StallOut(id=row.uid, place=row.place.uid, number=row.number, goods=row.goods)


def _trader(row: Trader) -> TraderOut:
    return TraderOut(id=row.uid, place=row.place.uid, name=row.name, phone=masked(row.phone))
