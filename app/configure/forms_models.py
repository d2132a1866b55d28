"""The form of a model: its plate, its type approval, what may be read of its program."""

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

from app.configure.forms import Form
from app.configure.service import FieldsError, NewModel, Range
from app.configure.service.errors import Fault
from app.domain.evidence import Level
from app.domain.regions import PROGRAM, Region, RegionError, RegionKind, regions_from
from app.domain.scale_types import AccuracyClass, TypeGeneration
from app.models import Maker, ScaleModel
from app.web import edits

MOST_DAYS: Final = 3650
MOST_BYTES: Final = 16 * 1024 * 1024
MOST_REGIONS: Final = 6
MOST_SOFTWARE_IDS: Final = 20
LONGEST_SOFTWARE_ID: Final = 80
MG_PER_KG: Final = 1_000_000
MG_PER_G: Final = 1000
START_OF_FLASH: Final = MappingProxyType({"an3155": 0x0800_0000, "stk500v1": 0})
ADDRESS: Final = re.compile(r"(?:0x)?[0-9a-f]{1,8}", re.IGNORECASE)
LINES: Final = range(1, MOST_REGIONS + 1)
REGION_FIELDS: Final = tuple(f"region_{part}_{n}" for n in LINES for part in ("start", "end"))
REGION_KINDS: Final = tuple(f"region_kind_{n}" for n in LINES)
RANGE_FIELDS: Final = tuple(f"{part}_{n}" for n in (1, 2, 3) for part in ("max", "min", "e"))
# What is typed on several lines as one thing.
TOGETHER: Final = (RANGE_FIELDS, (*REGION_FIELDS, *REGION_KINDS), ("protocol", "program_length"))
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
        "software_ids": 1000,
        edits.FIELD: edits.LONGEST,
    }
    | dict.fromkeys(RANGE_FIELDS, 12)
    | dict.fromkeys(REGION_FIELDS, 10)
    | dict.fromkeys(REGION_KINDS, 20)
)


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
        software_ids=_software_ids(form),
    )
    return None if form.errors else command


def filled(model: ScaleModel) -> Form:
    """Return the form as it stands for a model that is registered."""
    values = {
        "maker": model.maker.name,
        "name": model.name,
        "type_approval_no": model.type_approval_no,
        "accuracy": model.accuracy.value,
        "generation": model.generation.value,
        "networked": "1" if model.networked else "",
        "required_level": str(model.required_level),
        "evidence_days": str(model.evidence_days),
        "protocol": model.profile.get("protocol", ""),
        "phase_out_on": model.phase_out_on.isoformat() if model.phase_out_on else "",
        "software_ids": "\n".join(model.software_ids),
    }
    # A choice shows its first code where no region is.
    values |= dict.fromkeys(REGION_KINDS, next(iter(RegionKind)).value)
    for n, one in enumerate(model.ranges, 1):
        values |= {
            f"max_{n}": _shown(one.max_mg, MG_PER_KG),
            f"min_{n}": _shown(one.min_mg, MG_PER_G),
            f"e_{n}": _shown(one.e_mg, MG_PER_G),
        }
    for part in model.profile.get("parts", [])[:1]:
        values["program_length"] = str(part["length"])
    for n, region in enumerate(model.profile.get("regions", [])[:MOST_REGIONS], 1):
        values |= {
            f"region_start_{n}": f"0x{region['start']:08x}",
            f"region_end_{n}": f"0x{region['end']:08x}",
            f"region_kind_{n}": str(region["kind"]),
        }
    return Form(values)


def _shown(mg: int, unit_mg: int) -> str:
    """Return a mass as people type it, without floats."""
    whole, rest = divmod(mg, unit_mg)
    digits = str(rest * MG_PER_KG // unit_mg).rjust(6, "0").rstrip("0")
    return f"{whole}.{digits}" if rest else str(whole)


def _software_ids(form: Form) -> tuple[str, ...]:
    """Return the ids, one to a line, each once."""
    found = tuple(dict.fromkeys(filter(None, map(str.strip, form["software_ids"].splitlines()))))
    if len(found) > MOST_SOFTWARE_IDS or any(len(one) > LONGEST_SOFTWARE_ID for one in found):
        form.fault("software_ids", Fault.TOO_LONG)
    return found


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
        length = form.number("program_length", MOST_BYTES, 0)
        return profile_of(form["protocol"], length, _regions(form))
    except FieldsError as error:
        form.refuse(error)
        return {}


def _regions(form: Form) -> list[dict[str, Any]]:
    """Return the regions that were typed, as a profile keeps them; addresses are hexadecimal."""
    found = []
    for n in LINES:
        start, end = form[f"region_start_{n}"], form[f"region_end_{n}"]
        if not start and not end:
            continue
        if not (ADDRESS.fullmatch(start) and ADDRESS.fullmatch(end)):
            raise FieldsError(regions=Fault.MALFORMED)
        kind = form.one_of(f"region_kind_{n}", RegionKind, RegionKind.PARAMETERS)
        found.append(region_row(int(start, 16), int(end, 16), kind))
    return found


def region_row(start: int, end: int, kind: RegionKind) -> dict[str, Any]:
    """Return a region of the program as a profile keeps it."""
    return {"part": PROGRAM, "start": start, "end": end, "kind": kind.value}


def profile_of(
    protocol: str, length: int, regions: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return the profile of a program of ``length`` bytes; nothing without a protocol.

    Raises:
        FieldsError: There is no such protocol, or no length, or a region overlaps or lies outside.
    """
    if not protocol:
        return {}
    if protocol not in START_OF_FLASH:
        raise FieldsError(protocol=Fault.MALFORMED)
    if not length:
        raise FieldsError(program_length=Fault.MISSING)
    start = START_OF_FLASH[protocol]
    if not _lie_inside(regions, start, start + length):
        raise FieldsError(regions=Fault.OVERLAPPING)
    part = {"name": PROGRAM, "address": start, "length": length}
    return {"protocol": protocol, "parts": [part], "regions": list(regions)}


def _lie_inside(rows: Sequence[dict[str, Any]], start: int, end: int) -> bool:
    try:
        found: tuple[Region, ...] = regions_from(rows)
    except RegionError:
        return False
    return all(start <= one.start and one.end <= end for one in found)
