"""What happens to the demo's scales, in the order of a life: registered, verified, handed out."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from app.demo import deeds
from app.demo.deeds import Step
from app.demo.fleet import Line, Tale
from app.demo.world import Deed, World

# Nobody lets a validity run out who verifies again within this time.
LONGEST: Final = 358
YEAR: Final = 365
SWAPPED: Final = 15
# Days ago, which of that day's steps, and what is done.
When = tuple[int, int, Step]


def life(world: World, line: Line) -> list[Deed]:
    """Return all that happens to the scale of ``line`` until today."""
    told = []
    for days, steps, do in _steps(line):
        at = world.at(days, line.no, steps)
        told.append(Deed(at, partial(do, world, line, at)))
    return told


def _steps(line: Line) -> Iterator[When]:
    yield line.came, 0, deeds.register
    if line.no % 2:
        yield line.came, 1, deeds.adopt_city_code
    if line.tale is not Tale.REGISTERED:
        yield line.came - 1, 0, deeds.submit
    if line.tale in {Tale.REGISTERED, Tale.SUBMITTED}:
        return
    yield line.first, 0, deeds.passed
    yield line.first, 1, deeds.tag
    if deeds.is_placed(line) and line.tale is not Tale.STANDS_IN:
        yield line.first - 1, 0, deeds.hand_out
    yield from _later(line)
    if afterwards := AFTERWARDS.get(line.tale):
        yield from afterwards(line)


def verified_again(line: Line) -> list[int]:
    """Return how many days ago it was verified after the first time: in even steps."""
    if line.verified is None or line.verified >= line.first:
        return []
    span = line.first - line.verified
    parts = -(-span // LONGEST)
    return [line.first - span * part // parts for part in range(1, parts + 1)]


def _later(line: Line) -> Iterator[When]:
    days = verified_again(line)
    for one in days[:-1]:
        yield one, 0, deeds.passed
    if days:
        yield days[-1], 0, deeds.failed if line.tale is Tale.FAILED else deeds.passed


def _overdue(line: Line) -> Iterator[When]:
    yield (line.verified or YEAR) - YEAR, 0, deeds.expired


def _repaired(line: Line) -> Iterator[When]:
    """Its last verification is the one after the repair."""
    last = line.verified or line.first
    yield last + 12, 0, deeds.display_fails
    yield last + 11, 0, deeds.to_repair
    yield last + 5, 0, deeds.repaired
    yield last - 1, 0, deeds.hand_out


def _in_repair(_line: Line) -> Iterator[When]:
    yield SWAPPED + 1, 0, deeds.display_fails
    yield SWAPPED, 0, deeds.to_repair


def _stands_in(_line: Line) -> Iterator[When]:
    yield SWAPPED, 2, deeds.hand_out


def _new_trader(_line: Line) -> Iterator[When]:
    yield 71, 0, deeds.given_back
    yield 70, 0, deeds.hand_out_anew


def _resumed(_line: Line) -> Iterator[When]:
    yield 33, 0, deeds.spot_checked
    yield 31, 0, deeds.resumed


AFTERWARDS: Final[Mapping[Tale, Callable[[Line], Iterator[When]]]] = MappingProxyType(
    {
        Tale.OVERDUE: _overdue,
        Tale.REPAIRED: _repaired,
        Tale.IN_REPAIR: _in_repair,
        Tale.STANDS_IN: _stands_in,
        Tale.NEW_TRADER: _new_trader,
        Tale.RESUMED: _resumed,
        Tale.COMPLAINT: lambda _line: iter([(6, 0, deeds.complained_of)]),
        Tale.SEAL_BROKEN: lambda _line: iter([(11, 0, deeds.seal_broken)]),
        Tale.STORED: lambda _line: iter([(18, 0, deeds.stored)]),
        Tale.STOPPED: lambda _line: iter([(9, 0, deeds.stopped)]),
        Tale.RETIRED: lambda _line: iter([(14, 0, deeds.retired)]),
    }
)
