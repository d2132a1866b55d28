"""The demo's fleet as data: four markets of a city, scales in every state of their life."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.lifecycle import ScaleRole


@dataclass(frozen=True, slots=True)
class Market:
    """A market of the demo; ``office``: the last part of the path of its 所."""

    code: str
    office: str
    name: str
    address: str
    organiser: str
    phone: str
    fair_scale_spot: str


# fmt: off
MARKETS: Final[Mapping[str, Market]] = MappingProxyType({
    "east": Market("M01", "320612001", "城东农贸市场", "通州区人民东路 118 号",
                   "通州城东市场管理有限公司", "0513-8655 0118", "东门入口左侧服务台"),
    "harbour": Market("M02", "320612001", "渔港水产市场", "通州区沿港路 6 号",
                      "渔港水产市场经营管理处", "0513-8655 0206", "一号大厅公平秤台"),
    "west": Market("M03", "320612002", "石港集贸市场", "通州区石港镇渔湾路 21 号",
                   "石港镇集贸市场服务中心", "0513-8655 0321", "中心通道交叉口"),
    "orchard": Market("M04", "320612002", "先锋果品批发市场", "通州区先锋街道银河路 9 号",
                      "先锋果品市场有限公司", "0513-8655 0409", "交易大厅西侧磅房"),
})
# fmt: on


class Tale(StrEnum):
    """What happened to a scale until today."""

    SERVING = "serving"
    OVERDUE = "overdue"
    SPARE = "spare"
    SUBMITTED = "submitted"
    REGISTERED = "registered"
    FAILED = "failed"
    IN_REPAIR = "in_repair"
    STANDS_IN = "stands_in"
    REPAIRED = "repaired"
    NEW_TRADER = "new_trader"
    RESUMED = "resumed"
    COMPLAINT = "complaint"
    SEAL_BROKEN = "seal_broken"
    STORED = "stored"
    STOPPED = "stopped"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One scale: where, which model, with whom, and what happened to it.

    Attributes:
        came: How many days ago it was registered.
        verified: How many days ago it was verified last; None: only once, as it had come.
        batch: The delivery it came with, empty where nobody knows any more.
        no: Its number in the whole fleet, by which what has to differ differs.
    """

    market: str
    number: str
    model: str
    serial: str
    tale: Tale
    came: int
    verified: int | None = None
    batch: str = ""
    stall: str = ""
    trader: str = ""
    goods: str = ""
    role: ScaleRole = ScaleRole.TRADE
    no: int = 0

    @property
    def first(self) -> int:
        """How many days ago it was verified for the first time: within a week of coming."""
        return self.came - 3 - self.no % 3
