"""Sheets of tags as PDF: typst lays them out, segno draws the codes.

The code is QR 8-M at 30 mm for an address of 142 characters, four modules of quiet zone.
A glyph that the font has not is an error, not a box on a printed label.
"""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import segno
import typst

from app.domain.codes import spaced
from app.domain.errors import DomainError

HERE: Final = Path(__file__).parent
MASK: Final = 2
WORDS: Final = "信息查询码，不代表检定合格"
TITLE: Final = "信息查询码"
STALL_WORDS: Final = "摊位信息码，扫码查看本摊位在用的秤"
STAFF_WORDS: Final = "人员信息码，扫码核对本卡今日是否有效"
WEIGHT_WORDS: Final = "标准砝码信息码，证书另行查验"


class SheetError(DomainError):
    """The sheet cannot be set: fonts are missing, or a character is in none of them."""

    code = "sheet_not_possible"


@dataclass(frozen=True, slots=True)
class Layout:
    """A label paper: columns and rows of labels, all measures in mm."""

    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    gap: float = 0.0
    source: str = "sheet.typ"


LAYOUTS: Final[Mapping[str, Layout]] = MappingProxyType(
    {
        "a4-24": Layout(columns=3, rows=8, width=70, height=37, left=0, top=0.5),
        "a4-21": Layout(columns=3, rows=7, width=63.5, height=38.1, left=7.2, top=15.1, gap=2.5),
        "a4-14": Layout(columns=2, rows=7, width=99.1, height=38.1, left=4.7, top=15.1, gap=2.5),
    }
)
DEFAULT_LAYOUT: Final = "a4-24"
# To cut out of plain paper: four to the page to hang up at a stall, ten to carry (ISO 7810 ID-1).
CARDS: Final[Mapping[str, Layout]] = MappingProxyType(
    {
        "stall-a6": Layout(2, 2, width=105, height=148, left=0, top=0.5, source="stall.typ"),
        "staff-id1": Layout(2, 5, width=85.6, height=54, left=19.4, top=13.5, source="staff.typ"),
    }
)


@dataclass(frozen=True, slots=True)
class PrintedTag:
    """What one label or card shows; ``line`` stands under the place, ``more`` under that."""

    address: str
    number: str
    place: str
    line: str
    words: str = WORDS
    more: str = ""


def code_svg(address: str) -> str:
    """Return the QR code of ``address`` as SVG."""
    out = io.BytesIO()
    # Which mask fits best is four fifths of the work; behind a signature one is as good as another.
    segno.make(address, error="m", micro=False, mask=MASK).save(
        out, kind="svg", border=4, xmldecl=False
    )
    return out.getvalue().decode()


def sheet(tags: Iterable[PrintedTag], layout: Layout, on: date) -> bytes:
    """Return the PDF of ``tags`` on ``layout``, as many pages as it takes.

    Raises:
        SheetError: A font or a glyph is missing.
    """
    data: dict[str, Any] = {
        "title": TITLE,
        "on": [on.year, on.month, on.day],
        "layout": {name: getattr(layout, name) for name in Layout.__slots__ if name != "source"},
        "tags": [
            {
                "qr": code_svg(tag.address),
                "address": tag.address,
                "number": spaced(tag.number),
                "place": tag.place,
                "line": tag.line,
                "words": tag.words,
                "more": tag.more,
            }
            for tag in tags
        ],
    }
    return _render(layout.source, data)


def _render(source: str, data: Mapping[str, Any]) -> bytes:
    try:
        pdf, warnings = typst.compile_with_warnings(
            str(HERE / "typst" / source),
            font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(HERE / "fonts")]),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["a-2b"],  # this standard makes a missing glyph an error
        )
    except typst.TypstError as error:
        raise SheetError(f"the sheet cannot be set: {error}") from error
    if warnings:
        raise SheetError(f"the sheet cannot be set: {warnings[0].message}")
    assert isinstance(pdf, bytes)  # noqa: S101 - one document, one file
    return pdf
