"""Which column of a county's list is which field of the register: guessed by name, then chosen."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.web.tables_in import Table

LOOK_AT: Final = 15  # a title and a few notes often stand above the names of the columns
LEAST: Final = 2
NOISE: Final = re.compile(r"[\s*＊（）()\[\]【】:：/、_\-]+|必填|选填")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the register, and what lists call it.

    Attributes:
        longest: Characters; 0 for a date.
        called: Its names in lists, without spaces and brackets within each.
    """

    name: str
    longest: int
    called: str
    required: bool = False


FIELDS: Final = (
    Field(
        "place",
        120,
        "市场名称 市场 集贸市场 农贸市场 使用单位 使用地点 所在市场 单位名称 场所 market place",
        required=True,
    ),
    Field("stall", 20, "摊位号 摊位 摊位编号 摊号 铺位 铺位号 柜台号 stall"),
    Field("goods", 60, "经营品种 经营品类 经营范围 经营商品 商品类别 goods"),
    Field("trader", 120, "经营者 经营户 经营户姓名 摊主 摊主姓名 使用人 商户 商户名称 trader"),
    Field("phone", 40, "联系电话 电话 手机 手机号 经营者电话 联系方式 phone"),
    Field(
        "maker",
        120,
        "制造单位 生产厂家 厂家 制造厂 制造商 生产单位 制造厂家 生产企业 maker manufacturer",
        required=True,
    ),
    Field("model", 120, "型号 规格型号 型号规格 秤型号 型号名称 model", required=True),
    Field(
        "serial_no",
        40,
        "出厂编号 机号 出厂号 产品编号 serial serialno serialnumber",
        required=True,
    ),
    Field(
        "market_no", 20, "市场编号 秤号 管理编号 自编号 市场内编号 统一编号 marketno marketnumber"
    ),
    Field("made_on", 0, "出厂日期 生产日期 制造日期 madeon made"),
    Field("software_id", 80, "软件版本 软件版本号 软件标识 程序版本 版本号 softwareid software"),
    Field("production_code", 60, "生产码 productioncode"),
    Field("repair_code", 60, "维修码 repaircode"),
    Field("verification_code", 60, "检定码 verificationcode"),
    Field("no_code_reason", 200, "无码原因 无三码原因 无码说明 nocodereason"),
    Field(
        "batch",
        80,
        "采购批次 批次 批次号 采购批次号 采购合同 采购合同号 合同号 合同编号 送货单号"
        " batch batchno contract contractno",
    ),
    Field("funding", 40, "资金来源 购置资金 购置资金来源 出资方 出资单位 经费来源 funding"),
    Field("city_code", 200, "一秤一码 二维码 赋码 秤码 信息码 citycode"),
)
BY_NAME: Final[Mapping[str, Field]] = MappingProxyType({field.name: field for field in FIELDS})
# Either number, as other columns leave it: the maker's, which every scale has, or the market's.
EITHER: Final = frozenset({"编号", "秤编号", "器具编号"})
NUMBERS: Final = ("serial_no", "market_no")
_CALLED: Final = {word: field.name for field in FIELDS for word in field.called.split()}


@dataclass(frozen=True, slots=True)
class Heads:
    """The row with the columns' names, and which column is which field.

    Attributes:
        row: Index of that row in the table.
        names: As they stand there.
        fields: Field name by index of the column.
    """

    row: int
    names: tuple[str, ...]
    fields: Mapping[int, str]

    @property
    def absent(self) -> tuple[str, ...]:
        """The required fields that no column holds."""
        held = set(self.fields.values())
        return tuple(one.name for one in FIELDS if one.required and one.name not in held)

    @property
    def left(self) -> tuple[str, ...]:
        """The columns with a name that are no field: what they say is not taken."""
        return tuple(
            name for column, name in enumerate(self.names) if name and column not in self.fields
        )


def guess(table: Table) -> Heads:
    """Return the row that knows most names among the first ones; each field at most once."""
    candidates = [_heads(table, row) for row in range(min(LOOK_AT, len(table.rows)))]
    best = max(candidates, key=lambda heads: len(heads.fields))
    return best if len(best.fields) >= LEAST else _heads(table, 0)


def chosen(table: Table, row: int, fields: Mapping[int, str]) -> Heads:
    """Return the heads as a person chose them: unknown fields and second uses fall away."""
    width = max(map(len, table.rows))
    kept: dict[int, str] = {}
    for column, name in sorted(fields.items()):
        if 0 <= column < width and name in BY_NAME and name not in kept.values():
            kept[column] = name
    return Heads(row, _names(table.rows[row]), kept)


def by_head(heads: Heads, mapping: Mapping[str, str]) -> Mapping[int, str]:
    """Return fields by column where ``mapping`` names them by head, the guess elsewhere."""
    named = {column: mapping[name] for column, name in enumerate(heads.names) if name in mapping}
    taken = set(named.values())
    return {column: one for column, one in heads.fields.items() if one not in taken} | named


def _heads(table: Table, row: int) -> Heads:
    names = _names(table.rows[row])
    fields: dict[int, str] = {}
    for column, name in enumerate(names):
        found = _CALLED.get(_plain(name))
        if found is not None and found not in fields.values():
            fields[column] = found
    for column, name in enumerate(names):
        free = (one for one in NUMBERS if one not in fields.values())
        if _plain(name) in EITHER and (found := next(free, None)):
            fields[column] = found
    return Heads(row, names, dict(sorted(fields.items())))


def _plain(name: str) -> str:
    return NOISE.sub("", name).lower()


def _names(row: Sequence[object]) -> tuple[str, ...]:
    return tuple(str(cell if cell is not None else "").strip()[:60] for cell in row)
