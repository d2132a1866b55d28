"""Batches in which the demo's scales were bought: by whom, from whom, with whose money."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Final

from app.configure.service.procurement import Batch, Item, create_procurement
from app.demo import people
from app.demo.catalogue import MODELS
from app.demo.fleet import Line
from app.demo.world import Deed, World
from app.domain.calendar import local_date
from app.domain.procurement import Funding

# So many days before the scales came.
ORDERED: Final = 21


@dataclass(frozen=True, slots=True)
class Delivery:
    """A batch; ``market`` is the one it was bought for, empty for all of the county."""

    buyer: str
    supplier: str
    document_no: str
    funding: Funding
    market: str = ""


# fmt: off
COUNTY: Final = "通州区市场监督管理局"
DELIVERIES: Final[Mapping[str, Delivery]] = MappingProxyType({
    "2024-county": Delivery(COUNTY, "南通衡信衡器商行", "通采〔2024〕112号", Funding.GOVERNMENT),
    "2025-west": Delivery("石港镇集贸市场服务中心", "南通衡信衡器商行", "石市合2025-03",
                          Funding.ORGANISER, "west"),
    "2025-orchard": Delivery("先锋果品市场有限公司", "江海计量器具有限公司", "XF-2025-017",
                             Funding.TRADER_DEPOSIT, "orchard"),
    "2025-harbour": Delivery("渔港水产市场经营管理处", "江海计量器具有限公司", "渔管合2025-08",
                             Funding.BANK_OR_SPONSOR, "harbour"),
    "2025-lease": Delivery("通州城东市场管理有限公司", "江海计量器具有限公司", "租2025-1106",
                           Funding.LEASE),
    "2026-spring": Delivery(COUNTY, "东海衡器有限公司", "通采〔2026〕041号", Funding.GOVERNMENT),
    "2026-summer": Delivery(COUNTY, "东海衡器有限公司", "通采〔2026〕088号", Funding.GOVERNMENT),
    "2026-autumn": Delivery(COUNTY, "东海衡器有限公司", "通采〔2026〕136号", Funding.GOVERNMENT),
})
# fmt: on
# More were ordered than have come of the last one.
STILL_TO_COME: Final = {"2026-autumn": 40}


def orders(world: World, lines: Sequence[Line]) -> Iterator[Deed]:
    """Yield the orders of the batches that ``lines`` came with."""
    for key in DELIVERIES:
        came = [line for line in lines if line.batch == key]
        if not came:
            continue
        at = world.at(max(line.came for line in came) + ORDERED)
        wanted = Counter(line.model for line in came)
        yield Deed(at, partial(_order, world, key, wanted, at))


def _order(world: World, key: str, wanted: Counter[str], at: datetime) -> None:
    delivery, more = DELIVERIES[key], STILL_TO_COME.get(key, 0)
    command = Batch(
        path=world.places[delivery.market].path if delivery.market else people.COUNTY,
        buyer=delivery.buyer,
        supplier=delivery.supplier,
        document_no=delivery.document_no,
        bought_on=local_date(at),
        funding=delivery.funding,
        items=tuple(
            Item(world.models[name], number + more, MODELS[name].price_fen)
            for name, number in wanted.items()
        ),
    )
    by = world.by("manager")
    world.batches[key] = create_procurement(world.session, command, by=by, at=at)
