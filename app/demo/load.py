"""Loading the demo: once, through the services that people use, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.attest import stations
from app.demo import (
    base,
    body,
    campaigns,
    checking,
    crowd,
    deliveries,
    ending,
    people,
    plates,
    verifying,
)
from app.demo.named import PORTS
from app.demo.tales import life
from app.demo.world import World
from app.domain.calendar import local_date
from app.ledger.door import SYSTEM
from app.models import Person, Scale, Station
from app.verify.service.papers import Office
from app.web.database import Installation

# The register was opened so many days ago.
OPENED: Final = 760
# Of the scales with numbers of their own; a picture takes its time.
PHOTOGRAPHED: Final = 24
BENCH: Final = "城东市场检测台"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the demo's processes need to know of its data."""

    scales: dict[str, str]
    code: str


def is_loaded(session: Session) -> bool:
    """Return whether there are people already: the demo's, or those of a real installation."""
    return session.scalar(select(Person.id).limit(1)) is not None


def load(
    work: Installation, session: Session, *, at: datetime, scales: int | None = None
) -> Loaded:
    """Load everything; return the scales on the bench by port, and the station's one-use code.

    Args:
        scales: So many of the fleet, those with names of their own first; None: all 300.
    """
    world = World(work, session, {}, at)
    start = world.at(OPENED)
    base.regions(world, start)
    world.people = people.create(session, at=start)
    base.places(world, start)
    fleet = crowd.fleet(local_date(at))[:scales]
    world.photos = plates.draw([line for line in fleet if line.no <= PHOTOGRAPHED])
    told = [*base.models(world, start), *deliveries.orders(world, fleet)]
    told += [deed for line in fleet for deed in life(world, line)]
    # A year of a market is told in the order in which it passed; the sort keeps what comes first.
    for deed in sorted(told, key=lambda one: one.at):
        deed.do()
    institute = body.load(session, world.people, at=at)
    ending.load(session, world.models, by=world.by("regulator"), at=at)
    office = Office(work.keys.server, work.blobs, work.settings.base_url)
    campaigns.load(session, institute, world.people, world.places, at=at)
    checking.load(session, world.people, world.places["orchard"], at=world.at(1, steps=3))
    verifying.load(session, institute, world.people, office, at=at)
    numbers = {line.number: world.scales[line.no] for line in fleet}
    return _station(world, {port: numbers[number] for number, port in PORTS.items()})


def _station(world: World, on_bench: Mapping[str, Scale]) -> Loaded:
    session, by, at = world.session, world.by("manager"), world.today
    station, code = stations.create(session, world.places["east"], BENCH, by=by, at=at)
    for port, scale in on_bench.items():
        stations.assign(session, station, scale, port, by=by, at=at)
    return Loaded({port: scale.uid for port, scale in on_bench.items()}, code)


def bench(session: Session) -> tuple[Station, dict[str, str]]:
    """Return the demo's station and the scales on its ports, from a demo loaded before."""
    station = session.scalars(select(Station).where(Station.name == BENCH)).one()
    return station, {row.port: row.scale.uid for row in stations.assignments(session, station)}


def new_code(session: Session, station: Station, *, at: datetime) -> str:
    """Return a fresh one-use code: the first one was shown to a demo that was stopped."""
    return stations.renew_code(session, station, by=SYSTEM, at=at)
