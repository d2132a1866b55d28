"""Lists as counties keep them: made for tests, as XLSX and as text."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter

HEADS = (
    "市场名称", "摊位号", "经营者", "制造单位", "规格型号", "出厂编号", "市场编号", "出厂日期",
    "一秤一码",
)  # fmt: skip
MAKER, MODEL, MARKET = "东海衡器 ACS-15", "ACS-15", "城东农贸市场"


def row(serial: str, **changes: Any) -> list[Any]:  # noqa: ANN401 - any cell
    """Return a sound row for the scale ``serial``."""
    values = {
        "市场名称": MARKET,
        "摊位号": "B-01",
        "经营者": "李小红",
        "制造单位": MAKER,
        "规格型号": MODEL,
        "出厂编号": serial,
        "市场编号": f"N-{serial[-3:]}",
        "出厂日期": date(2024, 3, 1),
        "一秤一码": "",
    }
    return [{**values, **changes}[head] for head in HEADS]


def workbook(rows: Sequence[Sequence[Any]], title: str = "") -> bytes:
    """Return an XLSX with ``rows`` under the heads, below a title if there is one."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_formulas": False})
    sheet = book.add_worksheet("台账")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    lines = [[title], HEADS, *rows] if title else [HEADS, *rows]
    for y, line in enumerate(lines):
        for x, cell in enumerate(line):
            if isinstance(cell, date):
                sheet.write_datetime(y, x, cell, day)
            elif isinstance(cell, tuple):
                sheet.write_formula(y, x, cell[0], None, cell[1])
            else:
                sheet.write(y, x, cell)
    book.close()
    return buffer.getvalue()


def text(rows: Sequence[Sequence[Any]], encoding: str = "gb18030") -> bytes:
    """Return the same as CSV."""
    lines = [",".join(str(cell) for cell in line) for line in (HEADS, *rows)]
    return "\r\n".join(lines).encode(encoding)
