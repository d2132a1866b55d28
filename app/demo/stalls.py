"""Stalls and traders of the demo, and what the traders signed."""

from datetime import date, datetime, timedelta
from typing import Final

from app.configure import service as configure
from app.configure.service import NewStall, NewTrader
from app.configure.service.agreements import Signed, create_agreement, end_agreement
from app.demo.crowd import trader_name
from app.demo.fleet import Line
from app.demo.world import World
from app.domain.calendar import add_months, local_date
from app.domain.lifecycle import ScaleRole
from app.domain.suitability import goods_called
from app.models import Stall, Trader

# Behind those of the fleet in the row of names.
SUCCESSORS: Final = 700
MONTHS: Final = 36
SOON_DAYS: Final = 28


def successor(line: Line) -> str:
    """Return the name of the trader who took over the stall of ``line``."""
    return trader_name(SUCCESSORS + line.no)


def spot(world: World, line: Line, trader: str, at: datetime) -> tuple[Stall | None, Trader | None]:
    """Return the stall and the trader; who comes for the first time is put on record."""
    if line.role is ScaleRole.FAIR:
        return None, None
    stall = world.stalls.get((line.market, line.stall)) or _stall(world, line, at)
    known = world.traders.get((line.market, trader))
    if known is None:
        place = world.places[line.market]
        command = NewTrader(place=place, name=trader)
        known = configure.create_trader(world.session, command, by=world.by("manager"), at=at)
        world.traders[line.market, trader] = known
        _sign(world, line, (stall, known), at)
    return stall, known


def left(world: World, line: Line, at: datetime) -> None:
    """End the agreement of the trader who leaves."""
    if agreement := world.agreements.get(line.no):
        end_agreement(world.session, agreement, local_date(at), by=world.by("manager"), at=at)


def _stall(world: World, line: Line, at: datetime) -> Stall:
    command = NewStall(
        place=world.places[line.market],
        number=line.stall,
        goods=line.goods,
        goods_classes=goods_called(line.goods),
    )
    stall = configure.create_stall(world.session, command, by=world.by("manager"), at=at)
    world.stalls[line.market, line.stall] = stall
    return stall


def _sign(world: World, line: Line, who: tuple[Stall, Trader], at: datetime) -> None:
    """Every eleventh trader has signed nothing yet, every fifth made no commitment."""
    if line.no % 11 == 0:
        return
    (stall, trader), today = who, local_date(at)
    command = Signed(
        trader=trader,
        stalls=(stall,),
        number=f"进场{today:%Y%m}-{line.stall}-{line.no:03d}",
        signed_on=today,
        until=_until(line, today, local_date(world.today)),
        commitment_on=None if line.no % 5 == 0 else today,
    )
    world.agreements[line.no] = create_agreement(
        world.session, command, by=world.by("manager"), at=at
    )


def _until(line: Line, signed_on: date, today: date) -> date:
    """Three years; one in eight has a month at most, one in thirty ran out."""
    if line.no % 30 == 0:
        return max(signed_on, today - timedelta(days=line.no % 20 + 1))
    if line.no % 8 == 0:
        return today + timedelta(days=line.no % SOON_DAYS)
    return add_months(signed_on, MONTHS)
