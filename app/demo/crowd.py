"""The rest of the demo's 300 scales: by delivery, with the traders and goods of each market."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from types import MappingProxyType
from typing import Final

from app.demo import named
from app.demo.catalogue import MODELS
from app.demo.fleet import Line, Tale
from app.demo.named import BOUGHT, TAKEN_OVER
from app.domain.lifecycle import ScaleRole

SURNAMES: Final = (
    "钱孙朱秦许何吕施张孔曹严华金魏陶姜戚谢邹喻潘葛范彭郎鲁韦马苗方俞袁柳鲍史唐薛雷贺倪汤"
)
GIVEN: Final = (
    *("建军", "美兰", "志强", "小红", "国平", "秀英", "海涛", "玉梅", "卫国", "丽娟", "金宝"),
    *("春燕", "永康", "素芬", "长明", "桂香", "文斌", "雪琴", "福生", "巧云", "立群", "爱珍"),
    *("松林", "彩霞", "德胜", "翠萍", "根宝", "月娥", "宏伟"),
)
# Where nothing is bound to a stall.
UNPLACED: Final = frozenset(
    {Tale.SPARE, Tale.SUBMITTED, Tale.REGISTERED, Tale.STORED, Tale.RETIRED}
)


@dataclass(frozen=True, slots=True)
class Rows:
    """How a market numbers scales and stalls, and what its stalls sell, hall by hall."""

    letter: str
    halls: Mapping[str, tuple[str, ...]]
    per_hall: int
    scales_from: int


# fmt: off
MARKET_ROWS: Final[Mapping[str, Rows]] = MappingProxyType({
    "east": Rows("A", {
        "A": ("蔬菜", "蔬菜", "叶菜", "豆制品", "蔬菜"),
        "B": ("水果", "猪肉", "蛋类", "水果", "干货"),
        "C": ("猪肉", "牛羊肉", "禽类", "冷鲜肉"), "D": ("水产", "调味品", "大米", "糕点"),
    }, 19, 15),
    "harbour": Rows("H", {
        "1": ("海鲜", "海鲜", "活鱼", "水产品"), "2": ("干货", "海味", "山珍海味"),
        "3": ("冰鲜", "海鲜", "水产")}, 20, 9),
    "west": Rows("W", {
        "东": ("蔬菜", "叶菜", "蔬菜", "水果"), "西": ("猪肉", "禽类", "鸡蛋", "牛肉"),
        "南": ("干货", "杂粮", "调料", "大米")}, 25, 1),
    "orchard": Rows("P", {
        "甲": ("水果", "果品"), "乙": ("水果", "水果", "干货"), "丙": ("果蔬", "水果")}, 20, 1),
})


@dataclass(frozen=True, slots=True)
class Block:
    """Scales of one model that came to a market together.

    The first was verified last ``since`` days ago, each next one ``step`` days before it; no
    ``since``: only once, as it had come. ``made``: the days between making and coming.
    """

    market: str
    model: str
    batch: str
    came: int
    number: int
    since: int | None
    step: int
    made: int
    unusual: Mapping[int, Tale]


BLOCKS: Final = (
    Block("east", "ACS-30", "", TAKEN_OVER, 20, 285, 3, 700, {
        2: Tale.OVERDUE, 6: Tale.RETIRED, 7: Tale.RETIRED, 9: Tale.SEAL_BROKEN, 13: Tale.STORED}),
    Block("east", "ACS-15D", "2024-county", BOUGHT, 25, 150, 2, 240, {
        3: Tale.REPAIRED, 8: Tale.NEW_TRADER, 12: Tale.SPARE, 17: Tale.IN_REPAIR,
        18: Tale.STANDS_IN, 20: Tale.RESUMED, 22: Tale.FAILED}),
    Block("east", "ACS-6", "", TAKEN_OVER, 5, 90, 4, 190, {}),
    Block("east", "TCS-30S", "2025-lease", 346, 10, None, 0, 60, {4: Tale.SPARE}),
    Block("east", "ACS-15J", "2026-spring", 215, 15, None, 0, 40, {
        6: Tale.COMPLAINT, 11: Tale.SPARE, 14: Tale.SPARE}),
    Block("harbour", "ACS-30", "", TAKEN_OVER, 12, 20, 3, 700, {
        1: Tale.RETIRED, 5: Tale.OVERDUE, 9: Tale.REPAIRED}),
    Block("harbour", "ACS-15D", "2024-county", BOUGHT, 10, 250, 3, 240, {
        2: Tale.IN_REPAIR, 3: Tale.STANDS_IN, 7: Tale.NEW_TRADER}),
    Block("harbour", "ACS-6", "2025-harbour", 455, 12, 95, 1, 60, {5: Tale.SPARE, 9: Tale.FAILED}),
    Block("harbour", "TCS-30S", "2025-lease", 346, 9, None, 0, 60, {3: Tale.RESUMED}),
    Block("harbour", "ACS-30J", "2026-summer", 128, 12, None, 0, 40, {10: Tale.SPARE}),
    Block("harbour", "ACS-15J", "2026-autumn", 6, 5, None, 0, 15, dict.fromkeys(
        range(5), Tale.SUBMITTED)),
    Block("west", "ACS-30", "", TAKEN_OVER, 22, 60, 2, 900, {
        0: Tale.OVERDUE, 4: Tale.RETIRED, 5: Tale.RETIRED, 11: Tale.STOPPED, 16: Tale.STORED,
        19: Tale.OVERDUE, 20: Tale.FAILED}),
    Block("west", "ACS-15D", "2025-west", 560, 28, 205, 0, 60, {
        4: Tale.REPAIRED, 9: Tale.IN_REPAIR, 10: Tale.STANDS_IN, 15: Tale.NEW_TRADER,
        21: Tale.SPARE, 26: Tale.RESUMED}),
    Block("west", "TH-15W", "2025-west", 560, 10, 180, 2, 80, {6: Tale.SPARE}),
    Block("west", "TH-15N", "2026-spring", 215, 13, None, 0, 30, {8: Tale.COMPLAINT}),
    Block("west", "ACS-15J", "2026-autumn", 6, 6, None, 0, 15, dict.fromkeys(
        range(6), Tale.REGISTERED)),
    Block("orchard", "TCS-30S", "2025-orchard", 505, 26, 148, 1, 60, {
        3: Tale.IN_REPAIR, 4: Tale.STANDS_IN, 12: Tale.SEAL_BROKEN, 20: Tale.SPARE}),
    Block("orchard", "ACS-30", "", TAKEN_OVER, 14, 310, 3, 800, {
        1: Tale.OVERDUE, 6: Tale.STORED, 8: Tale.RETIRED}),
    Block("orchard", "ACS-30J", "2026-summer", 128, 16, None, 0, 40, {12: Tale.SPARE}),
    Block("orchard", "ACS-6J", "2026-summer", 128, 4, None, 0, 40, {}),
)
# fmt: on
FAIR: Final = (("west", "G-003", 97), ("orchard", "G-004", 118))


def fleet(today: date) -> list[Line]:
    """Return all 300, numbered through."""
    return [
        replace(line, no=no)
        for no, line in enumerate((*named.lines(), *_fair(today), *_crowd(today)), 1)
    ]


def _fair(today: date) -> Iterator[Line]:
    for at, (market, number, verified) in enumerate(FAIR):
        yield Line(
            market=market,
            number=number,
            model="ACS-30",
            serial=_serial("ACS-30", today, TAKEN_OVER + 400, 11 + at),
            tale=Tale.SERVING,
            came=TAKEN_OVER,
            verified=verified,
            role=ScaleRole.FAIR,
        )


def _crowd(today: date) -> Iterator[Line]:
    spots = {market: _spots(rows) for market, rows in MARKET_ROWS.items()}
    numbers = {market: count(rows.scales_from) for market, rows in MARKET_ROWS.items()}
    serials, traders = count(101), count()
    for block in BLOCKS:
        before = ("", "", "")
        for at in range(block.number):
            tale = block.unusual.get(at, Tale.SERVING)
            if tale is not Tale.STANDS_IN:
                before = ("", "", "")
                if tale not in UNPLACED:
                    stall, goods = next(spots[block.market])
                    before = (stall, trader_name(next(traders)), goods)
            stall, trader, goods = before
            yield Line(
                market=block.market,
                number=f"{MARKET_ROWS[block.market].letter}-{next(numbers[block.market]):03d}",
                model=block.model,
                serial=_serial(block.model, today, block.came + block.made, next(serials)),
                tale=tale,
                came=block.came,
                verified=_verified(block, at, tale),
                batch=block.batch,
                stall=stall,
                trader=trader,
                goods=goods,
            )


def _verified(block: Block, at: int, tale: Tale) -> int | None:
    """Return when the last verification was; what is overdue missed it."""
    if tale is Tale.OVERDUE:
        return 368 + 3 * at
    if tale is Tale.FAILED:
        return 8 + at % 5
    return None if block.since is None else block.since + block.step * at


def _spots(rows: Rows) -> Iterator[tuple[str, str]]:
    """Yield stalls with what they sell; the first ten of the first two halls are taken."""
    for hall, goods in rows.halls.items():
        start = 8 if rows.scales_from > 1 else 1
        for number in range(start, start + rows.per_hall):
            yield f"{hall}-{number:02d}", goods[number % len(goods)]


def trader_name(number: int) -> str:
    """Return a name; all are different for more traders than the demo has."""
    return SURNAMES[number % len(SURNAMES)] + GIVEN[number * 5 % len(GIVEN)]


def _serial(model: str, today: date, days_ago: int, number: int) -> str:
    return f"{MODELS[model].serial}{today - timedelta(days=days_ago):%y%m%d}{number:04d}"
