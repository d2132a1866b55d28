"""Notices in large print for the stalls of a day: what day, where, which scales, what to bring."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

from app.models import CampaignDay, CampaignScale
from app.web.papers import pdf

SOURCE: Final = Path(__file__).parent / "typst/notice.typ"
WEEKDAYS: Final = "一二三四五六日"
BRING: Final = "电子秤、秤盘、充电器"
HEADING: Final = "电子秤集中检定"
NOTE: Final = "不按时检定的秤，有效期满后不得使用。当天不能来，请提前告诉市场。"
MOST_NAMED: Final = 6


def notices(day: CampaignDay, lines: Iterable[CampaignScale], on: date) -> bytes:
    """Return the PDF, a notice for each stall that has a scale among ``lines``."""
    by_stall: dict[str, list[str]] = {}
    for line in lines:
        scale = line.scale
        stall = scale.stall.number if scale.stall else ""
        number = scale.market_no or scale.serial_no
        by_stall.setdefault(stall or f"秤 {number}", []).append(number)
    data: dict[str, Any] = {
        "title": HEADING,
        "heading": HEADING,
        "on": [on.year, on.month, on.day],
        "place": day.place.name,
        "day": chinese_day(day.held_on),
        "where": day.spot or f"{day.place.name}检定点",
        "bring": BRING,
        "phone": day.place.phone,
        "body": day.campaign.body.name,
        "note": NOTE,
        "notices": [
            {"stall": stall, "scales": _named(numbers)} for stall, numbers in by_stall.items()
        ],
    }
    return pdf(SOURCE, data)


def chinese_day(day: date) -> str:
    """Return a day as people say it: 11月25日（星期三）."""
    return f"{day.month}月{day.day}日（星期{WEEKDAYS[day.weekday()]}）"


def _named(numbers: list[str]) -> str:
    named = "、".join(numbers[:MOST_NAMED])
    return f"{named} 等{len(numbers)}台" if len(numbers) > MOST_NAMED else named
