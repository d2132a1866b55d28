"""The scales that stand in tests and pictures under their own numbers."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from app.demo.fleet import Line, Tale
from app.domain.lifecycle import ScaleRole

# The scales on the demo's bench: which port of the station each is plugged into.
PORTS: Final = MappingProxyType({"A-001": "honest", "A-002": "cheating", "A-003": "protected"})
# The day on which the county began: with new scales, and those that were there.
TAKEN_OVER: Final = 729
BOUGHT: Final = TAKEN_OVER
E15: Final = ("ACS-15D", BOUGHT, "2024-county")
E30: Final = ("ACS-30", TAKEN_OVER, "")
E6: Final = ("ACS-6", TAKEN_OVER, "")
DUAL: Final = ("TCS-30S", TAKEN_OVER, "")
NEW15: Final = ("ACS-15J", 6, "2026-autumn")
# fmt: off
# Number, model with delivery, serial, tale, last verified; stall, trader, goods.
EAST: Final = (
    ("A-001", E15, "DH2403150017", Tale.SERVING, 73, "A-01", "王秀兰", "蔬菜"),
    ("A-002", E15, "DH2403150018", Tale.SERVING, 86, "A-02", "李国强", "猪肉"),
    ("A-003", DUAL, "HX2309220841", Tale.SERVING, 99, "A-03", "张桂芳", "水果"),
    ("A-004", E15, "DH2403150019", Tale.SERVING, 112, "A-05", "刘德明", "禽蛋"),
    ("A-005", E15, "DH2403150020", Tale.SERVING, 350, "A-06", "陈玉珍", "豆制品"),
    ("A-006", E30, "YS2211070355", Tale.OVERDUE, 380, "A-07", "赵永福", "蔬菜"),
    ("A-007", E30, "YS2211070356", Tale.SERVING, 151, "B-01", "孙丽华", "蔬菜"),
    ("A-008", E6, "HX2405180112", Tale.SERVING, 164, "B-02", "周建平", "干货"),
    ("A-009", E15, "DH2403150021", Tale.FAILED, 12, "", "", ""),
    ("A-010", E15, "DH2403150022", Tale.IN_REPAIR, 190, "B-03", "吴桂英", "水果"),
    ("A-011", E15, "DH2403150023", Tale.STANDS_IN, 203, "B-03", "吴桂英", "水果"),
    ("A-012", E15, "DH2403150024", Tale.SPARE, 216, "", "", ""),
    ("A-013", E30, "YS2211070360", Tale.STORED, 229, "", "", ""),
    ("A-014", NEW15, "DH2610300007", Tale.REGISTERED, None, "", "", ""),
    ("G-001", E30, "YS2310110009", Tale.SERVING, 73, "", "", ""),
)
HARBOUR: Final = (
    ("H-001", E15, "DH2403150031", Tale.SERVING, 74, "1-01", "黄海生", "海鲜"),
    ("H-002", E15, "DH2403150032", Tale.SERVING, 87, "1-02", "徐美芳", "海鲜"),
    ("H-003", E30, "YS2211070371", Tale.SERVING, 348, "1-03", "朱金龙", "活鱼"),
    ("H-004", E30, "YS2211070372", Tale.STOPPED, 112, "1-05", "马占山", "水产"),
    ("H-005", NEW15, "DH2610300012", Tale.SUBMITTED, None, "", "", ""),
    ("H-006", E6, "HX2405180119", Tale.SERVING, 138, "2-01", "何彩云", "干货"),
    ("H-007", DUAL, "HX2309220844", Tale.SERVING, 151, "2-02", "冯小军", "冰鲜"),
    ("H-008", ("ACS-30", TAKEN_OVER, ""), "YS1905060088", Tale.RETIRED, 270, "", "", ""),
    ("G-002", E30, "YS2310110010", Tale.SERVING, 86, "", "", ""),
)
# fmt: on


def lines() -> Iterator[Line]:
    """Yield them, those on the bench first."""
    for market, rows in (("east", EAST), ("harbour", HARBOUR)):
        for number, (model, came, batch), serial, tale, verified, stall, trader, goods in rows:
            yield Line(
                market=market,
                number=number,
                model=model,
                serial=serial,
                tale=tale,
                came=came,
                verified=verified,
                batch=batch,
                stall=stall,
                trader=trader,
                goods=goods,
                role=ScaleRole.FAIR if number.startswith("G") else ScaleRole.TRADE,
            )
