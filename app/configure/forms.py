"""The forms of the register: text in, commands or words at a field out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Self, TypeVar

from flask_babel import lazy_gettext as _l

from app.configure.service import (
    FieldsError,
    NewModel,
    NewPlace,
    NewScale,
    NewSeal,
    Range,
)
from app.configure.service.errors import Fault
from app.domain.evidence import Level
from app.domain.lifecycle import ScaleRole
from app.domain.seals import SealKind, SealOwner, SealState
from app.models import AccuracyClass, Maker, Place, PlaceKind, ScaleModel, TypeGeneration

Code = TypeVar("Code", bound=StrEnum)
DECIMAL: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3})?")
MG_PER_KG: Final = 1_000_000
MG_PER_G: Final = 1000
SHOWN_OF_A_PHONE: Final = 3
MOST_DAYS: Final = 3650
MOST_BYTES: Final = 16 * 1024 * 1024
START_OF_FLASH: Final = MappingProxyType({"an3155": 0x0800_0000, "stk500v1": 0})

WORDS: Final[Mapping[Fault, Any]] = MappingProxyType(
    {
        Fault.MISSING: _l("Please fill this in."),
        Fault.TOO_LONG: _l("This is too long."),
        Fault.TAKEN: _l("This is taken already."),
        Fault.MALFORMED: _l("This cannot be read."),
        Fault.OUT_OF_ORDER: _l("Min below Max, and each range larger than the one before."),
        Fault.IN_THE_FUTURE: _l("This day is still to come."),
        Fault.CODES_OR_REASON: _l("Give all three codes, or say why there are none."),
        Fault.NOT_HERE: _l("Please choose one."),
    }
)
TAKEN: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "serial_no": _l("A scale of this model with this serial number is registered already."),
        "market_no": _l("Another scale of this place has this market number."),
        "number": _l("This place has a stall of this number."),
        "name": _l("This name is taken already."),
        "code": _l("This code is taken already."),
    }
)


@dataclass(slots=True)
class Form:
    """What was typed, and what is wrong with it by field."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, given: Mapping[str, str], longest: Mapping[str, int]) -> Self:
        """Return the form with the fields in ``longest``, none longer than it says."""
        form = cls({name: given.get(name, "").strip() for name in longest})
        for name, most in longest.items():
            if len(form[name]) > most:
                form.errors[name] = WORDS[Fault.TOO_LONG]
        return form

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def fault(self, name: str, fault: Fault) -> None:
        """Note what is wrong with a field."""
        words = TAKEN.get(name) if fault is Fault.TAKEN else None
        self.errors.setdefault(name, words or WORDS[fault])

    def refuse(self, error: FieldsError) -> None:
        """Note what the service found, each at its field."""
        for name, fault in error.faults.items():
            self.fault(name, fault)

    def day(self, name: str) -> date | None:
        """Return the date typed, or None; what is no date becomes an error."""
        if not self[name]:
            return None
        try:
            return date.fromisoformat(self[name])
        except ValueError:
            self.fault(name, Fault.MALFORMED)
            return None

    def one_of(self, name: str, kind: type[Code], otherwise: Code) -> Code:
        """Return the code chosen; another text becomes an error."""
        if self[name] in set(kind):
            return kind(self[name])
        if self[name]:
            self.fault(name, Fault.MALFORMED)
        return otherwise

    def number(self, name: str, most: int, otherwise: int) -> int:
        """Return the whole number typed, from 0 to ``most``."""
        if not self[name]:
            return otherwise
        if not self[name].isdecimal() or int(self[name]) > most:
            self.fault(name, Fault.MALFORMED)
            return otherwise
        return int(self[name])

    def mass(self, name: str, unit_mg: int) -> int:
        """Return the mass typed, in mg, without floats."""
        if not DECIMAL.fullmatch(self[name]):
            self.fault("ranges", Fault.MALFORMED)
            return 0
        return int(Decimal(self[name]) * unit_mg)


SCALE: Final = MappingProxyType(
    {
        "place": 36,
        "model": 36,
        "serial_no": 40,
        "market_no": 20,
        "role": 20,
        "software_id": 80,
        "production_code": 60,
        "repair_code": 60,
        "verification_code": 60,
        "no_code_reason": 200,
        "made_on": 10,
    }
)
SEAL: Final = MappingProxyType({"kind": 20, "owner": 20, "number": 40, "position": 60, "state": 20})
PLACE: Final = MappingProxyType(
    {
        "region": 120,
        "code": 12,
        "name": 120,
        "kind": 20,
        "address": 200,
        "organiser": 120,
        "phone": 40,
        "fair_scale_spot": 120,
    }
)
STALL: Final = MappingProxyType({"number": 20, "goods": 60})
TRADER: Final = MappingProxyType({"name": 120, "phone": 40})
RANGE_FIELDS: Final = tuple(f"{part}_{n}" for n in (1, 2, 3) for part in ("max", "min", "e"))
MODEL: Final = MappingProxyType(
    {
        "maker": 120,
        "name": 120,
        "type_approval_no": 40,
        "accuracy": 4,
        "generation": 20,
        "networked": 1,
        "required_level": 1,
        "evidence_days": 4,
        "protocol": 20,
        "program_length": 9,
        "phase_out_on": 10,
    }
    | dict.fromkeys(RANGE_FIELDS, 12)
)


