"""What the demo's scales stand on: regions, markets, makers and models."""

import json
from datetime import datetime
from functools import partial
from typing import Any, Final

from app.attest.named_profiles import FOLDER as PROFILES
from app.configure import service as configure
from app.configure.service import NewMaker, NewModel, NewPlace, Range
from app.db.ids import new_uid
from app.demo import people
from app.demo.catalogue import MODELS, Plate
from app.demo.fleet import MARKETS
from app.demo.world import Deed, World
from app.ledger.door import SYSTEM, act
from app.models import Maker, Region, RegionKind

GRAM: Final = 1000
REGIONS: Final = (
    (people.PROVINCE, "江苏省", RegionKind.PROVINCE),
    (people.CITY, "南通市", RegionKind.CITY),
    (people.COUNTY, "通州区", RegionKind.COUNTY),
    (people.COUNTY + "320612001/", "金沙市场监管所", RegionKind.OFFICE),
    (people.COUNTY + "320612002/", "石港市场监管所", RegionKind.OFFICE),
)
# The first types of the new kind were approved so many days ago; before any was bought.
APPROVED: Final = 280


def regions(world: World, at: datetime) -> None:
    """Put the tree there."""
    for path, name, kind in REGIONS:
        region = Region(uid=new_uid(), path=path, name=name, kind=kind)
        with act(world.session, region, "register", by=SYSTEM, at=at):
            world.session.add(region)


def places(world: World, at: datetime) -> None:
    """Register the markets."""
    for key, market in MARKETS.items():
        command = NewPlace(
            region_path=f"{people.COUNTY}{market.office}/",
            code=market.code,
            name=market.name,
            address=market.address,
            organiser=market.organiser,
            phone=market.phone,
            fair_scale_spot=market.fair_scale_spot,
        )
        by = world.by("manager")
        world.places[key] = configure.create_place(world.session, command, by=by, at=at)


def models(world: World, start: datetime) -> list[Deed]:
    """Return how the models come into the catalogue: the new ones once they were approved."""
    makers: dict[str, Maker] = {}
    told = []
    for name, plate in MODELS.items():
        at = world.at(APPROVED) if plate.is_new else start
        told.append(Deed(at, partial(_model, world, makers, name, at)))
    return told


def _model(world: World, makers: dict[str, Maker], name: str, at: datetime) -> None:
    plate, by = MODELS[name], world.by("regulator")
    if plate.maker not in makers:
        command = NewMaker(plate.maker)
        makers[plate.maker] = configure.create_maker(world.session, command, by=by, at=at)
    command_of = _command(makers[plate.maker], name, plate)
    world.models[name] = configure.create_model(world.session, command_of, by=by, at=at)


def _command(maker: Maker, name: str, plate: Plate) -> NewModel:
    return NewModel(
        maker=maker,
        name=name,
        type_approval_no=plate.approval,
        generation=plate.generation,
        networked=plate.networked,
        ranges=tuple(Range(a * GRAM, b * GRAM, c * GRAM) for a, b, c in plate.ranges),
        profile=_profile(plate.profile),
    )


def _profile(name: str) -> dict[str, Any]:
    if not name:
        return {}
    found: dict[str, Any] = json.loads((PROFILES / f"{name}.json").read_text())
    return found
