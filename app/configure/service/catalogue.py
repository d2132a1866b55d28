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
from app.domain.references import ReferenceStatus
from app.domain.scale_types import AccuracyClass, TypeGeneration
from app.ledger import entries
from app.ledger.door import act
from app.models import Maker, ModelRange, Reference, ScaleModel

MOST_RANGES: Final = 3
CHANGED: Final = "change"


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
    software_ids: tuple[str, ...] = ()


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
    if faults := _faults(session, command, None):
        raise FieldsError(**faults)
    model = ScaleModel(uid=new_uid())
    _fill(model, command)
    with act(session, model, REGISTER, by=by, at=at):
        session.add(model)
    return model


def change_model(
    session: Session, model: ScaleModel, command: NewModel, *, by: str, at: datetime
) -> None:
    """Correct a model; how its program is read stays while references rest on it.

    Raises:
        FieldsError: As at the beginning, or references of it were submitted or approved for
            another profile: judging by other regions takes two custodians again.
    """
    entries.lock(session)
    faults = _faults(session, command, model)
    profile = _with_the_rest(command.profile, model.profile)
    if profile != model.profile and _has_references(session, model):
        faults["protocol"] = Fault.REFERENCED
    if faults:
        raise FieldsError(**faults)
    with act(session, model, CHANGED, by=by, at=at):
        model.ranges.clear()
        session.flush()  # a range must not meet the old one of its number
        _fill(model, command)
        model.profile = profile


def _with_the_rest(asked: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the profile asked for, with what no form shows kept: the entry, further parts."""
    if asked.get("protocol") != known.get("protocol"):
        return dict(asked)
    return {**known, **asked, "parts": [*asked["parts"], *known["parts"][1:]]} if asked else {}


def _faults(session: Session, command: NewModel, known: ScaleModel | None) -> dict[str, Fault]:
    name = command.name.strip()
    faults = missing(name=name)
    taken = select(ScaleModel.id).where(
        ScaleModel.maker_id == command.maker.id,
        ScaleModel.name == name,
        ScaleModel.type_approval_no == command.type_approval_no.strip(),
    )
    found = session.scalar(taken) if name else None
    if found is not None and (known is None or found != known.id):
        faults["name"] = Fault.TAKEN
    if not _are_ordered(command.ranges):
        faults["ranges"] = Fault.OUT_OF_ORDER
    return faults


def _has_references(session: Session, model: ScaleModel) -> bool:
    standing = (ReferenceStatus.SUBMITTED, ReferenceStatus.APPROVED)
    found = exists().where(Reference.model_id == model.id, Reference.status.in_(standing))
    return bool(session.scalar(select(found)))


def _fill(model: ScaleModel, command: NewModel) -> None:
    model.maker = command.maker
    model.name = command.name.strip()
    model.type_approval_no = command.type_approval_no.strip()
    model.accuracy = command.accuracy
    model.generation = command.generation
    model.networked = command.networked
    model.required_level = int(command.required_level)
    model.evidence_days = command.evidence_days
    model.profile = dict(command.profile)
    model.phase_out_on = command.phase_out_on
    model.software_ids = list(command.software_ids)
    for position, one in enumerate(command.ranges, 1):
        model.ranges.append(
            ModelRange(position=position, min_mg=one.min_mg, max_mg=one.max_mg, e_mg=one.e_mg)
        )


def _are_ordered(ranges: tuple[Range, ...]) -> bool:
    """Return whether there are one to three ranges, each sound and larger than the one before."""
    sound = all(0 < one.min_mg < one.max_mg and one.e_mg > 0 for one in ranges)
    rising = all(a.max_mg < b.max_mg and a.e_mg < b.e_mg for a, b in pairwise(ranges))
    return 1 <= len(ranges) <= MOST_RANGES and sound and rising
