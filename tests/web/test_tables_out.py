"""Tables to take away: nothing in them runs, nothing in them is lost."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from python_calamine import load_workbook

from app.web.tables_out import Sheet, csv_bytes, harmless, xlsx_bytes

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]


@pytest.mark.parametrize("text", EVIL)
def test_a_cell_of_a_csv_file_is_no_formula(text: str) -> None:
    """It begins with a sign that no spreadsheet computes; other text is left alone."""
    rows = list(csv.reader(io.StringIO(csv_bytes(["a"], [[text]]).decode("utf-8-sig"), newline="")))
    assert rows == [["a"], [f"'{text}"]]
    assert harmless("摊位 A-001") == "摊位 A-001"


@pytest.mark.parametrize("text", EVIL)
def test_a_cell_of_a_workbook_is_no_formula(text: str) -> None:
    """It is text in the file and stays text when edited."""
    book = xlsx_bytes([Sheet("a", ["a"], [[text, 1]])])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
        assert b'quotePrefix="1"' in archive.read("xl/styles.xml")
    (_head, row) = load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert row == [text, 1]


def test_the_writer_alone_would_make_a_formula_of_it() -> None:
    """The control: left to its own, the library writes what a spreadsheet computes."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet().write(0, 0, EVIL[0])
    with zipfile.ZipFile(out) as archive:
        assert b"<f>1+1</f>" in archive.read("xl/worksheets/sheet1.xml")


def test_what_is_written_is_read_back() -> None:
    """Digits beyond what a number holds, days, money and empty cells come back as they went."""
    row = ("320612000123456789", 7, Decimal("1250.50"), date(2027, 1, 7), None)
    head = ("编号", "件", "元", "最后一日", "备注")
    book = xlsx_bytes([Sheet("清单: a/b", head, [row]), Sheet("'", ("a",), [])])
    read = load_workbook(io.BytesIO(book))
    assert read.sheet_names == ["清单  a b", "1"]
    found = read.get_sheet_by_index(0).to_python()
    assert found == [list(head), ["320612000123456789", 7, 1250.5, date(2027, 1, 7), ""]]
    told = csv_bytes(head, [row]).decode("utf-8-sig").splitlines()
    assert told[1] == "320612000123456789,7,1250.50,2027-01-07,"


def test_a_long_table_comes_from_a_generator() -> None:
    """Each row is asked for once, in order; none is lost between the pieces."""
    rows = ((number, f"秤{number}") for number in range(2500))
    told = csv_bytes(("no", "name"), rows).decode("utf-8-sig").splitlines()
    assert (len(told), told[1], told[-1]) == (2501, "0,秤0", "2499,秤2499")
