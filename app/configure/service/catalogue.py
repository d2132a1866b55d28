"""Makers and models: the part of the register that belongs to everybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError, missing
from app.configure.service.places import REGISTER
from app.db.ids import new_uid
from app.domain.evidence import Level
from app.ledger import entries
from app.ledger.door import act
from app.models import AccuracyClass, Maker, ModelRange, ScaleModel, TypeGeneration

MOST_RANGES: Final = 3


@dataclass(frozen=True, slots=True)
class NewMaker:
    """A maker, by the name on the plate."""

    name: str


@dataclass(frozen=True, slots=True)
class Range:
    """One weighing range; e = d for price-computing scales."""

    min_mg: int
    max_mg: int
    e_mg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewModel:
    """A model of ``maker``; ``profile`` says what may be read of its program and how."""

    maker: Maker
    name: str
    ranges: tuple[Range, ...]
    type_approval_no: str = ""
    accuracy: AccuracyClass = AccuracyClass.III
    generation: TypeGeneration = TypeGeneration.OLD
    networked: bool = False
    required_level: Level = Level.E0
    evidence_days: int = 180
    profile: Mapping[str, Any] = field(default_factory=dict)
    phase_out_on: date | None = None


def create_maker(session: Session, command: NewMaker, *, by: str, at: datetime) -> Maker:
    """Register a maker.

    Raises:
        FieldsError: The name is missing or taken.
    """
    entries.lock(session)
    name = command.name.strip()
    faults = missing(name=name)
    if name and session.scalar(select(exists().where(Maker.name == name))):
        faults["name"] = Fault.TAKEN
    if faults:
        raise FieldsError(**faults)
    maker = Maker(uid=new_uid(), name=name)
    with act(session, maker, REGISTER, by=by, at=at):
        session.add(maker)
    return maker


def create_model(session: Session, command: NewModel, *, by: str, at: datetime) -> ScaleModel:
    """Register a model with its ranges.

    Raises:
        FieldsError: The name is missing or taken, or the ranges make no sense.
    """
    entries.lock(session)
    name, approval = command.name.strip(), command.type_approval_no.strip()
    faults = missing(name=name)
    taken = exists().where(
        ScaleModel.maker_id == command.maker.id,
        ScaleModel.name == name,
        ScaleModel.type_approval_no == approval,
    )
    if name and session.scalar(select(taken)):
        faults["name"] = Fault.TAKEN
    if not _are_ordered(command.ranges):
        faults["ranges"] = Fault.OUT_OF_ORDER
    if faults:
        raise FieldsError(**faults)
    model = _model(command, name, approval)
    with act(session, model, REGISTER, by=by, at=at):
        session.add(model)
    return model


def _model(command: NewModel, name: str, approval: str) -> ScaleModel:
    return ScaleModel(
        uid=new_uid(),
        maker=command.maker,
        name=name,
        type_approval_no=approval,
        accuracy=command.accuracy,
        generation=command.generation,
        networked=command.networked,
        required_level=int(command.required_level),
        evidence_days=command.evidence_days,
        profile=dict(command.profile),
        phase_out_on=command.phase_out_on,
        ranges=[
            ModelRange(position=position, min_mg=one.min_mg, max_mg=one.max_mg, e_mg=one.e_mg)
            for position, one in enumerate(command.ranges, 1)
        ],
    )


def _are_ordered(ranges: tuple[Range, ...]) -> bool:
    """Return whether there are one to three ranges, each sound and larger than the one before."""
    sound = all(0 < one.min_mg < one.max_mg and one.e_mg > 0 for one in ranges)
    rising = all(a.max_mg < b.max_mg and a.e_mg < b.e_mg for a, b in pairwise(ranges))
    return 1 <= len(ranges) <= MOST_RANGES and sound and rising
