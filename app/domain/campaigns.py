"""Campaigns (集中检定): which market on which day with which crew, and what became of each scale.

A day's measure of about 77 scales for a crew is what markets report (domain, section 8).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.calendar import ONE_DAY

PER_DAY: Final = 77
MOST_PER_DAY: Final = 500
MOST_DAYS: Final = 92
SATURDAY: Final = 5


class CampaignState(StrEnum):
    """Where a campaign stands."""

    PLANNED = "planned"
    RUNNING = "running"
    CLOSED = "closed"


class CampaignOutcome(StrEnum):
    """What became of a scale on the list."""

    LISTED = "listed"
    DONE = "done"
    NO_SHOW = "no_show"
    EXCUSED = "excused"


class ListKind(StrEnum):
    """Which scales of a market are asked to come."""

    DUE = "due"
    AWAITING = "awaiting"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Market:
    """A market by its uid, and how many of its scales are to be verified."""

    place: str
    scales: int


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A crew in one market on one day, for so many of its scales."""

    place: str
    held_on: date
    crew: tuple[str, ...]
    scales: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A proposal: days in order, and what found no room in the given days."""

    days: tuple[PlannedDay, ...]
    left: tuple[Market, ...]


def working_days(
    since: date,
    until: date,
    *,
    weekends: bool = False,
    holidays: Collection[date] = (),
) -> tuple[date, ...]:
    """Return the days from ``since`` to ``until``, both inclusive, on which crews go out."""
    days, day = [], since
    while day <= until:
        if day not in holidays and (weekends or day.weekday() < SATURDAY):
            days.append(day)
        day += ONE_DAY
    return tuple(days)


def crews_of(people: Sequence[str], size: int) -> tuple[tuple[str, ...], ...]:
    """Return crews of ``size``; who is left over joins the last one."""
    whole = max(1, len(people) // max(1, size))
    cuts: list[Sequence[str]] = [people[n * size : (n + 1) * size] for n in range(whole)]
    cuts[-1] = people[(whole - 1) * size :]
    return tuple(tuple(one) for one in cuts if one)


def propose(
    markets: Sequence[Market],
    crews: Sequence[tuple[str, ...]],
    days: Sequence[date],
    per_day: int = PER_DAY,
) -> Plan:
    """Return who goes where and when, the markets in the order given.

    A market is one crew's. One that fits into a day is never cut in two; a larger one begins
    with a day of its own, and what its last day leaves free is given to the next.
    """
    used = [[0] * len(days) for _crew in crews]
    found: list[PlannedDay] = []
    left: list[Market] = []
    for market in markets:
        starts = [_start(row, market.scales, per_day) for row in used]
        crew = min(range(len(crews)), key=starts.__getitem__, default=None)
        rest = market.scales
        if crew is not None:
            for at, number in _spread(market.scales, starts[crew], len(days), per_day):
                used[crew][at] += number
                rest -= number
                found.append(PlannedDay(market.place, days[at], crews[crew], number))
        if rest:
            left.append(Market(market.place, rest))
    return Plan(tuple(sorted(found, key=lambda one: one.held_on)), tuple(left))


def _start(used: Sequence[int], scales: int, per_day: int) -> int:
    """Return the index of the first day from which a crew can take a market on."""
    busy = [at for at, number in enumerate(used) if number]
    last = busy[-1] if busy else 0
    fits = used[last] + scales <= per_day if busy else True
    return last if fits else last + 1


def _spread(scales: int, start: int, end: int, per_day: int) -> Iterator[tuple[int, int]]:
    """Yield day by day how many of ``scales`` are verified."""
    for at in range(start, end):
        if scales <= 0:
            return
        number = min(scales, per_day)
        yield at, number
        scales -= number
