"""The API of models of scales, which belong to everybody."""

from datetime import date
from typing import Annotated, Any

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from app.configure import forms_models, queries, service
from app.configure.api_fields import told_at_fields
from app.configure.service import catalogue
from app.db.session import utcnow
from app.domain.evidence import Level
from app.domain.permissions import CATALOGUERS
from app.domain.regions import RegionKind
from app.domain.tokens import TokenScope
from app.models import AccuracyClass, Maker, ScaleModel, TypeGeneration
from app.web import api
from app.web.access import READERS, access, caller

bp = Blueprint("models", __name__)

HEAVIEST_MG = 10_000_000_000
LAST_ADDRESS = 0xFFFF_FFFF


class RangeOut(api.Model):
    """One weighing range, in milligrams."""

    max_mg: int
    min_mg: int
    e_mg: int


class RangeIn(api.Body):
    """One weighing range, in milligrams."""

    max_mg: Annotated[int, Field(ge=1, le=HEAVIEST_MG, examples=[15_000_000])]
    min_mg: Annotated[int, Field(ge=1, le=HEAVIEST_MG, examples=[100_000])]
    e_mg: Annotated[int, Field(ge=1, le=HEAVIEST_MG, examples=[5000])]


class RegionOut(api.Model):
    """A stretch of the program, by address; `end` is the first address behind it."""

    start: int
    end: int
    kind: RegionKind


class RegionIn(api.Body):
    """A stretch of the program, by address; `end` is the first address behind it."""

    start: Annotated[int, Field(ge=0, le=LAST_ADDRESS, examples=[0x0800_C000])]
    end: Annotated[int, Field(ge=1, le=LAST_ADDRESS, examples=[0x0800_D000])]
    kind: RegionKind


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
    software_ids: list[str]
    regions: list[RegionOut]
    recalled: bool


class ModelIn(api.Body):
    """A model as its plate says; the maker is found or made by name."""

    maker: Annotated[str, Field(min_length=1, max_length=120)]
    name: Annotated[str, Field(min_length=1, max_length=120, examples=["ACS-30"])]
    ranges: Annotated[list[RangeIn], Field(min_length=1, max_length=3)]
    type_approval_no: Annotated[str, Field(max_length=40)] = ""
    accuracy: AccuracyClass = AccuracyClass.III
    generation: TypeGeneration = TypeGeneration.OLD
    networked: bool = False
    required_level: Annotated[int, Field(ge=0, le=int(Level.E5))] = 0
    evidence_days: Annotated[int, Field(ge=1, le=forms_models.MOST_DAYS)] = 180
    protocol: Annotated[
        str, Field(max_length=20, description="how its program is read; empty: nobody knows")
    ] = ""
    program_length: Annotated[int, Field(ge=0, le=forms_models.MOST_BYTES)] = 0
    regions: Annotated[list[RegionIn], Field(max_length=forms_models.MOST_REGIONS)] = []
    phase_out_on: date | None = None
    software_ids: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=forms_models.LONGEST_SOFTWARE_ID)]],
        Field(max_length=forms_models.MOST_SOFTWARE_IDS, description="approved with the type"),
    ] = []


@bp.get("/models")
@api.lists("List models", ModelOut)
@access(*READERS)
def models(session: Session, query: api.ListQuery) -> api.Listed[ModelOut]:
    """All of them: models belong to everybody."""
    return api.listed(session, query, queries.models(), (ScaleModel.uid,), _model)


@bp.get("/models/<uid:model>")
@api.read("Read a model", returns=ModelOut)
@access(*READERS)
def model(session: Session, model: str) -> api.Answer:
    """One model with its ranges."""
    row = session.scalars(queries.models().where(ScaleModel.uid == model)).one()
    return api.Answer(_model(row), version=row.version)


@bp.post("/models")
@api.write("Register a model", body=ModelIn, returns={201: ModelOut}, scope=TokenScope.REGISTER)
@access(*CATALOGUERS)
def add_model(session: Session, body: ModelIn) -> api.Answer:
    """A model; its maker too, where nobody has made one of that name before."""
    who, at = caller().uid, utcnow()
    with told_at_fields():
        command = _command(body, _maker(session, body.maker))
        row = service.create_model(session, command, by=who, at=at)
    session.flush()
    where = {"Location": url_for(".model", model=row.uid)}
    return api.Answer(_model(row), version=row.version, headers=where)


@bp.put("/models/<uid:model>")
@api.write(
    "Correct a model",
    body=ModelIn,
    returns=ModelOut,
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*CATALOGUERS)
def change_model(session: Session, model: str, body: ModelIn) -> api.Answer:
    """All of it anew; how its program is read stays while references rest on it."""
    row = session.scalars(queries.models().where(ScaleModel.uid == model)).one()
    api.match(row.version)
    with told_at_fields():
        command = _command(body, _maker(session, body.maker))
        catalogue.change_model(session, row, command, by=caller().uid, at=utcnow())
    session.flush()
    return api.Answer(_model(row), version=row.version)


def _maker(session: Session, name: str) -> Maker:
    found = queries.maker_named(session, name.strip())
    if found is not None:
        return found
    return service.create_maker(session, service.NewMaker(name), by=caller().uid, at=utcnow())


def _profile(body: ModelIn) -> dict[str, Any]:
    regions = [forms_models.region_row(one.start, one.end, one.kind) for one in body.regions]
    return forms_models.profile_of(body.protocol, body.program_length, regions)


def _command(body: ModelIn, maker: Maker) -> service.NewModel:
    return service.NewModel(
        maker=maker,
        name=body.name,
        ranges=tuple(service.Range(one.min_mg, one.max_mg, one.e_mg) for one in body.ranges),
        type_approval_no=body.type_approval_no,
        accuracy=body.accuracy,
        generation=body.generation,
        networked=body.networked,
        required_level=Level(body.required_level),
        evidence_days=body.evidence_days,
        profile=_profile(body),
        phase_out_on=body.phase_out_on,
        software_ids=tuple(dict.fromkeys(body.software_ids)),
    )


def _stretch(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("start", "end", "kind")}


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
        software_ids=row.software_ids,
        regions=[RegionOut(**_stretch(one)) for one in row.profile.get("regions", [])],
        recalled=row.recalled,
    )
