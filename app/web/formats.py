"""Numbers, weights and times as people read them, in the language of the page.

Units: milligrams in, grams or kilograms out, without floats. Times are shown in the
fixed +08:00 of the law (Asia/Shanghai has no summer time).
"""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from flask_babel import get_locale
from flask_babel import gettext as _

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
MG_PER_G: Final = 1000
MG_PER_KG: Final = 1_000_000
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUTE_S: Final = 60


def integer(number: int) -> str:
    """Return ``number`` with its thousands apart."""
    return f"{number:,}"


def yuan(fen: int) -> str:
    """Return money in yuan: 1,234.50."""
    return f"{fen // 100:,}.{fen % 100:02d}"


def weight(mg: int) -> str:
    """Return ``mg`` as kilograms from 1 kg on, else grams, with nothing rounded away."""
    if abs(mg) >= MG_PER_KG:
        return f"{_scaled(mg, MG_PER_KG)} kg"
    return f"{_scaled(mg, MG_PER_G)} g"


def day(when: date) -> str:
    """Return a date in full, as the law counts it: 2027年3月4日."""
    if _is_chinese():
        return f"{when.year}年{when.month}月{when.day}日"
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def instant(at: datetime, now: datetime) -> str:
    """Return a time the short way near ``now``: 今天 14:05, 昨天 14:05, else date and time."""
    local, today = at.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    clock = f"{local:%H:%M}"
    if local.date() == today:
        return str(_("today %(time)s", time=clock))
    if local.date() == today - timedelta(days=1):
        return str(_("yesterday %(time)s", time=clock))
    if local.year == today.year:
        month = f"{local.month}月{local.day}日"
        return f"{month if _is_chinese() else day_and_month(local.date())} {clock}"
    return f"{day(local.date())} {clock}"


def instant_in_full(at: datetime) -> str:
    """Return a time with its date and seconds, where law counts."""
    local = at.astimezone(SHANGHAI)
    return f"{day(local.date())} {local:%H:%M:%S}"


def day_and_month(when: date) -> str:
    """Return a date of this year in English: 4 Mar."""
    return f"{when.day} {MONTHS[when.month - 1]}"


def machine(at: datetime) -> str:
    """Return the time as HTML and programs read it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def duration(seconds: int) -> str:
    """Return a length of time: 8 s, 2 min 5 s."""
    minutes, rest = divmod(seconds, MINUTE_S)
    if minutes:
        return str(_("%(minutes)d min %(seconds)d s", minutes=minutes, seconds=rest))
    return str(_("%(seconds)d s", seconds=rest))


def grouped(text: str, size: int = 4) -> str:
    """Return ``text`` in groups of four, as people compare digests and serial numbers."""
    return " ".join(text[i : i + size] for i in range(0, len(text), size))


def address(number: int) -> str:
    """Return a memory address: 0x08001A40."""
    return f"0x{number:08X}" if number > 0xFFFF else f"0x{number:04X}"  # noqa: PLR2004 - 16 bits


def _scaled(mg: int, unit: int) -> str:
    sign = "\u2212" if mg < 0 else ""
    whole, rest = divmod(abs(mg), unit)
    decimals = str(rest).rjust(len(str(unit)) - 1, "0").rstrip("0")
    return f"{sign}{whole:,}{'.' + decimals if decimals else ''}"


def _is_chinese() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "zh"
