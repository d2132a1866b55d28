"""Cells of a list that somebody kept in a spreadsheet: what they say, or why they cannot be taken.

Spreadsheets damage what they hold: long numbers lose digits, dates become text or numbers,
codes turn into formulas. What was lost is refused; what only looks different is mended, and
said as well.
"""

import re
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

Raw = str | float | int | bool | date | datetime | time | timedelta | None


class Flaw(StrEnum):
    """What is wrong with a cell. Those in `MENDED` were put right and are only told."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    LOST_DIGITS = "lost_digits"
    NOT_WHOLE = "not_whole"
    FORMULA = "formula"
    FORMULA_TEXT = "formula_text"
    MERGED = "merged"
    NOT_TEXT = "not_text"
    DATE_UNCLEAR = "date_unclear"
    DATE_NUMBER = "date_number"
    DATE_ABSENT = "date_absent"
    DATE_FUTURE = "date_future"
    FULL_WIDTH = "full_width"
    UNSEEN = "unseen"
    DATE_TEXT = "date_text"


MENDED: Final = frozenset({Flaw.FULL_WIDTH, Flaw.UNSEEN, Flaw.DATE_TEXT})
# A spreadsheet keeps 15 digits of a number (IEEE 754 binary64); the rest it makes up.
EXACT: Final = 10**15
SCIENTIFIC: Final = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d+")
# Text that a spreadsheet would run when somebody opens an export of ours (CWE-1236).
RUNS: Final = re.compile(r"[=@\t\r]|[+-](?!\d+(?:[.\-]\d+)*$)")
FULL_WIDTH: Final = re.compile(r"[！-～　]")
UNFOLD: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
WRITTEN: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
PACKED: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
EARLIEST: Final = date(1980, 1, 1)


def text(raw: Raw, longest: int) -> tuple[str, Flaw | None]:
    """Return what a cell says, without space around it, and its flaw if it has one.

    Args:
        longest: More characters than this are refused.
    """
    if isinstance(raw, str):
        return _written(raw, longest)
    if raw is None:
        return "", None
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return "", Flaw.NOT_TEXT
    if not abs(raw) < EXACT:  # also what is no number at all
        return "", Flaw.LOST_DIGITS
    if raw != int(raw):
        return "", Flaw.NOT_WHOLE
    return str(int(raw)), None


def folded(said: str) -> str:
    """Return a text as cells are read, so that what a register has is found by what a list says.

    The brackets of a company's name are full-width in one place and not in another.
    """
    return said.translate(UNFOLD).strip()


def ways(said: str) -> tuple[str, str]:
    """Return a name as a list says it, and with the full-width brackets that people type."""
    return said, said.replace("(", "（").replace(")", "）")


def _written(raw: str, longest: int) -> tuple[str, Flaw | None]:
    said, flaw = raw.strip(), None
    if FULL_WIDTH.search(said):
        said, flaw = said.translate(UNFOLD).strip(), Flaw.FULL_WIDTH
    if not said.isprintable():
        said, flaw = "".join(one for one in said if one.isprintable()).strip(), Flaw.UNSEEN
    if len(said) > longest:
        return "", Flaw.TOO_LONG
    if RUNS.match(said):
        return "", Flaw.FORMULA_TEXT
    if SCIENTIFIC.fullmatch(said):
        return "", Flaw.LOST_DIGITS
    return said, flaw


def day(raw: Raw, today: date) -> tuple[date | None, Flaw | None]:
    """Return the date of a cell, and its flaw: text that can only mean one day is taken."""
    if raw is None or raw == "":
        return None, None
    if isinstance(raw, datetime):
        raw = raw.date()
    flaw: Flaw | None = None
    if isinstance(raw, str):
        raw, flaw = _day_in(raw)
    if not isinstance(raw, date):
        return None, flaw or Flaw.DATE_NUMBER
    if raw > today:
        return None, Flaw.DATE_FUTURE
    if raw < EARLIEST:
        return None, Flaw.DATE_ABSENT
    return raw, flaw


def _day_in(written: str) -> tuple[date | None, Flaw]:
    said, flaw = _written(written, len(written))
    found = WRITTEN.fullmatch(said) or PACKED.fullmatch(said)
    if found is None:
        return None, Flaw.DATE_NUMBER if said.isdecimal() else flaw or Flaw.DATE_UNCLEAR
    year, month, number = (int(part) for part in found.groups())
    try:
        return date(year, month, number), Flaw.DATE_TEXT
    except ValueError:
        return None, Flaw.DATE_ABSENT
