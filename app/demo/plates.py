"""Pictures of name plates: drawn, because the demo has no scale to photograph."""

import json
from pathlib import Path
from typing import Final

import typst

from app.demo.fleet import Line, Plate
from app.web.uploads import draw_anew

FONTS: Final = Path(__file__).parents[1] / "portal/fonts"
SOURCE: Final = Path(__file__).with_name("plate.typ")


def draw(line: Line, plate: Plate) -> bytes:
    """Return the plate of one scale as JPEG."""
    low, high, step = plate.ranges[-1]
    data = {
        "maker": plate.maker,
        "model": line.model,
        "serial": line.serial,
        "approval": plate.approval,
        "max": f"{high // 1000} kg",
        "min": f"{low} g",
        "e": f"e = d = {step} g" if len(plate.ranges) == 1 else "e = 5 g / 10 g",
    }
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
    picture = typst.compile(
        str(SOURCE),
        font_paths=fonts,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        format="png",
        ppi=200.0,
    )
    assert isinstance(picture, bytes)  # noqa: S101 - one page, one picture
    return draw_anew(picture).data