def new_scale(form: Form, place: Place | None, model: ScaleModel | None) -> NewScale | None:
    """Return the command, or None with the errors noted."""
    made_on, role = form.day("made_on"), form.one_of("role", ScaleRole, ScaleRole.TRADE)
    if place is None:
        form.fault("place", Fault.NOT_HERE)
    if model is None:
        form.fault("model", Fault.NOT_HERE)
    if place is None or model is None or form.errors:
        return None
    return NewScale(
        place=place,
        model=model,
        serial_no=form["serial_no"],
        market_no=form["market_no"],
        role=role,
        software_id=form["software_id"],
        production_code=form["production_code"],
        repair_code=form["repair_code"],
        verification_code=form["verification_code"],
        no_code_reason=form["no_code_reason"],
        made_on=made_on,
    )


def new_seal(form: Form) -> NewSeal | None:
    """Return the command, or None with the errors noted."""
    command = NewSeal(
        kind=form.one_of("kind", SealKind, SealKind.LEAD),
        owner=form.one_of("owner", SealOwner, SealOwner.MAKER),
        number=form["number"],
        position=form["position"],
        state=form.one_of("state", SealState, SealState.INTACT),
    )
    return None if form.errors else command


def new_place(form: Form) -> NewPlace | None:
    """Return the command, or None with the errors noted."""
    command = NewPlace(
        region_path=form["region"],
        code=form["code"],
        name=form["name"],
        kind=form.one_of("kind", PlaceKind, PlaceKind.MARKET),
        address=form["address"],
        organiser=form["organiser"],
        phone=form["phone"],
        fair_scale_spot=form["fair_scale_spot"],
    )
    return None if form.errors else command


def new_model(form: Form, maker: Maker) -> NewModel | None:
    """Return the command, or None with the errors noted."""
    level = form.number("required_level", int(Level.E5), 0)
    command = NewModel(
        maker=maker,
        name=form["name"],
        ranges=_ranges(form),
        type_approval_no=form["type_approval_no"],
        accuracy=form.one_of("accuracy", AccuracyClass, AccuracyClass.III),
        generation=form.one_of("generation", TypeGeneration, TypeGeneration.OLD),
        networked=bool(form["networked"]),
        required_level=Level(level),
        evidence_days=form.number("evidence_days", MOST_DAYS, 180) or 180,
        profile=_profile(form),
        phase_out_on=form.day("phase_out_on"),
    )
    return None if form.errors else command


def _ranges(form: Form) -> tuple[Range, ...]:
    found = []
    for n in (1, 2, 3):
        if n > 1 and not any(form[f"{part}_{n}"] for part in ("max", "min", "e")):
            continue
        least, step = form.mass(f"min_{n}", MG_PER_G), form.mass(f"e_{n}", MG_PER_G)
        found.append(Range(least, form.mass(f"max_{n}", MG_PER_KG), step))
    return tuple(found)


def _profile(form: Form) -> dict[str, Any]:
    """Return what can be read of the program: nothing where nobody knows how."""
    try:
        return profile_of(form["protocol"], form.number("program_length", MOST_BYTES, 0))
    except FieldsError as error:
        form.refuse(error)
        return {}


def profile_of(protocol: str, length: int) -> dict[str, Any]:
    """Return the profile of a program of ``length`` bytes; nothing without a protocol.

    Raises:
        FieldsError: There is no such protocol, or no length.
    """
    if not protocol:
        return {}
    if protocol not in START_OF_FLASH:
        raise FieldsError(protocol=Fault.MALFORMED)
    if not length:
        raise FieldsError(program_length=Fault.MISSING)
    part = {"name": "program", "address": START_OF_FLASH[protocol], "length": length}
    return {"protocol": protocol, "parts": [part], "regions": []}


def said(error: FieldsError) -> list[tuple[str, str]]:
    """Return the fields of a refusal with its words."""
    return [
        (name, str(TAKEN[name] if fault is Fault.TAKEN and name in TAKEN else WORDS[fault]))
        for name, fault in error.faults.items()
    ]


def masked(phone: str) -> str:
    """Return a phone number with its middle hidden."""
    if len(phone) <= SHOWN_OF_A_PHONE * 2:
        return "*" * len(phone)
    return f"{phone[:SHOWN_OF_A_PHONE]}****{phone[-SHOWN_OF_A_PHONE:]}"
