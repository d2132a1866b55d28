"""The sheet for e-CQS, the national system of compulsory verification: its fields, by name.

The system wants its own words for what a scale is and how it is brought; they are given once
for a sheet, because cities differ. The rest is what the register knows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import AccuracyClass, Region, Scale, ScaleModel

# Field of the given words: its default, as trade and form say it.
GIVEN: Final = MappingProxyType(
    {
        "器具名称": "电子计价秤",
        "器具项别": "非自动衡器",
        "器具种别": "电子计价秤",
        "器具产地": "国产",
        "器具用途": "贸易结算",
        "送检方式": "现场检定",
    }
)
WAYS: Final = ("现场检定", "送检")
LONGEST: Final = 40
CLASSES: Final = MappingProxyType({AccuracyClass.III: "Ⅲ", AccuracyClass.IIII: "Ⅳ"})


@dataclass(frozen=True, slots=True)
class Around:
    """What a row takes from beside the scale: the given words, and names of regions by path."""

    given: Mapping[str, str]
    regions: Mapping[str, str]


Cell = Callable[[Scale, Around], str]


def _words(field: str) -> Cell:
    return lambda _scale, around: around.given.get(field, "") or GIVEN[field]


FIELDS: Final[Mapping[str, Cell]] = MappingProxyType(
    {
        "器具名称": _words("器具名称"),
        "器具项别": _words("器具项别"),
        "器具种别": _words("器具种别"),
        "型号规格": lambda scale, _around: scale.model.name,
        "测量范围": lambda scale, _around: measured(scale.model),
        "准确度等级": lambda scale, _around: CLASSES[scale.model.accuracy],
        "出厂编号": lambda scale, _around: scale.serial_no,
        "生产厂家": lambda scale, _around: scale.model.maker.name,
        "器具产地": _words("器具产地"),
        "安装/使用地点": lambda scale, _around: spot(scale),
        "使用地点行政区划": lambda scale, around: district(scale.path, around.regions),
        "器具数量": lambda _scale, _around: "1",
        "器具用途": _words("器具用途"),
        "送检方式": _words("送检方式"),
    }
)


def around(session: Session, given: Mapping[str, str]) -> Around:
    """Return what rows take from beside their scale."""
    rows = session.execute(select(Region.path, Region.name))
    return Around(given, {path: name for path, name in rows})  # noqa: C416 - rows are no pairs to mypy


def row(scale: Scale, beside: Around) -> list[str]:
    """Return the cells of one scale, in the order of `FIELDS`."""
    return [cell(scale, beside) for cell in FIELDS.values()]


def missing(scale: Scale, beside: Around) -> list[str]:
    """Return the names of the fields that are empty."""
    return [name for name, cell in FIELDS.items() if not cell(scale, beside).strip()]


def measured(model: ScaleModel) -> str:
    """Return the measuring range: (0.1～15) kg; empty where the register has none."""
    if not model.ranges:
        return ""
    least = min(one.min_mg for one in model.ranges)
    most = max(one.max_mg for one in model.ranges)
    return f"({_kilograms(least)}～{_kilograms(most)}) kg"


def spot(scale: Scale) -> str:
    """Return where it stands, without the name of the trader."""
    stall = f"{scale.stall.number}号摊位" if scale.stall else ""
    return " ".join(part for part in (scale.place.name, stall) if part)


def district(path: str, names: Mapping[str, str]) -> str:
    """Return the names of the regions above ``path``, down to the county."""
    return "".join(
        names[path[: at + 1]]
        for at, sign in enumerate(path)
        if sign == "/" and path[: at + 1] in names and path[: at + 1].count("/") <= DOWN_TO
    )


DOWN_TO: Final = 4  # "/32/3206/320612/" has four slashes


def _kilograms(mg: int) -> str:
    whole, rest = divmod(mg, 1_000_000)
    return f"{whole}.{rest:06}".rstrip("0").rstrip(".")


def listed(given: Mapping[str, str]) -> dict[str, str]:
    """Return the given words of a form, cut and with the defaults where it is empty."""
    return {name: given.get(name, "").strip()[:LONGEST] or GIVEN[name] for name in GIVEN}


def rows(scales: Iterable[Scale], beside: Around) -> Iterable[list[str]]:
    """Yield the rows of ``scales``."""
    return (row(scale, beside) for scale in scales)
