"""Tables to take away: CSV and XLSX of any rows, where no cell is ever a formula.

Rows may be a generator over a query: neither form holds more of them than the file itself.

    csv_bytes(("No.", "Name"), rows)
    xlsx_bytes([Sheet("Scales", ("No.", "Name"), rows)])
    file_answer(xlsx_bytes(sheets), "scales-2026-11-23.xlsx")
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import xlsxwriter
from flask import Response
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | Decimal | date | None

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet takes for the start of a formula, as wide characters too.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM: Final = "\ufeff"
AT_ONCE: Final = 1000
NARROW, WIDE, LONGEST = 8, 40, 32_767


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook: its name (cut at 31 signs), a header, and rows as wide."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def harmless(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def csv_stream(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a CSV file piece by piece; the mark at its start tells Excel that it is UTF-8."""
    out = io.StringIO()
    out.write(BOM)
    table = csv.writer(out)
    table.writerow([harmless(name) for name in header])
    for number, row in enumerate(rows, 1):
        table.writerow([_plain(cell) for cell in row])
        if number % AT_ONCE == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV file in UTF-8 with its mark."""
    return b"".join(csv_stream(header, rows))


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook. Text stays text: long numbers keep their digits, nothing is run."""
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        looks = _Looks(
            head=book.add_format({"bold": True, "bottom": 1}),
            # Kept as text also when somebody edits the cell.
            quoted=book.add_format({"quote_prefix": True}),
            day=book.add_format({"num_format": "yyyy-mm-dd"}),
            money=book.add_format({"num_format": "0.00"}),
        )
        for sheet in sheets:
            _fill(book.add_worksheet(_tab(sheet.name)), sheet, looks)
    return out.getvalue()


def file_answer(data: bytes | Iterable[bytes], name: str) -> Response:
    """Return ``data`` as a file to save; its name is ASCII and ends in .csv or .xlsx."""
    kind = XLSX if name.endswith(".xlsx") else CSV
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, content_type=kind, headers=head)


@dataclass(frozen=True, slots=True)
class _Looks:
    head: Format
    quoted: Format
    day: Format
    money: Format


def _plain(cell: Cell) -> str | int:
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case date():
            return cell.isoformat()
        case Decimal():
            return str(cell)
        case _:
            return cell


def _tab(name: str) -> str:
    """Return a name that a spreadsheet takes for a tab."""
    return "".join(" " if sign in "[]:*?/\\'" else sign for sign in name)[:31].strip() or "1"


def _fill(tab: Worksheet, sheet: Sheet, looks: _Looks) -> None:
    tab.freeze_panes(1, 0)
    for column, name in enumerate(sheet.header):
        # A Chinese sign is two letters wide.
        tab.set_column(column, column, min(WIDE, max(NARROW, 2 * len(name) + 2)))
        tab.write_string(0, column, name, looks.head)
    for number, row in enumerate(sheet.rows, 1):
        for column, cell in enumerate(row):
            _write(tab, (number, column), cell, looks)


def _write(tab: Worksheet, spot: tuple[int, int], cell: Cell, looks: _Looks) -> None:
    match cell:
        case None | "":
            return
        case str():
            quoted = looks.quoted if cell.startswith(FORMULA) else None
            tab.write_string(*spot, cell[:LONGEST], quoted)
        case date():
            tab.write_datetime(*spot, cell, looks.day)
        case Decimal():
            tab.write_number(*spot, float(cell), looks.money)
        case _:
            tab.write_number(*spot, cell)
