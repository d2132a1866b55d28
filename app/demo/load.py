"""Loading the demo: once, through the services that people use, in one transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.attest import stations
from app.attest.named_profiles import FOLDER as PROFILES
from app.configure import service as configure
from app.configure.service import NewMaker, NewModel, NewPlace, NewScale, NewStall, NewTrader, Range
from app.db.ids import new_uid
from app.demo import body, ending, people, plates, verifying
from app.demo.fleet import LINES, MARKETS, MODELS, PORTS, Line
from app.demo.tales import Spot, Teller, registered_days_ago, tell
from app.domain.calendar import add_months, local_date
from app.domain.gaps import CODES, Gap, Ground, Part
from app.domain.suitability import goods_called
from app.ledger.door import SYSTEM, act
from app.models import Maker, Person, Place, Region, RegionKind, Scale, ScaleModel, Station
from app.verify.service.papers import Office
from app.web.database import Installation

GRAM: Final = 1000
BEFORE: Final = timedelta(days=420)
BENCH: Final = "城东市场检测台"
REGIONS: Final = (
    (people.PROVINCE, "江苏省", RegionKind.PROVINCE),
    (people.CITY, "南通市", RegionKind.CITY),
    (people.COUNTY, "通州区", RegionKind.COUNTY),
    (people.COUNTY + "320612001/", "金沙市场监管所", RegionKind.OFFICE),
)
OFFICE: Final = REGIONS[-1][0]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the demo's processes need to know of its data."""

    scales: dict[str, str]
    code: str


def is_loaded(session: Session) -> bool:
    """Return whether there are people already: the demo's, or those of a real installation."""
    return session.scalar(select(Person.id).limit(1)) is not None


def load(work: Installation, session: Session, *, at: datetime) -> Loaded:
    """Load everything; return the scales on the bench by port, and the station's one-use code."""
    start = at - BEFORE
    _regions(session, start)
    team = people.create(session, at=start)
    markets = {key: _place(session, team, key, start) for key in MARKETS}
    institute = body.load(session, team, at=at)
    models = _models(session, team, start)
    ending.load(session, team, at=at)
    teller = Teller(team, at)
    bench: dict[str, Scale] = {}
    for line in LINES:
        scale = _scale(session, work, teller, line, (markets[line.market], models[line.model]))
        if port := PORTS.get(line.number):
            bench[port] = scale
    office = Office(work.keys.server, work.blobs, work.settings.base_url)
    verifying.load(session, institute, team, office, at=at)
    return _station(session, team, markets["east"], bench, at)


def _regions(session: Session, at: datetime) -> None:
    for path, name, kind in REGIONS:
        region = Region(uid=new_uid(), path=path, name=name, kind=kind)
        with act(session, region, "register", by=SYSTEM, at=at):
            session.add(region)


def _place(session: Session, team: Mapping[str, Person], key: str, at: datetime) -> Place:
    market = MARKETS[key]
    command = NewPlace(
        region_path=OFFICE,
        code=market.code,
        name=market.name,
        address=market.address,
        organiser=market.organiser,
        phone=market.phone,
        fair_scale_spot=market.fair_scale_spot,
    )
    return configure.create_place(session, command, by=team["manager"].uid, at=at)


def _models(session: Session, team: Mapping[str, Person], at: datetime) -> dict[str, ScaleModel]:
    by = team["regulator"].uid
    makers: dict[str, Maker] = {}
    found = {}
    for name, plate in MODELS.items():
        if plate.maker not in makers:
            command = NewMaker(plate.maker)
            makers[plate.maker] = configure.create_maker(session, command, by=by, at=at)
        model = NewModel(
            maker=makers[plate.maker],
            name=name,
            type_approval_no=plate.approval,
            ranges=tuple(Range(a * GRAM, b * GRAM, c * GRAM) for a, b, c in plate.ranges),
            profile=_profile(plate.profile),
        )
        found[name] = configure.create_model(session, model, by=by, at=at)
    return found


def _profile(name: str) -> dict[str, Any]:
    if not name:
        return {}
    found: dict[str, Any] = json.loads((PROFILES / f"{name}.json").read_text())
    return found


def _gaps(day: date) -> dict[Part, Gap]:
    """Return why a scale of the old types has neither codes nor a seal yet."""
    old = Gap(Ground.OLD_TYPE, add_months(day, 24))
    return {**dict.fromkeys(CODES, old), Part.SEAL: Gap(Ground.AT_VERIFICATION, add_months(day, 3))}


def _scale(
    session: Session,
    work: Installation,
    teller: Teller,
    line: Line,
    kind: tuple[Place, ScaleModel],
) -> Scale:
    (place, model), plate = kind, MODELS[line.model]
    at = teller.ago(registered_days_ago(line))
    by = teller.by("manager")
    command = NewScale(
        place=place,
        model=model,
        serial_no=line.serial,
        market_no=line.number,
        role=line.role,
        software_id=plate.software_id,
        gaps=_gaps(local_date(at)),
    )
    scale = configure.register_scale(session, command, by=by, at=at)
    photo = work.blobs.put(plates.draw(line, plate))
    configure.bind_photo(session, scale, photo, by=by, at=at)
    spot = Spot(None, None)
    if line.stall:
        stall = NewStall(
            place=place,
            number=line.stall,
            goods=line.goods,
            goods_classes=goods_called(line.goods),
        )
        spot = Spot(
            configure.create_stall(session, stall, by=by, at=at),
            configure.create_trader(
                session, NewTrader(place=place, name=line.trader), by=by, at=at
            ),
        )
    tell(session, teller, scale, line, spot)
    return scale


def _station(
    session: Session,
    team: Mapping[str, Person],
    place: Place,
    bench: Mapping[str, Scale],
    at: datetime,
) -> Loaded:
    by = team["manager"].uid
    station, code = stations.create(session, place, BENCH, by=by, at=at)
    for port, scale in bench.items():
        stations.assign(session, station, scale, port, by=by, at=at)
    return Loaded({port: scale.uid for port, scale in bench.items()}, code)


def bench(session: Session) -> tuple[Station, dict[str, str]]:
    """Return the demo's station and the scales on its ports, from a demo loaded before."""
    station = session.scalars(select(Station).where(Station.name == BENCH)).one()
    return station, {row.port: row.scale.uid for row in stations.assignments(session, station)}


def new_code(session: Session, station: Station, *, at: datetime) -> str:
    """Return a fresh one-use code: the first one was shown to a demo that was stopped."""
    return stations.renew_code(session, station, by=SYSTEM, at=at)
