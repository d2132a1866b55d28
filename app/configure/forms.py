"""The forms of the register: text in, commands or words at a field out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Self, TypeVar

from flask_babel import lazy_gettext as _l

from app.configure.service import (
    FieldsError,
    NewPlace,
    NewScale,
    NewSeal,
)
from app.configure.service.errors import Fault
from app.configure.service.grounds import Parts
from app.domain.gaps import CODES, Gap, Ground, Part
from app.domain.lifecycle import ScaleRole
from app.domain.seals import SealKind, SealOwner, SealState
from app.models import Place, PlaceKind, Procurement, ScaleModel

Code = TypeVar("Code", bound=StrEnum)
DECIMAL: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3})?")
MG_PER_KG: Final = 1_000_000
MG_PER_G: Final = 1000
SHOWN_OF_A_PHONE: Final = 3

WORDS: Final[Mapping[Fault, Any]] = MappingProxyType(
    {
        Fault.MISSING: _l("Please fill this in."),
        Fault.TOO_LONG: _l("This is too long."),
        Fault.TAKEN: _l("This is taken already."),
        Fault.MALFORMED: _l("This cannot be read."),
        Fault.OUT_OF_ORDER: _l("Min below Max, and each range larger than the one before."),
        Fault.IN_THE_FUTURE: _l("This day is still to come."),
        Fault.IN_THE_PAST: _l("This day is over."),
        Fault.TOO_FAR: _l("At most five years from now."),
        Fault.CODE_OR_GROUND: _l("Give the code or number, or say why it is missing."),
        Fault.SAY_WHY: _l("Say in the remark what “another reason” means."),
        Fault.OTHER_BATCH: _l("The batch was bought for elsewhere, or without this model."),
        Fault.OVERLAPPING: _l("Each region lies inside the program, none over another."),
        Fault.TWICE: _l("Name each only once."),
        Fault.BEFORE_SIGNING: _l("This day is before the signing."),
        Fault.REFERENCED: _l("References rest on how it is read; withdraw them first."),
        Fault.NOT_HERE: _l("Please choose one."),
        Fault.NAMED: _l("A verification or a reading names the scale so; it stays."),
        Fault.IN_USE: _l("The scale is in use or away in this role; take it back first."),
        Fault.SETTLED: _l("Something is registered at this place; region and code stay."),
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

    def hold(self) -> None:
        """Hold the form to what was found so far.

        Raises:
            FieldsError: Something is wrong with a field; it is noted there already.
        """
        if self.errors:
            raise FieldsError

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


# A code or the seal's number; or else grounds and an end, with a remark for all of them.
PARTS: Final = (
    {part.value: 60 if part in CODES else 40 for part in Part}
    | {f"{part}_{more}": 20 for part in Part for more in ("ground", "until")}
    | {"seal_kind": 20, "gap_remark": 200}
)
SCALE: Final = MappingProxyType(
    {
        "place": 36,
        "model": 36,
        "serial_no": 40,
        "market_no": 20,
        "role": 20,
        "software_id": 80,
        "made_on": 10,
        "batch": 36,
    }
    | PARTS
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
PLATE: Final = MappingProxyType(
    {name: most for name, most in SCALE.items() if name not in {"place", *PARTS}}
)
OFFICE: Final = MappingProxyType({"county": 120, "code": 3, "name": 120})
STALL: Final = MappingProxyType({"number": 20, "goods": 60})
TRADER: Final = MappingProxyType({"name": 120, "phone": 40})


def gaps_of(form: Form, parts: Iterable[Part]) -> dict[Part, Gap]:
    """Return the grounds that were chosen, each with its end; half of one becomes an error."""
    found = {}
    for part in parts:
        ground = form.one_of(f"{part}_ground", Ground, Ground.OTHER)
        until = form.day(f"{part}_until")
        if form[f"{part}_ground"] and until is None:
            form.fault(f"{part}_until", Fault.MISSING)
        elif until is not None and form[f"{part}_ground"]:
            found[part] = Gap(ground, until)
    return found


def parts(form: Form) -> Parts | None:
    """Return the codes that are there and the grounds for the others, or None."""
    codes = {part: form[part] for part in CODES}
    lacking = [part for part in Part if not codes.get(part)]
    command = Parts(codes=codes, gaps=gaps_of(form, lacking), remark=form["gap_remark"])
    return None if form.errors else command


def _seal(form: Form) -> NewSeal | None:
    """Return the maker's seal that is on the scale, if one is."""
    if not form["seal"]:
        return None
    kind = form.one_of("seal_kind", SealKind, SealKind.LEAD)
    return NewSeal(kind=kind, owner=SealOwner.MAKER, number=form["seal"])


def new_scale(
    form: Form, place: Place | None, model: ScaleModel | None, batch: Procurement | None
) -> NewScale | None:
    """Return the command, or None with the errors noted."""
    gaps = gaps_of(form, [part for part in Part if not form[part]])
    made_on, role = form.day("made_on"), form.one_of("role", ScaleRole, ScaleRole.TRADE)
    if place is None:
        form.fault("place", Fault.NOT_HERE)
    if model is None:
        form.fault("model", Fault.NOT_HERE)
    if batch is None and form["batch"]:
        form.fault("batch", Fault.NOT_HERE)
    if place is None or model is None or form.errors:
        return None
    return NewScale(
        place=place,
        model=model,
        serial_no=form["serial_no"],
        market_no=form["market_no"],
        role=role,
        software_id=form["software_id"],
        production_code=form[Part.PRODUCTION],
        repair_code=form[Part.REPAIR],
        verification_code=form[Part.VERIFICATION],
        gaps=gaps,
        gap_remark=form["gap_remark"],
        seal=_seal(form),
        made_on=made_on,
        batch=batch,
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


def filled_place(place: Place) -> Form:
    """Return the form as it stands for a place that is registered."""
    region, code = place.path.rstrip("/").rsplit("/", 1)
    names = ("name", "address", "organiser", "phone", "fair_scale_spot")
    values = {name: getattr(place, name) for name in names}
    return Form({**values, "region": f"{region}/", "code": code, "kind": place.kind.value})


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
