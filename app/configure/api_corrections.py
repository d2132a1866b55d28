"""The API of what is put right: places with stalls and traders, offices (市场监管所) above."""

from typing import Annotated

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from app.configure import forms, queries, service
from app.configure.api_fields import told_at_fields
from app.configure.api_places import (
    MarketOut,
    StallOut,
    TraderOut,
    market_out,
    stall_out,
    trader_out,
)
from app.configure.service.erasing import TraderErasedError
from app.configure.service.regions import create_office, rename_region
from app.configure.service.stallholders import correct_trader, renumber_stall
from app.db.session import utcnow
from app.domain.permissions import OFFICE_KEEPERS, REGISTRARS
from app.domain.tokens import TokenScope
from app.models import PlaceKind, Region, Stall, Trader
from app.web import api
from app.web.access import READERS, ForbiddenError, access, caller, require_role

bp = Blueprint("corrections", __name__)

Name = Annotated[str, Field(min_length=1, max_length=120)]


class MarketChange(api.Body):
    """A place of trade as it should be; only an empty one takes another region or code."""

    name: Name
    kind: PlaceKind
    address: Annotated[str, Field(max_length=200)] = ""
    organiser: Annotated[str, Field(max_length=120)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    fair_scale_spot: Annotated[str, Field(max_length=120)] = ""
    region: Annotated[str | None, Field(max_length=120)] = None
    code: Annotated[str | None, Field(min_length=1, max_length=12)] = None


class StallNumberIn(api.Body):
    """The number that is painted there."""

    number: Annotated[str, Field(min_length=1, max_length=20)]


class TraderChange(api.Body):
    """How a trader is written; an empty phone leaves the number as it is."""

    name: Name
    phone: Annotated[str, Field(max_length=40)] = ""


class OfficeOut(api.Model):
    """An office (市场监管所) below a county."""

    id: str
    path: str
    name: str


class OfficeIn(api.Body):
    """A new office; `code` tells it apart inside its county."""

    county: Annotated[str, Field(max_length=120, examples=["/32/3206/320612/"])]
    code: Annotated[str, Field(pattern="^[0-9]{3}$", examples=["001"])]
    name: Name


class OfficeChange(api.Body):
    """The name of an office as it should be; its path never changes."""

    name: Name


@bp.put("/markets/<uid:market>")
@api.write(
    "Correct a market",
    body=MarketChange,
    returns=MarketOut,
    problems=(ForbiddenError,),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*REGISTRARS)
def put_market(session: Session, market: str, body: MarketChange) -> api.Answer:
    """Name, kind, address and what shoppers see. Region and code stay where they are left out."""
    row = queries.place_in(session, caller().scope(*REGISTRARS), market)
    api.match(api.version_of(market_out(row)))
    stands = forms.filled_place(row)
    given = body.model_dump(exclude={"region", "code"})
    command = service.NewPlace(
        region_path=body.region or stands["region"], code=body.code or stands["code"], **given
    )
    if command.path != row.path:
        require_role(command.region_path, *REGISTRARS)
    with told_at_fields():
        service.change_place(session, row, command, by=caller().uid, at=utcnow())
    return api.Answer(market_out(row), version=api.version_of(market_out(row)))


@bp.put("/stalls/<uid:stall>/number")
@api.write(
    "Correct a stall's number",
    body=StallNumberIn,
    returns=StallOut,
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*REGISTRARS)
def put_number(session: Session, stall: str, body: StallNumberIn) -> api.Answer:
    """What stands at the stall stays. `If-Match` is the stall's ETag."""
    found = queries.stalls(caller().scope(*REGISTRARS)).where(Stall.uid == stall)
    row = session.scalars(found).one()
    api.match(api.version_of(stall_out(row)))
    with told_at_fields():
        renumber_stall(session, row, body.number, by=caller().uid, at=utcnow())
    return api.Answer(stall_out(row), version=api.version_of(stall_out(row)))


@bp.put("/traders/<uid:trader>")
@api.write(
    "Correct a trader",
    body=TraderChange,
    returns=TraderOut,
    problems=(TraderErasedError,),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*REGISTRARS)
def put_trader(session: Session, trader: str, body: TraderChange) -> api.Answer:
    """For a mistake in writing; another person is another trader."""
    found = queries.traders(caller().scope(*REGISTRARS)).where(Trader.uid == trader)
    row = session.scalars(found).one()
    api.match(api.version_of(trader_out(row)))
    with told_at_fields():
        correct_trader(session, row, body.name, body.phone, by=caller().uid, at=utcnow())
    return api.Answer(trader_out(row), version=api.version_of(trader_out(row)))


@bp.get("/offices")
@api.lists("List offices", OfficeOut)
@access(*READERS)
def offices(session: Session, query: api.ListQuery) -> api.Listed[OfficeOut]:
    """Those of the caller's regions, by path."""
    return api.listed(session, query, queries.offices(caller().scope()), (Region.path,), _office)


@bp.get("/offices/<uid:office>")
@api.read("Read an office", returns=OfficeOut)
@access(*READERS)
def office(session: Session, office: str) -> OfficeOut:
    """One office."""
    return _office(queries.office_in(session, caller().scope(), office))


@bp.post("/offices")
@api.write(
    "Add an office",
    body=OfficeIn,
    returns={201: OfficeOut},
    problems=(ForbiddenError,),
    scope=TokenScope.REGISTER,
)
@access(*OFFICE_KEEPERS)
def add_office(session: Session, body: OfficeIn) -> api.Answer:
    """An office below a county of the caller's; what lies above is made in the shell."""
    require_role(body.county, *OFFICE_KEEPERS)
    given = (body.county, body.code, body.name)
    with told_at_fields():
        row = create_office(session, *given, by=caller().uid, at=utcnow())
    where = {"Location": url_for(".office", office=row.uid)}
    return api.Answer(_office(row), version=api.version_of(_office(row)), headers=where)


@bp.put("/offices/<uid:office>")
@api.write(
    "Correct an office",
    body=OfficeChange,
    returns=OfficeOut,
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*OFFICE_KEEPERS)
def put_office(session: Session, office: str, body: OfficeChange) -> api.Answer:
    """Its name; its path stays, for everything below carries it."""
    row = queries.office_in(session, caller().scope(*OFFICE_KEEPERS), office)
    api.match(api.version_of(_office(row)))
    with told_at_fields():
        rename_region(session, row, body.name, by=caller().uid, at=utcnow())
    return api.Answer(_office(row), version=api.version_of(_office(row)))


def _office(row: Region) -> OfficeOut:
    return OfficeOut(id=row.uid, path=row.path, name=row.name)
