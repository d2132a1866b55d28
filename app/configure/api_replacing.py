"""The API of the data behind the replacement: last days of old types, prices of new models."""

from datetime import date
from typing import Annotated

from flask import Blueprint
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.configure.api_fields import told_at_fields
from app.configure.forms import WORDS
from app.configure.replacement import service
from app.configure.replacement.service import MOST_FEN, LastDay, OthersConcernedError, Price
from app.configure.replacement.views import EDITORS, PRICERS, READERS
from app.configure.replacement.views_data import price_in, require_all
from app.configure.service.errors import Fault
from app.db.scope import within
from app.db.session import utcnow
from app.domain.scale_types import TypeGeneration
from app.domain.tokens import TokenScope
from app.models import ReplacementPrice, ScaleModel, TransitionRule
from app.web import api
from app.web.access import ForbiddenError, access, caller, require_role

bp = Blueprint("replacing", __name__)

Uid = Annotated[str, Field(min_length=1, max_length=36)]
Path = Annotated[str, Field(max_length=120, description="a region or place of the caller's")]


class RuleOut(api.Model):
    """Until when types of one kind may serve."""

    id: str
    generation: TypeGeneration
    networked: bool
    last_day: date
    source: str
    confirmed: bool


class RuleIn(api.Body):
    """A date with its source; one of the same kind is replaced."""

    generation: TypeGeneration = TypeGeneration.OLD
    networked: bool
    last_day: date
    source: Annotated[str, Field(min_length=1, max_length=200)]
    confirmed: bool = False


class PriceOut(api.Model):
    """What one scale of a model costs in a region and below."""

    id: str
    path: str
    model: str
    price_fen: int


class PriceIn(api.Body):
    """A price; one of the same model and region is replaced."""

    path: Path
    model: Uid
    price_fen: Annotated[int, Field(gt=0, le=MOST_FEN)]


@bp.get("/transition-rules")
@api.read("List the last days of old types", returns=api.Listed[RuleOut])
@access(*READERS, *EDITORS)
def rules(session: Session) -> api.Listed[RuleOut]:
    """By generation and network function."""
    rows = session.scalars(select(TransitionRule).order_by(TransitionRule.id))
    return api.Listed[RuleOut](items=[_rule(row) for row in rows], next=None)


@bp.post("/transition-rules")
@api.write(
    "Record the last day of old types",
    body=RuleIn,
    returns={201: RuleOut},
    problems=(OthersConcernedError,),
    scope=TokenScope.REGISTER,
)
@access(*EDITORS)
def record_rule(session: Session, body: RuleIn) -> RuleOut:
    """The legal status of all such scales follows; a model's own date wins."""
    require_all(session)
    command = LastDay(
        kind=(body.generation, body.networked),
        last_day=body.last_day,
        source=body.source,
        confirmed=body.confirmed,
    )
    with told_at_fields():
        return _rule(service.record_last_day(session, command, by=caller().uid, at=utcnow()))


@bp.post("/transition-rules/<uid:rule>/withdraw")
@api.write(
    "Withdraw the last day of old types",
    returns={204: None},
    problems=(OthersConcernedError,),
    scope=TokenScope.REGISTER,
)
@access(*EDITORS)
def withdraw_rule(session: Session, rule: str) -> None:
    """Such scales have no end from now on."""
    require_all(session)
    row = session.scalars(select(TransitionRule).where(TransitionRule.uid == rule)).one()
    service.withdraw_last_day(session, row, by=caller().uid, at=utcnow())


@bp.get("/replacement-prices")
@api.read("List prices of new models", returns=api.Listed[PriceOut])
@access(*PRICERS)
def prices(session: Session) -> api.Listed[PriceOut]:
    """Those of the caller's regions."""
    rows = session.scalars(
        select(ReplacementPrice)
        .where(within(ReplacementPrice.path, caller().scope(*PRICERS)))
        .options(joinedload(ReplacementPrice.model))
        .order_by(ReplacementPrice.path, ReplacementPrice.id)
    )
    return api.Listed[PriceOut](items=[_price(row) for row in rows], next=None)


@bp.post("/replacement-prices")
@api.write(
    "Record a price",
    body=PriceIn,
    returns={201: PriceOut},
    problems=(ForbiddenError,),
    scope=TokenScope.REGISTER,
)
@access(*PRICERS)
def record_price(session: Session, body: PriceIn) -> PriceOut:
    """It holds in its region and below; the nearest one counts."""
    require_role(body.path, *PRICERS)
    model = session.scalar(select(ScaleModel).where(ScaleModel.uid == body.model))
    if model is None:
        raise api.invalid(("model", str(WORDS[Fault.NOT_HERE])))
    command = Price(path=body.path, model=model, price_fen=body.price_fen)
    return _price(service.record_price(session, command, by=caller().uid, at=utcnow()))


@bp.post("/replacement-prices/<uid:price>/withdraw")
@api.write(
    "Withdraw a price",
    returns={204: None},
    problems=(ForbiddenError,),
    scope=TokenScope.REGISTER,
)
@access(*PRICERS)
def withdraw_price(session: Session, price: str) -> None:
    """It counts no more."""
    row = price_in(session, caller().scope(*PRICERS), price)
    require_role(row.path, *PRICERS)
    service.withdraw_price(session, row, by=caller().uid, at=utcnow())


def _rule(row: TransitionRule) -> RuleOut:
    return RuleOut(
        id=row.uid,
        generation=row.generation,
        networked=row.networked,
        last_day=row.last_day,
        source=row.source,
        confirmed=row.confirmed,
    )


def _price(row: ReplacementPrice) -> PriceOut:
    return PriceOut(id=row.uid, path=row.path, model=row.model.uid, price_fen=row.price_fen)
