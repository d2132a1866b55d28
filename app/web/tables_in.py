"""A list as it lies in its file: XLSX or CSV, whatever its encoding, with what spreadsheets hide.

Row numbers are those that the spreadsheet shows, from 1.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook

from app.domain.cells import Raw
from app.domain.errors import DomainError

LARGEST: Final = 64 * 1024 * 1024
LARGEST_SHEET: Final = 512 * 1024 * 1024  # what a sheet of a zip may become
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 200
ZIP: Final = b"PK\x03\x04"
OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"  # compound file: .xls, or an .xlsx with a password
SHEET: Final = re.compile(r"xl/worksheets/sheet\d+\.xml")
FORMULA: Final = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f[ >/]')
# The order matters: what is no UTF-8 is taken for the Chinese encoding that holds GBK and GB 2312.
ENCODINGS: Final = ("utf-8-sig", "gb18030")
MARKS: Final = (b"\xff\xfe", b"\xfe\xff")  # what Excel calls Unicode text
UNICODE_TEXT: Final = "utf-16"
DELIMITERS: Final = ",\t;，"
Spot = tuple[int, int]


class ListUnreadableError(DomainError):
    """The file is no list that can be read; ``why`` tells the kinds apart."""

    code = "list_unreadable"

    def __init__(self, why: str) -> None:
        super().__init__(f"the list cannot be read: {why}")
        self.why = why


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a sheet, row by row.

    Attributes:
        first: Number of the first row in ``rows``.
        formulas: (row, column) of cells that are computed.
        merged: (row, column) of cells that another one covers.
    """

    rows: Sequence[Sequence[Raw]]
    first: int = 1
    formulas: frozenset[Spot] = field(default_factory=frozenset)
    merged: frozenset[Spot] = field(default_factory=frozenset)

    def numbered(self, start: int) -> Iterator[tuple[int, Sequence[Raw]]]:
        """Yield the rows from index ``start`` on that hold anything, with their numbers."""
        for number, row in enumerate(self.rows[start:], self.first + start):
            if any(cell not in {"", None} for cell in row):
                yield number, row


def read(data: bytes) -> Table:
    """Return the first sheet that holds anything.

    Raises:
        ListUnreadableError: It is too large, empty, damaged, protected, or of another kind.
    """
    if len(data) > LARGEST:
        raise ListUnreadableError("too_large")
    if data.startswith(ZIP):
        table = _sheet(data)
    elif data.startswith(OLD_EXCEL):
        raise ListUnreadableError("old_or_protected")
    else:
        table = Table(_lines(data))
    if not any(True for _row in table.numbered(0)):
        raise ListUnreadableError("empty")
    if len(table.rows) > MOST_ROWS or max(map(len, table.rows)) > MOST_COLUMNS:
        raise ListUnreadableError("too_many")
    return table


def _sheet(data: bytes) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if any(part.file_size > LARGEST_SHEET for part in archive.infolist()):
                raise ListUnreadableError("too_large")
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            for index, _name in enumerate(book.sheet_names):
                sheet = book.get_sheet_by_index(index)
                if sheet.total_height:
                    merged = frozenset(_covered(sheet.merged_cell_ranges or []))
                    rows = sheet.to_python(skip_empty_area=False)
                    return Table(rows, 1, _formulas(archive, index), merged)
    except (CalamineError, zipfile.BadZipFile, EOFError) as error:
        raise ListUnreadableError("damaged") from error
    raise ListUnreadableError("empty")


def _covered(ranges: list[tuple[Spot, Spot]]) -> Iterator[Spot]:
    """Yield the cells that a merged one covers: all of its range but the first."""
    for (top, left), (bottom, right) in ranges:
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    yield row + 1, column


def _formulas(archive: zipfile.ZipFile, index: int) -> frozenset[Spot]:
    """Return which cells of the sheet are computed: the reader only knows their last values."""
    sheets = sorted(name for name in archive.namelist() if SHEET.fullmatch(name))
    if index >= len(sheets):
        return frozenset()
    text = archive.read(sheets[index])
    if b"<f" not in text:
        return frozenset()
    found = FORMULA.finditer(text)
    return frozenset((int(one[2]), _column(one[1])) for one in found)


def _column(letters: bytes) -> int:
    """Return the number of a column, A being 0."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def _lines(data: bytes) -> list[list[Raw]]:
    text = _decoded(data)
    if "\0" in text[:4096]:
        raise ListUnreadableError("other_kind")
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise ListUnreadableError("damaged") from error


def _decoded(data: bytes) -> str:
    for encoding in (UNICODE_TEXT,) if data.startswith(MARKS) else ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ListUnreadableError("encoding")
