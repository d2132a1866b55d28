"""Each row for itself, and the rows of one list against each other: what can be taken from it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from app.configure.importing.columns import BY_NAME, Field, Heads
from app.domain import cells
from app.domain.cells import MENDED, Flaw, Raw
from app.domain.importing import NOTED, Doubt
from app.web.tables_in import Table

SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell.

    Attributes:
        field: The field of the register.
        column: The column's name as the list has it.
        cell: What stood there, cut to `SHOWN` characters.
        more: The other row, or what is known instead.
    """

    code: Flaw | Doubt
    field: str
    column: str
    cell: str = ""
    more: str = ""

    @property
    def refuses(self) -> bool:
        """Whether the row cannot be taken because of it."""
        return self.code not in MENDED and self.code not in NOTED


@dataclass(slots=True)
class Row:
    """A row of the list: what it says by field, empty fields left out."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Whether something in it forbids to take it."""
        return any(problem.refuses for problem in self.problems)

    def doubt(self, code: Doubt, name: str, heads: Mapping[str, str], more: str = "") -> None:
        """Note what is wrong with the field ``name``."""
        cell = str(self.values.get(name, ""))[:SHOWN]
        self.problems.append(Problem(code, name, heads.get(name, ""), cell, more))


def heads_by_field(heads: Heads) -> Mapping[str, str]:
    """Return the columns' names by field."""
    return {name: heads.names[column] for column, name in heads.fields.items()}


def rows(
    table: Table,
    heads: Heads,
    today: date,
    tell: Callable[[int], None] = lambda _done: None,
) -> list[Row]:
    """Return every row below the heads, each cell read and the rows compared with each other."""
    columns = [
        (column, BY_NAME[name], heads.names[column]) for column, name in heads.fields.items()
    ]
    found = []
    for number, cells_of in table.numbered(heads.row + 1):
        found.append(_row(number, cells_of, columns, today, table))
        if len(found) % 1000 == 0:
            tell(len(found))
    named = heads_by_field(heads)
    for row in found:
        row.problems += _missing(row, named)
    _compare(found, named)
    return found


def _row(
    number: int,
    given: Sequence[Raw],
    columns: Sequence[tuple[int, Field, str]],
    today: date,
    table: Table,
) -> Row:
    row = Row(number)
    for column, what, head in columns:
        raw = given[column] if column < len(given) else None
        value: str | date | None
        if what.longest:
            value, flaw = cells.text(raw, what.longest)
        else:
            value, flaw = cells.day(raw, today)
        if (number, column) in table.formulas:
            value, flaw = None, Flaw.FORMULA
        elif (number, column) in table.merged:
            value, flaw = None, Flaw.MERGED
        if value:
            row.values[what.name] = value
        if flaw is not None:
            row.problems.append(Problem(flaw, what.name, head, _shown(raw), str(value or "")))
    return row


def _shown(raw: Raw) -> str:
    """Return what stood in a cell, so that it can be found and seen."""
    said = repr(raw) if isinstance(raw, float) else str(raw if raw is not None else "")
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in said)[:SHOWN]


def _missing(row: Row, heads: Mapping[str, str]) -> Iterator[Problem]:
    told = {problem.field for problem in row.problems}
    for name, column in heads.items():
        if BY_NAME[name].required and name not in row.values and name not in told:
            yield Problem(Flaw.MISSING, name, column)


def _compare(found: Sequence[Row], heads: Mapping[str, str]) -> None:
    """Find what stands twice in the list: the second is refused, and told where the first is."""
    serials: dict[tuple[Any, ...], int] = {}
    numbers: dict[tuple[Any, ...], int] = {}
    codes: dict[tuple[Any, ...], int] = {}
    for row in found:
        said = row.values
        twice = (
            (serials, ("maker", "model", "serial_no"), Doubt.DUPLICATE),
            (numbers, ("place", "market_no"), Doubt.MARKET_NO_TWICE),
            (codes, ("city_code",), Doubt.CODE_TWICE),
        )
        for seen, names, code in twice:
            key = tuple(said.get(name) for name in names)
            if None in key:
                continue
            first = seen.setdefault(key, row.number)
            if first != row.number:
                row.doubt(code, names[-1], heads, str(first))
