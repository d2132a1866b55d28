"""A sheet that came back: columns by name, each cell read or refused where it stands."""

from datetime import date

import pytest

from app.domain.cells import Flaw, Raw
from app.domain.results_sheet import Heads, Row, heads_of, read_rows
from app.domain.verification import VerificationResult

TODAY = date(2026, 11, 23)
HEADS = ["出厂编号", "预约编号", "检定结论", "检定日期", "检定标志编号", "铅封编号", "不合格项目"]


def read(*rows: list[Raw], heads: list[str] | None = None) -> tuple[Heads, list[Row]]:
    """Return heads and rows of a sheet with a title above."""
    table: list[list[Raw]] = [["2026年集中检定"], [*(heads or HEADS)], *rows]
    found = heads_of(table)
    return found, read_rows(iter(enumerate(table[found.row + 1 :], 3)), found, TODAY, {})


def test_columns_are_found_by_name_below_a_title() -> None:
    """With the stars and brackets that forms put around them; others are passed over."""
    names = ["序号", "* 出厂编号（必填）", "预约号", "备注"]
    heads, rows = read([1, "SN-1", "YY-7", "x"], heads=names)
    assert heads.usable
    assert rows[0].values == {"serial_no": "SN-1", "appointment_no": "YY-7"}
    assert not read([1, 2], heads=["序号", "备注"])[0].usable


def test_a_result_is_read_with_its_day_and_numbers() -> None:
    """The word as people write it, the items of a failure by the words in them."""
    heads, rows = read(
        ["SN-1", "", "检定合格", "2026/11/20", "T1", "Q1", ""],
        ["SN-2", "", "不合格", "2026-11-20", "", "", "偏载超差、铅封缺失"],
    )
    assert rows[0].result is VerificationResult.PASS
    assert rows[0].values["verified_on"] == date(2026, 11, 20)
    assert set(rows[1].values["failed_items"]) == {"eccentricity", "seals"}
    assert rows[0].blots == rows[1].blots == []
    for name in ("result", "failed_items"):  # found wanting later, it is shown as it was typed
        rows[1].blot(name, heads.names, "illegal_transition")
    assert [one.cell for one in rows[1].blots] == ["不合格", "偏载超差、铅封缺失"]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        (["SN-1", "", "合 格?", "2026-11-20"], "检定结论", "not_a_result"),
        (["SN-1", "", "合格", ""], "检定日期", Flaw.MISSING),
        (["SN-1", "", "合格", "2026-12-20"], "检定日期", Flaw.DATE_FUTURE),
        (["=1+1", "", "合格", "2026-11-20"], "出厂编号", Flaw.FORMULA_TEXT),
        ([1.234e20, "", "合格", "2026-11-20"], "出厂编号", Flaw.LOST_DIGITS),
        (["SN-1", "", "不合格", "2026-11-20", "", "", "坏了"], "不合格项目", "not_an_item"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_cell(cells: list[Raw], column: str, code: str) -> None:
    """Column as the sheet names it, what stood there, and why."""
    _heads, rows = read(cells)
    assert [(one.column, one.code) for one in rows[0].blots] == [(column, code)]
