"""What a worksheet holds for the verdict: the ranges of the scale and what it showed.

Mass in whole mg. Whatever cannot be judged is refused at its field before anything is reckoned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from app.domain.errors import DomainError
from app.domain.rules.ruleset import Test

# Beyond this a number is a typing mistake, and a browser's numbers lose their last digit.
LARGEST: Final = 2**53 - 1
MOST_READINGS: Final = 500
MOST_RANGES: Final = 3


class WorksheetError(DomainError):
    """The worksheet cannot be judged; ``field`` is the place: ``readings[2].load_mg``."""

    code = "bad_worksheet"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}", field=field)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Range:
    """One weighing range or partial range; ``min_mg`` where the plate gives it one of its own."""

    max_mg: int
    e_mg: int
    min_mg: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One line of the worksheet.

    Attributes:
        load_mg: Load L on the pan; after taring, the net load.
        indication_mg: Indication I.
        added_mg: Small weights dL put on until I jumped to I + e; None: none were used. In a
            discrimination test the load of 1.4 d that was put on.
        range_no: Which range was switched on, 1 is the finest; None: the scale chooses by load.
        net_mg, unit_price_fen_per_kg, amount_fen: What a price row showed.
    """

    test: Test
    load_mg: int = 0
    indication_mg: int = 0
    added_mg: int | None = None
    range_no: int | None = None
    net_mg: int = 0
    unit_price_fen_per_kg: int = 0
    amount_fen: int = 0


def check_ranges(ranges: Sequence[Range]) -> None:
    """Refuse ranges that are no ranges of one scale.

    Raises:
        WorksheetError: It names the range and the field.
    """
    if not 1 <= len(ranges) <= MOST_RANGES:
        raise WorksheetError("ranges", f"must be 1 to {MOST_RANGES} ranges")
    for number, each in enumerate(ranges):
        place = f"ranges[{number}]"
        if not 0 < each.max_mg <= LARGEST:
            raise WorksheetError(f"{place}.max_mg", "must be above 0")
        if each.e_mg <= 0 or each.e_mg % 2:
            raise WorksheetError(f"{place}.e_mg", "must be an even number above 0")
    for number, (low, high) in enumerate(pairwise(ranges), 1):
        for name, rises in (("max_mg", low.max_mg < high.max_mg), ("e_mg", low.e_mg < high.e_mg)):
            if not rises:
                raise WorksheetError(f"ranges[{number}].{name}", "must be above the range before")


def are_separate(ranges: Sequence[Range]) -> bool:
    """Return whether the ranges are whole ranges of a multiple range scale.

    The plate of such a scale gives each range a Min of its own (R 76-1, 7.1.2); that of a
    multi-interval scale gives one, and each partial range begins where the one before ends.
    """
    return any(
        high.min_mg is not None and high.min_mg != ranges[0].min_mg and high.min_mg < low.max_mg
        for low, high in pairwise(ranges)
    )


def check_readings(ranges: Sequence[Range], readings: Sequence[Reading]) -> None:
    """Refuse readings that say nothing about a scale with ``ranges``.

    Raises:
        WorksheetError: It names the reading and the field.
    """
    if len(readings) > MOST_READINGS:
        raise WorksheetError("readings", f"are more than {MOST_READINGS}")
    for number, each in enumerate(readings):
        if (wrong := _wrong(ranges, each)) is not None:
            name, message = wrong
            raise WorksheetError(f"readings[{number}].{name}", message)


def _wrong(ranges: Sequence[Range], reading: Reading) -> tuple[str, str] | None:
    if (wrong := _wrong_range(ranges, reading.range_no)) is not None:
        return "range", wrong
    top = ranges[(reading.range_no or len(ranges)) - 1].max_mg
    if reading.test is Test.PRICE:
        return _wrong_price(reading, top)
    if not 0 <= reading.load_mg <= top:
        return "load_mg", f"must be 0 to Max, {top}"
    if abs(reading.indication_mg) > LARGEST:
        return "indication_mg", "is beyond what is reckoned with"
    if reading.added_mg is not None and not 0 <= reading.added_mg <= LARGEST:
        return "added_mg", "must be 0 or more"
    return None


def _wrong_range(ranges: Sequence[Range], range_no: int | None) -> str | None:
    if range_no is None:
        return None
    if not are_separate(ranges):
        return "must be absent where the scale chooses it by load"
    return None if 1 <= range_no <= len(ranges) else f"must be 1 to {len(ranges)}"


def _wrong_price(reading: Reading, top: int) -> tuple[str, str] | None:
    if not 0 <= reading.net_mg <= top:
        return "net_mg", f"must be 0 to Max, {top}"
    if not 0 < reading.unit_price_fen_per_kg <= LARGEST:
        return "unit_price_fen_per_kg", "must be above 0"
    if not 0 <= reading.amount_fen <= LARGEST:
        return "amount_fen", "must be 0 or more"
    return None
