"""Scales of the demo as they came: codes and a seal, or why there are none."""

from datetime import date, datetime
from typing import Final

from app.configure.service import NewScale, NewSeal
from app.demo.catalogue import LASTING, MODELS, Plate
from app.demo.fleet import Line
from app.demo.world import World
from app.domain.calendar import add_months
from app.domain.gaps import CODES, Gap, Gaps, Ground, Part
from app.domain.seals import SealKind, SealOwner

# The maker's letters, then the day on which it was made.
MADE: Final = slice(2, 8)
SEALED_WITHIN: Final = 3


def as_it_came(world: World, line: Line, today: date) -> NewScale:
    """Return what the register is told of a scale that came ``today``."""
    plate = MODELS[line.model]
    codes = {part: f"{part.value[0].upper()}{line.serial}" for part in CODES if plate.is_new}
    return NewScale(
        place=world.places[line.market],
        model=world.models[line.model],
        serial_no=line.serial,
        market_no=line.number,
        role=line.role,
        software_id=plate.software_id,
        production_code=codes.get(Part.PRODUCTION, ""),
        repair_code=codes.get(Part.REPAIR, ""),
        verification_code=codes.get(Part.VERIFICATION, ""),
        gaps={} if plate.is_new else _gaps(line, plate, today),
        seal=_makers(line) if plate.is_new else None,
        made_on=datetime.strptime(line.serial[MADE], "%y%m%d").date(),  # noqa: DTZ007 - a day
        batch=world.batches.get(line.batch),
    )


def _makers(line: Line) -> NewSeal:
    return NewSeal(kind=SealKind.STICKER, owner=SealOwner.MAKER, number=f"M{line.serial[2:]}")


def _gaps(line: Line, plate: Plate, today: date) -> Gaps:
    """Return grounds for everything; for every ninth of the first ones they ran out."""
    months = 23 if line.no % 9 == 0 else 36
    old = Gap(Ground.OLD_TYPE, add_months(today, months))
    gone = Gap(Ground.MAKER_GONE, add_months(today, months))
    given = dict.fromkeys(CODES, old)
    if plate.maker == LASTING:
        given[Part.PRODUCTION] = gone
    return {**given, Part.SEAL: Gap(Ground.AT_VERIFICATION, add_months(today, SEALED_WITHIN))}
