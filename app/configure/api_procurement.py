"""The API of procurement batches and of the scales that came with them."""

from datetime import date
from typing import Annotated

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from app.configure import batches, queries
from app.configure.api_fields import told_at_fields
from app.configure.forms import WORDS
from app.configure.forms_batches import MOST_ITEMS, MOST_SCALES
from app.configure.service import FieldsError
from app.configure.service.errors import Fault
from app.configure.service.procurement import (
    Batch,
    Item,
    assign,
    change_procurement,
    create_procurement,
)
from app.db.session import utcnow
from app.domain.permissions import REGISTRARS
from app.domain.procurement import Funding
from app.domain.roles import Role
from app.domain.tokens import TokenScope
from app.models import Procurement
from app.web import api, scale_api
from app.web.access import READERS, ForbiddenError, access, caller, require_role
from app.web.scale_api import ScaleOut

bp = Blueprint("procurement", __name__)

DEAREST_FEN = 1_000_000_000


class OrderedOut(api.Model):
    """How many scales of a model, at which price each; and how many of them there are."""

    model: str
    quantity: int
    unit_price_fen: int
    registered: int
    verified: int
    in_service: int


class OrderedIn(api.Body):
    """How many scales of a model, at which price each."""

    model: Annotated[str, Field(min_length=1, max_length=36)]
    quantity: Annotated[int, Field(ge=1, le=MOST_SCALES, examples=[120])]
    unit_price_fen: Annotated[int, Field(ge=0, le=DEAREST_FEN, examples=[45000])]


class ProcurementOut(api.Model):
    """A batch of scales that were bought together."""

    id: str
    path: str
    buyer: str
    supplier: str
    document_no: str
    bought_on: date
    funding: Funding
    items: list[OrderedOut]


class ProcurementIn(api.Body):
    """A batch as its contract or delivery note says; `path` is whom it was bought for."""

    path: Annotated[str, Field(max_length=120, examples=["/32/3206/320612/"])]
    buyer: Annotated[str, Field(min_length=1, max_length=120)]
    supplier: Annotated[str, Field(min_length=1, max_length=120)]
    document_no: Annotated[str, Field(min_length=1, max_length=80, examples=["HT-2026-018"])]
    bought_on: date
    funding: Funding
    items: Annotated[list[OrderedIn], Field(min_length=1, max_length=MOST_ITEMS)]


class CameWithIn(api.Body):
    """The batch that a scale came with."""

    batch: Annotated[str, Field(min_length=1, max_length=36)]


@bp.get("/procurements")
@api.lists("List procurement batches", ProcurementOut)
@access(*READERS)
def procurements(session: Session, query: api.ListQuery) -> api.Listed[ProcurementOut]:
    """Those bought for the caller's regions, in the order they were registered."""
    rows = batches.batches(caller().scope())
    return api.listed(session, query, rows, (Procurement.uid,), lambda row: _out(session, row))


@bp.get("/procurements/<uid:batch>")
@api.read("Read a procurement batch", returns=ProcurementOut)
@access(*READERS)
def procurement(session: Session, batch: str) -> api.Answer:
    """One batch with how far it is."""
    row = batches.batch_in(session, caller().scope(), batch)
    return api.Answer(_out(session, row), version=row.version)


@bp.post("/procurements")
@api.write(
    "Register a procurement batch",
    body=ProcurementIn,
    returns={201: ProcurementOut},
    problems=(ForbiddenError,),
    scope=TokenScope.REGISTER,
)
@access(*REGISTRARS)
def add_procurement(session: Session, body: ProcurementIn) -> api.Answer:
    """For a region or place of the caller's."""
    require_role(body.path, *REGISTRARS)
    with told_at_fields():
        command = _command(session, body)
        row = create_procurement(session, command, by=caller().uid, at=utcnow())
    session.flush()
    where = {"Location": url_for(".procurement", batch=row.uid)}
    return api.Answer(_out(session, row), version=row.version, headers=where)


@bp.put("/procurements/<uid:batch>")
@api.write(
    "Correct a procurement batch",
    body=ProcurementIn,
    returns=ProcurementOut,
    problems=(ForbiddenError,),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*REGISTRARS)
def correct_procurement(session: Session, batch: str, body: ProcurementIn) -> api.Answer:
    """All of it anew; models of which scales came stay among its items."""
    row = batches.batch_in(session, caller().scope(*REGISTRARS), batch)
    require_role(body.path, *REGISTRARS)
    api.match(row.version)
    with told_at_fields():
        command = _command(session, body)
        change_procurement(session, row, command, by=caller().uid, at=utcnow())
    session.flush()
    return api.Answer(_out(session, row), version=row.version)


@bp.put("/scales/<uid:scale>/procurement")
@api.write(
    "Say which batch a scale came with",
    body=CameWithIn,
    returns=ScaleOut,
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(Role.MANAGER)
def came_with(session: Session, scale: str, body: CameWithIn) -> api.Answer:
    """A batch of the caller's regions, or of one above. `If-Match` is the scale's ETag."""
    row = queries.scale_in(session, caller().scope(Role.MANAGER), scale)
    scale_api.match(session, row, caller(), utcnow())
    batch = batches.named(session, caller().scope(Role.MANAGER), body.batch)
    if batch is None:
        raise api.invalid(("batch", str(WORDS[Fault.NOT_HERE])))
    with told_at_fields():
        assign(session, row, batch, by=caller().uid, at=utcnow())
    return scale_api.answer(session, row, caller(), utcnow())


def _command(session: Session, body: ProcurementIn) -> Batch:
    models = {model.uid: model for model in queries.models_by_name(session)}
    if any(item.model not in models for item in body.items):
        raise FieldsError(items=Fault.NOT_HERE)
    items = tuple(
        Item(models[item.model], item.quantity, item.unit_price_fen) for item in body.items
    )
    return Batch(**body.model_dump(exclude={"items"}), items=items)


def _out(session: Session, row: Procurement) -> ProcurementOut:
    return ProcurementOut(
        id=row.uid,
        path=row.path,
        buyer=row.buyer,
        supplier=row.supplier,
        document_no=row.document_no,
        bought_on=row.bought_on,
        funding=row.funding,
        items=[
            OrderedOut(
                model=line.model.uid,
                quantity=line.ordered,
                unit_price_fen=line.unit_price_fen,
                registered=line.came,
                verified=line.verified,
                in_service=line.serving,
            )
            for line in batches.lines(session, row)
        ],
    )
