"""The demo's fleet as data: two markets of a county, scales in every state of their life."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.lifecycle import ScaleRole


@dataclass(frozen=True, slots=True)
class Market:
    """A market of the demo."""

    code: str
    name: str
    address: str
    organiser: str
    phone: str
    fair_scale_spot: str


MARKETS: Final[Mapping[str, Market]] = MappingProxyType(
    {
        "east": Market(
            "M01",
            "城东农贸市场",
            "通州区人民东路 118 号",
            "通州城东市场管理有限公司",
            "0513-8655 0118",
            "东门入口左侧服务台",
        ),
        "harbour": Market(
            "M02",
            "渔港水产市场",
            "通州区沿港路 6 号",
            "渔港水产市场经营管理处",
            "0513-8655 0206",
            "一号大厅公平秤台",
        ),
    }
)


class Tale(StrEnum):
    """What happened to a scale until today."""

    SERVING = "serving"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    SPARE = "spare"
    SUBMITTED = "submitted"
    REGISTERED = "registered"
    FAILED = "failed"
    IN_REPAIR = "in_repair"
    STORED = "stored"
    STOPPED = "stopped"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Line:
    """One scale: where, which model, with whom, and what happened to it."""

    market: str
    number: str
    model: str
    serial: str
    tale: Tale
    stall: str = ""
    trader: str = ""
    goods: str = ""
    role: ScaleRole = ScaleRole.TRADE


# fmt: off
LINES: Final = (
    Line("east", "A-001", "ACS-15D", "DH2403150017", Tale.SERVING, "A-01", "王秀兰", "蔬菜"),
    Line("east", "A-002", "ACS-15D", "DH2403150018", Tale.SERVING, "A-02", "李国强", "猪肉"),
    Line("east", "A-003", "TCS-30S", "HX2309220841", Tale.SERVING, "A-03", "张桂芳", "水果"),
    Line("east", "A-004", "ACS-15D", "DH2403150019", Tale.SERVING, "A-05", "刘德明", "禽蛋"),
    Line("east", "A-005", "ACS-15D", "DH2403150020", Tale.DUE_SOON, "A-06", "陈玉珍", "豆制品"),
    Line("east", "A-006", "ACS-30", "YS2211070355", Tale.OVERDUE, "A-07", "赵永福", "蔬菜"),
    Line("east", "A-007", "ACS-30", "YS2211070356", Tale.SERVING, "B-01", "孙丽华", "蔬菜"),
    Line("east", "A-008", "ACS-6", "HX2405180112", Tale.SERVING, "B-02", "周建平", "干货"),
    Line("east", "A-009", "ACS-15D", "DH2403150021", Tale.FAILED),
    Line("east", "A-010", "ACS-15D", "DH2403150022", Tale.IN_REPAIR),
    Line("east", "A-011", "ACS-15D", "DH2403150023", Tale.SPARE, role=ScaleRole.SPARE),
    Line("east", "A-012", "ACS-15D", "DH2403150024", Tale.SPARE, role=ScaleRole.SPARE),
    Line("east", "A-013", "ACS-30", "YS2211070360", Tale.STORED),
    Line("east", "A-014", "ACS-15D", "DH2410300007", Tale.REGISTERED),
    Line("east", "G-001", "ACS-30", "YS2310110009", Tale.SERVING, role=ScaleRole.FAIR),
    Line("harbour", "H-001", "ACS-15D", "DH2403150031", Tale.SERVING, "1-01", "黄海生", "海鲜"),
    Line("harbour", "H-002", "ACS-15D", "DH2403150032", Tale.SERVING, "1-02", "徐美芳", "海鲜"),
    Line("harbour", "H-003", "ACS-30", "YS2211070371", Tale.DUE_SOON, "1-03", "朱金龙", "淡水鱼"),
    Line("harbour", "H-004", "ACS-30", "YS2211070372", Tale.STOPPED, "1-05", "马占山", "贝类"),
    Line("harbour", "H-005", "ACS-15D", "DH2403150033", Tale.SUBMITTED),
    Line("harbour", "H-006", "ACS-6", "HX2405180119", Tale.SERVING, "2-01", "何彩云", "干海货"),
    Line("harbour", "H-007", "TCS-30S", "HX2309220844", Tale.SERVING, "2-02", "冯小军", "冻品"),
    Line("harbour", "H-008", "ACS-30", "YS1905060088", Tale.RETIRED),
    Line("harbour", "G-002", "ACS-30", "YS2310110010", Tale.SERVING, role=ScaleRole.FAIR),
)
# fmt: on
# The scales on the demo's bench: which port of the station each is plugged into.
PORTS: Final = MappingProxyType({"A-001": "honest", "A-002": "cheating", "A-003": "protected"})


@dataclass(frozen=True, slots=True)
class Plate:
    """A model of the demo, as its plate reads; masses in grams."""

    maker: str
    approval: str
    ranges: tuple[tuple[int, int, int], ...]
    software_id: str = ""
    profile: str = ""


MODELS: Final[Mapping[str, Plate]] = MappingProxyType(
    {
        "ACS-15D": Plate(
            "东海衡器有限公司", "2021F118-32", ((100, 15_000, 5),), "V1.0", "demo-price-scale"
        ),
        "ACS-30": Plate("永胜电子秤厂", "2018F204-33", ((200, 30_000, 10),)),
        "ACS-6": Plate("华兴衡器股份公司", "2022F087-32", ((40, 6_000, 2),)),
        "TCS-30S": Plate(
            "华兴衡器股份公司",
            "2022F093-32",
            ((100, 15_000, 5), (200, 30_000, 10)),
            "S2.4",
            "stm32f103",
        ),
    }
)
