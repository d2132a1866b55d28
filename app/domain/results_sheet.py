"""A sheet of e-CQS on its way back: appointment numbers and results, each cell read or refused.

Columns are matched by name. The file that goes out has them already (`BACK`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from app.domain import cells
from app.domain.cells import MENDED, Flaw, Raw
from app.domain.verification import VerificationResult

NOISE: Final = re.compile(r"[\s*＊（）()\[\]【】:：/、_\-]+|必填|选填")
LOOK_AT: Final = 15
LEAST: Final = 2
# The columns that wait to be filled in, as the sheet that goes out heads them.
BACK: Final = (
    "市场编号",
    "预约编号",
    "检定结论",
    "检定日期",
    "检定证书编号",
    "检定标志编号",
    "铅封编号",
    "不合格项目",
)
# Field: longest text (0 is a date), and what sheets call it.
FIELDS: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "serial_no": (40, "出厂编号 器具编号 编号 机号 serialno serialnumber"),
        "market_no": (20, "市场内编号 市场编号 秤号 marketno"),
        "appointment_no": (80, "预约编号 预约号 预约单号 申请编号 appointmentno"),
        "result": (10, "检定结论 检定结果 结论 结果 result"),
        "verified_on": (0, "检定日期 检定时间 verifiedon"),
        "certificate_no": (80, "检定证书编号 证书编号 证书号 certificateno"),
        "label_no": (40, "检定标志编号 检定合格证编号 合格证编号 标志编号 标签编号 labelno"),
        "seal_no": (40, "铅封编号 铅封号 封印编号 sealno"),
        "failed_items": (200, "不合格项目 不合格原因 faileditems"),
    }
)
CALLED: Final = {word: name for name, (_most, words) in FIELDS.items() for word in words.split()}
RESULTS: Final[Mapping[str, VerificationResult]] = MappingProxyType(
    {
        "合格": VerificationResult.PASS,
        "检定合格": VerificationResult.PASS,
        "pass": VerificationResult.PASS,
        "不合格": VerificationResult.FAIL,
        "检定不合格": VerificationResult.FAIL,
        "fail": VerificationResult.FAIL,
    }
)
# What a failed item is called: our code by word.
ITEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "铭牌": "plate",
        "标识": "plate",
        "外观": "plate",
        "铅封": "seals",
        "编码": "seals",
        "软件": "software",
        "置零": "zero",
        "除皮": "zero",
        "称量": "weighing",
        "示值": "weighing",
        "偏载": "eccentricity",
        "重复性": "repeatability",
        "鉴别": "discrimination",
        "计价": "price",
    }
)


@dataclass(frozen=True, slots=True)
class Blot:
    """What is wrong with a cell: column as the sheet names it, what stood there, a code."""

    column: str
    cell: str
    code: Flaw | str


@dataclass(slots=True)
class Row:
    """A row as read; ``number`` is the spreadsheet's, ``typed`` the words that became codes."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    blots: list[Blot] = field(default_factory=list)

    @property
    def result(self) -> VerificationResult | None:
        """The result that the row brings, if any."""
        found: VerificationResult | None = self.values.get("result")
        return found

    def blot(self, name: str, heads: Mapping[str, str], code: Flaw | str) -> None:
        """Note what is wrong with a field."""
        said = self.typed.get(name) or str(self.values.get(name, ""))
        self.blots.append(Blot(heads.get(name, name), said[:60], code))


@dataclass(frozen=True, slots=True)
class Heads:
    """Where the names of the columns stand, and which column is which field."""

    row: int
    columns: Mapping[int, str]
    names: Mapping[str, str]

    @property
    def usable(self) -> bool:
        """Whether a scale can be found by it and something is brought."""
        found = set(self.columns.values())
        return bool(found & {"serial_no", "market_no"}) and bool(
            found & {"appointment_no", "result"}
        )


def heads_of(rows: Sequence[Sequence[Raw]]) -> Heads:
    """Return the row with most names that we know, among the first ones."""
    candidates = [_heads(rows, at) for at in range(min(LOOK_AT, len(rows)))]
    return max(candidates, key=lambda one: len(one.columns), default=Heads(0, {}, {}))


def _heads(rows: Sequence[Sequence[Raw]], at: int) -> Heads:
    columns: dict[int, str] = {}
    names: dict[str, str] = {}
    for column, cell in enumerate(rows[at]):
        name = CALLED.get(NOISE.sub("", str(cell or "")).lower())
        if name is not None and name not in names:
            columns[column], names[name] = name, str(cell).strip()[:60]
    return Heads(at, columns, names)


def read_rows(
    numbered: Iterator[tuple[int, Sequence[Raw]]],
    heads: Heads,
    today: date,
    refused: Mapping[tuple[int, int], Flaw],
) -> list[Row]:
    """Return the rows below the heads.

    Args:
        refused: (row, column) of cells that a spreadsheet computes or merged.
    """
    return [_row(number, given, heads, today, refused) for number, given in numbered]


def _row(
    number: int,
    given: Sequence[Raw],
    heads: Heads,
    today: date,
    refused: Mapping[tuple[int, int], Flaw],
) -> Row:
    row = Row(number)
    for column, name in heads.columns.items():
        raw = given[column] if column < len(given) else None
        longest = FIELDS[name][0]
        value: Any
        value, flaw = cells.text(raw, longest) if longest else cells.day(raw, today)
        flaw = refused.get((number, column), flaw)
        if flaw is not None and flaw not in MENDED:
            row.blots.append(Blot(heads.names[name], str(raw)[:60], flaw))
        elif value:
            row.values[name] = value
    _understand(row, heads.names)
    return row


def _understand(row: Row, names: Mapping[str, str]) -> None:
    said = row.values.get("result")
    if said is None:
        return
    if said.lower() not in RESULTS:
        row.blot("result", names, "not_a_result")
        del row.values["result"]
        return
    row.values["result"] = RESULTS[said.lower()]
    words = row.values.get("failed_items", "")
    row.typed = {"result": said, "failed_items": words}
    items = tuple(dict.fromkeys(code for word, code in ITEMS.items() if word in words))
    if words and not items and row.values["result"] is VerificationResult.FAIL:
        row.blot("failed_items", names, "not_an_item")
    row.values["failed_items"] = items
    if "verified_on" not in row.values and not any(
        one.column == names.get("verified_on") for one in row.blots
    ):
        row.blot("verified_on", names, Flaw.MISSING)
