"""A county's list of a hundred thousand rows: read, checked and compared, over a bare read."""

import io
import time
from collections.abc import Iterator
from datetime import date
from typing import Final

import xlsxwriter
from python_calamine import CalamineWorkbook

from app.configure.importing import check, columns, difference
from app.configure.importing.difference import Register
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.web import tables_in as table
from benchmarks.harness import Row, at_most, median
from benchmarks.sizes import SIZE
from tests.configure import lists

LIMIT: Final = 10
KNOWN_EVERY: Final = 3
DAY: Final = date(2024, 3, 1)


def _workbook(rows: int) -> bytes:
    """Return a list of ``rows`` sound rows with the columns that lists have."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet("台账")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, lists.HEADS)
    for number in range(1, rows + 1):
        serial = f"SN{number:08d}"
        sheet.write_row(number, 0, lists.row(serial, 市场编号=f"A-{number}")[:7])
        sheet.write_datetime(number, 7, DAY, day)
        sheet.write(number, 8, f"https://city.example/q?id={number}")
    book.close()
    return buffer.getvalue()


def _register(rows: int) -> Register:
    """Return a register that knows every third scale, with another market number."""
    known = {
        (1, f"SN{number:08d}"): difference.Known(
            id=number, place_id=1, handed_out=False, values={"market_no": f"B-{number}"}
        )
        for number in range(1, rows + 1, KNOWN_EVERY)
    }
    places = {lists.MARKET: [1]}
    models = {(lists.MAKER, lists.MODEL): [1]}
    makers = frozenset({lists.MAKER})
    return Register(places, makers, models, known, frozenset(), {}, {}, {}, {1: ""}, {})


def lists_of_a_county() -> Iterator[Row]:
    """Yield the time of the whole look over the time of a bare read."""
    data, register = _workbook(SIZE.rows), _register(SIZE.rows)
    today = local_date(utcnow())
    bare, whole = [], []
    for _time in range(3):
        begun = time.perf_counter()
        CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        read = time.perf_counter()
        given = table.read(data)
        heads = columns.guess(given)
        rows = check.rows(given, heads, today)
        difference.compare(rows, register, check.heads_by_field(heads))
        bare.append(read - begun)
        whole.append(time.perf_counter() - read)
    taken, least = median(whole), median(bare)
    note = f"{SIZE.rows} rows; bare read {least:.2f} s; the register held in memory"
    yield at_most(
        "register import, rows of xlsx read, checked and compared",
        taken,
        "s",
        LIMIT,
        ratio=taken / least,
        note=note,
    )
