"""Every way a spreadsheet damages a cell: refused with its name, or mended and told."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import cells
from app.domain.cells import MENDED, Flaw, Raw

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("raw", "said", "flaw"),
    [
        ("SN-0001", "SN-0001", None),
        ("  东海衡器 ", "东海衡器", None),
        (None, "", None),
        ("", "", None),
        (20240001.0, "20240001", None),
        (7, "7", None),
        (1.23e15, "", Flaw.LOST_DIGITS),
        (123456789012345678, "", Flaw.LOST_DIGITS),
        (float("nan"), "", Flaw.LOST_DIGITS),
        (float("inf"), "", Flaw.LOST_DIGITS),
        ("1.23E+15", "", Flaw.LOST_DIGITS),
        ("１.23E+15", "", Flaw.LOST_DIGITS),
        (12.5, "", Flaw.NOT_WHOLE),
        (True, "", Flaw.NOT_TEXT),
        (date(2024, 1, 1), "", Flaw.NOT_TEXT),
        ("ＳＮ－００１", "SN-001", Flaw.FULL_WIDTH),
        ("SN\u200b001", "SN001", Flaw.UNSEEN),
        ("SN\u202e001", "SN001", Flaw.UNSEEN),
        ("\ufeffSN001", "SN001", Flaw.UNSEEN),
        ("=cmd|' /C calc'!A0", "", Flaw.FORMULA_TEXT),
        ("＝cmd", "", Flaw.FORMULA_TEXT),
        ("@SUM(A1)", "", Flaw.FORMULA_TEXT),
        ("+1+cmd", "", Flaw.FORMULA_TEXT),
        ("-cmd", "", Flaw.FORMULA_TEXT),
        ("-5", "-5", None),
        ("+86-513-1234", "+86-513-1234", None),
        ("\u200b=cmd", "", Flaw.FORMULA_TEXT),
        ("x" * 41, "", Flaw.TOO_LONG),
        ("100E", "100E", None),
    ],
)
def test_a_cell_of_text(raw: Raw, said: str, flaw: Flaw | None) -> None:
    """What was lost is refused, what only looks different is mended."""
    assert cells.text(raw, 40) == (said, flaw)


@pytest.mark.parametrize(
    ("raw", "found", "flaw"),
    [
        (date(2024, 3, 1), date(2024, 3, 1), None),
        (datetime(2024, 3, 1, 8, 30), date(2024, 3, 1), None),  # noqa: DTZ001 - as files hold it
        ("2024-03-01", date(2024, 3, 1), Flaw.DATE_TEXT),
        ("2024/3/1", date(2024, 3, 1), Flaw.DATE_TEXT),
        ("2024.3.1", date(2024, 3, 1), Flaw.DATE_TEXT),
        ("2024年3月1日", date(2024, 3, 1), Flaw.DATE_TEXT),
        ("２０２４年３月１日", date(2024, 3, 1), Flaw.DATE_TEXT),
        ("20240301", date(2024, 3, 1), Flaw.DATE_TEXT),
        ("03/04/24", None, Flaw.DATE_UNCLEAR),
        ("3月1日", None, Flaw.DATE_UNCLEAR),
        ("不详", None, Flaw.DATE_UNCLEAR),
        (45352.0, None, Flaw.DATE_NUMBER),
        ("45352", None, Flaw.DATE_NUMBER),
        ("2023-02-29", None, Flaw.DATE_ABSENT),
        ("1899-12-31", None, Flaw.DATE_ABSENT),
        ("2026-11-24", None, Flaw.DATE_FUTURE),
        ("=TODAY()", None, Flaw.FORMULA_TEXT),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_cell_of_a_day(raw: Raw, found: date | None, flaw: Flaw | None) -> None:
    """Text that can mean one day only is taken; what could be two is asked about."""
    assert cells.day(raw, TODAY) == (found, flaw)


@given(st.text(max_size=60) | st.floats() | st.integers() | st.dates() | st.booleans() | st.none())
def test_any_cell_is_taken_or_refused_by_name(raw: Raw) -> None:
    """And what is taken can be shown, searched and exported again without harm."""
    said, flaw = cells.text(raw, 40)
    assert said.isprintable()
    assert not cells.RUNS.match(said)
    if flaw is not None and flaw not in MENDED:
        assert said == ""
    assert cells.text(said, 40) == (said, None)
    cells.day(raw, TODAY)
