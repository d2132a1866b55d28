"""Pictures of name plates: drawn, because the demo has no scale to photograph."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import typst

from app.demo.catalogue import MODELS
from app.demo.fleet import Line
from app.web.uploads import draw_anew

FONTS: Final = Path(__file__).parents[1] / "portal/fonts"
SOURCE: Final = Path(__file__).with_name("plate.typ")


def draw(lines: Sequence[Line]) -> dict[int, bytes]:
    """Return the plates of some scales as JPEG, by their numbers in the fleet."""
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
    said = json.dumps([_said(line) for line in lines], ensure_ascii=False)
    # A list, as there are several pages.
    pages: Any = typst.compile(
        str(SOURCE), font_paths=fonts, sys_inputs={"data": said}, format="png", ppi=200.0
    )
    return {line.no: draw_anew(page).data for line, page in zip(lines, pages, strict=True)}


def _said(line: Line) -> Mapping[str, str]:
    plate = MODELS[line.model]
    low, high, step = plate.ranges[-1]
    return {
        "maker": plate.maker,
        "model": line.model,
        "serial": line.serial,
        "approval": plate.approval,
        "max": f"{high // 1000} kg",
        "min": f"{low} g",
        "e": f"e = d = {step} g" if len(plate.ranges) == 1 else "e = 5 g / 10 g",
    }
