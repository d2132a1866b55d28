"""A county's own list: every damaged cell explained, the difference shown, applied, undone."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.configure.importing import columns
from app.configure.importing import session as importing
from app.configure.importing.difference import Line
from app.configure.importing.session import ColumnsAbsentError, ImportStateError
from app.domain.importing import ImportState, LineKind, LineOutcome
from app.domain.lifecycle import ScaleRole, State
from app.ledger.door import act
from app.ledger.verify import problems as ledger_problems
from app.models import (
    Code,
    ImportSession,
    LedgerHead,
    Place,
    Scale,
    ScaleModel,
    Stall,
    Trader,
)
from app.web import tables_in as table
from app.web.tables_in import ListUnreadableError
from tests.configure import lists
from tests.support import makers
from tests.support.makers import NOON

BY = "tester"


@pytest.fixture
def market(session: Session) -> Session:
    """Return a session with one market, one model and nobody's scales."""
    makers.make_region(session)
    makers.make_place(session)
    makers.make_model(session)
    session.commit()
    return session


def looked(session: Session, data: bytes) -> list[Line]:
    """Return what the rows of a file mean."""
    given = table.read(data)
    return importing.look(session, given, columns.guess(given), makers.COUNTY, NOON)


def codes(lines: Sequence[Line]) -> list[tuple[int, str, str]]:
    """Return row, field and code of each problem."""
    return [(number, one.field, one.code.value) for number, one in importing.problems(lines)]


def imported(session: Session, data: bytes) -> ImportSession:
    """Take a list in, whole."""
    given = table.read(data)
    heads = columns.guess(given)
    found = importing.begin(
        session,
        path=makers.COUNTY,
        filename="台账.xlsx",
        sha256="0" * 64,
        heads=heads,
        by=BY,
        at=NOON,
    )
    lines = importing.look(session, given, heads, found.path, NOON)
    importing.stage(session, found, lines, by=BY, at=NOON)
    importing.start(session, found, ImportState.APPLYING, by=BY, at=NOON)
    while importing.chunk(session, found, by=BY, at=NOON):
        session.commit()
    session.commit()
    return found


def faults(session: Session) -> list[Any]:
    """Return what the ledger finds wrong with the register."""
    key = Ed25519PrivateKey.from_private_bytes(b"1" * 32).public_key()
    return list(ledger_problems(session, key))


def undone(session: Session, found: ImportSession) -> None:
    """Undo an import, whole."""
    importing.start(session, found, ImportState.UNDOING, by=BY, at=NOON)
    while importing.chunk(session, found, by=BY, at=NOON):
        session.commit()
    session.commit()


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ({"出厂编号": 1.23e15}, ("serial_no", "lost_digits")),
        ({"出厂编号": "1.23E+15"}, ("serial_no", "lost_digits")),
        ({"出厂编号": ""}, ("serial_no", "missing")),
        ({"出厂编号": "ＳＮ－９"}, ("serial_no", "full_width")),
        ({"出厂编号": "SN\u200b9"}, ("serial_no", "unseen")),
        ({"经营者": "=cmd|' /C calc'!A0"}, ("trader", "formula_text")),
        ({"市场编号": ("=1+1", 2)}, ("market_no", "formula")),
        ({"市场编号": "x" * 21}, ("market_no", "too_long")),
        ({"市场编号": 3.5}, ("market_no", "not_whole")),
        ({"出厂日期": "2024年3月1日"}, ("made_on", "date_text")),
        ({"出厂日期": "03/04/24"}, ("made_on", "date_unclear")),
        ({"出厂日期": 45352}, ("made_on", "date_number")),
        ({"出厂日期": date(2099, 1, 1)}, ("made_on", "date_future")),
        ({"市场名称": "没有的市场"}, ("place", "unknown_place")),
        ({"制造单位": "没有的厂"}, ("maker", "unknown_maker")),
        ({"规格型号": "没有的型号"}, ("model", "unknown_model")),
    ],
)
def test_every_kind_of_bad_cell_is_named_at_its_field(
    market: Session, cell: dict[str, Any], problem: tuple[str, str]
) -> None:
    """Row, column and reason; the sound row beside it is taken."""
    lines = looked(market, lists.workbook([lists.row("SN-100"), lists.row("SN-200", **cell)]))
    assert codes(lines) == [(3, *problem)]
    assert lines[0].kind is LineKind.NEW
    mended = problem[1] in {"full_width", "unseen", "date_text"}
    assert lines[1].kind is (LineKind.NEW if mended else LineKind.REFUSED)


def test_what_stands_twice_is_told_with_the_row_it_stands_in_first(market: Session) -> None:
    """Serial number of one model, market number of one place, a code anywhere."""
    rows = [
        lists.row("SN-100", 一秤一码="https://city.example/1"),
        lists.row("SN-100", 市场编号="N-2"),
        lists.row("SN-300", 市场编号="N-100"),
        lists.row("SN-400", 一秤一码="https://city.example/1"),
    ]
    lines = looked(market, lists.workbook(rows))
    assert codes(lines) == [
        (3, "serial_no", "duplicate_serial"),
        (4, "market_no", "market_no_twice"),
        (5, "city_code", "code_twice"),
    ]
    assert {one.more for _row, one in importing.problems(lines)} == {"2"}


def test_merged_cells_are_refused_below_the_first(market: Session) -> None:
    """Nobody can see to which rows a merged cell belongs once it is sorted."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, lists.HEADS)
    for y, serial in enumerate(("SN-100", "SN-200"), 1):
        sheet.write_row(y, 0, [*lists.row(serial)[:7], "2024-03-01"])
    sheet.merge_range(1, 0, 2, 0, lists.MARKET)
    book.close()
    merged = [each for each in codes(looked(market, buffer.getvalue())) if each[2] == "merged"]
    assert merged == [(3, "place", "merged")]


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8", "utf-8-sig", "utf-16"])
def test_text_files_are_read_in_the_encodings_that_are_about(
    market: Session, encoding: str
) -> None:
    """As Excel writes them in China, and as everybody else does."""
    lines = looked(market, lists.text([lists.row("SN-100")], encoding))
    assert lines[0].row.values["place"] == lists.MARKET
    assert lines[0].kind is LineKind.NEW


def test_a_title_above_the_columns_is_passed_over(market: Session) -> None:
    """The row that knows most names of columns is theirs."""
    lines = looked(market, lists.workbook([lists.row("SN-100")], title="2026年市场计量器具台账"))
    assert [(line.row.number, line.kind) for line in lines] == [(3, LineKind.NEW)]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 100, "old_or_protected"),
        (b"PK\x03\x04 and nothing more", "damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "other_kind"),
        ("市场".encode("utf-16") + b"\0", "encoding"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_its_reason(data: bytes, why: str) -> None:
    """So that the page can say what to do."""
    with pytest.raises(ListUnreadableError) as refused:
        table.read(data)
    assert refused.value.why == why


def test_a_list_without_a_column_every_scale_needs_is_not_looked_at(market: Session) -> None:
    """The person is asked which column it is."""
    data = lists.workbook([lists.row("SN-100")])
    given = table.read(data)
    heads = columns.chosen(given, 0, {0: "place", 5: "serial_no"})
    with pytest.raises(ColumnsAbsentError) as refused:
        importing.look(market, given, heads, makers.COUNTY, NOON)
    assert refused.value.fields == ("maker", "model")


def test_an_import_registers_what_is_new_and_importing_again_changes_nothing(
    market: Session,
) -> None:
    """One entry for each scale, and the batch's own; the second time nothing is new."""
    data = lists.workbook(
        [lists.row("SN-100", 一秤一码="https://city.example/1"), lists.row("SN-200")]
    )
    found = imported(market, data)
    assert found.state is ImportState.APPLIED
    scales = market.scalars(select(Scale).order_by(Scale.serial_no)).all()
    assert [(one.serial_no, one.market_no, one.made_on) for one in scales] == [
        ("SN-100", "N-100", date(2024, 3, 1)),
        ("SN-200", "N-200", date(2024, 3, 1)),
    ]
    assert scales[0].stall
    assert scales[0].trader
    assert (scales[0].stall.number, scales[0].trader.name) == ("B-01", "李小红")
    assert [code.value for code in scales[0].codes] == ["https://city.example/1"]
    assert [line.kind for line in looked(market, data)] == [LineKind.UNCHANGED] * 2
    before = market.scalars(select(LedgerHead.size)).one()
    imported(market, data)
    assert market.scalars(select(LedgerHead.size)).one() == before + 4  # the batch's own steps
    assert faults(market) == []


def test_goods_come_with_the_stalls_that_a_list_brings(market: Session) -> None:
    """A stall nobody knew gets the words, and the classes where all of them are known."""
    data = lists.text(
        [[*lists.row("SN-300"), "猪肉、蔬菜"], [*lists.row("SN-301", 摊位号="B-02"), "豆制品"]]
    )
    head = ",".join(lists.HEADS).encode("gb18030")
    imported(market, data.replace(head, head + ",经营品种".encode("gb18030"), 1))
    stalls = market.scalars(select(Stall).order_by(Stall.number)).all()
    assert [(one.number, one.goods, one.goods_classes) for one in stalls] == [
        ("B-01", "猪肉、蔬菜", "staple fresh"),
        ("B-02", "豆制品", ""),
    ]


def test_a_changed_list_shows_the_difference_field_by_field(market: Session) -> None:
    """What the register says, and what the list says."""
    imported(market, lists.workbook([lists.row("SN-100")]))
    lines = looked(
        market, lists.workbook([lists.row("SN-100", 市场编号="N-7", 摊位号="C-9", 经营者="")])
    )
    assert lines[0].kind is LineKind.CHANGED
    assert lines[0].changes == {"market_no": ("N-100", "N-7"), "stall": ("B-01", "C-9")}


@pytest.mark.parametrize(
    ("names", "fields"),
    [
        ("秤编号 型号 出厂编号 备注", {0: "market_no", 1: "model", 2: "serial_no"}),
        ("型号 编号 秤号", {0: "model", 1: "serial_no", 2: "market_no"}),
        ("编号 型号 秤编号", {0: "serial_no", 1: "model", 2: "market_no"}),
    ],
)
def test_a_number_without_more_is_the_one_that_no_other_column_is(
    names: str, fields: dict[int, str]
) -> None:
    """A market's number is never taken for the maker's; what no field is called is told."""
    heads = columns.guess(table.read(f"{names}\n1 2 3\n".replace(" ", ",").encode()))
    assert heads.fields == fields
    assert heads.left == (("备注",) if "备注" in names else ())


def test_a_software_id_that_the_approval_does_not_name_is_told_and_taken(market: Session) -> None:
    """The scale is as it is; the row says what is approved. A type that names none says nothing."""
    given = [(*lists.HEADS, "软件版本"), (*lists.row("SN-100", 出厂日期=""), "V9")]
    data = "\n".join(",".join(map(str, line)) for line in given).encode()
    assert codes(looked(market, data)) == []
    model = market.scalars(select(ScaleModel)).one()
    with act(market, model, "approved", by=BY, at=NOON):
        model.software_ids = ["V1.0", "V1.1"]
    (line,) = looked(market, data)
    assert codes([line]) == [(2, "software_id", "software_differs")]
    assert (line.kind, line.row.problems[0].more) == (LineKind.NEW, "V1.0 V1.1")


def test_an_undone_import_leaves_the_register_as_it_was(market: Session) -> None:
    """What it created goes, what it changed comes back; the ledger tells both and verifies."""
    first = imported(market, lists.workbook([lists.row("SN-100")]))
    second = imported(
        market,
        lists.workbook(
            [lists.row("SN-100", 市场编号="N-7", 摊位号="C-9"), lists.row("SN-200", 摊位号="C-9")]
        ),
    )
    undone(market, second)
    scale = market.scalars(select(Scale)).one()
    assert scale.stall
    assert (scale.serial_no, scale.market_no, scale.stall.number) == ("SN-100", "N-100", "B-01")
    assert importing.outcomes(market, second)[LineOutcome.UNDONE] == 2
    undone(market, first)
    for kind in (Scale, Code, Trader):
        assert market.scalar(select(func.count()).select_from(kind)) == 0
    assert faults(market) == []


def test_a_scale_touched_since_keeps_what_it_has(market: Session) -> None:
    """Undoing refuses that row and takes back the others."""
    found = imported(market, lists.workbook([lists.row("SN-100"), lists.row("SN-200")]))
    scale = market.scalars(select(Scale).where(Scale.serial_no == "SN-100")).one()
    with act(market, scale, "photo", by=BY, at=NOON):
        scale.photo = "f" * 64
    undone(market, found)
    assert [one.serial_no for one in market.scalars(select(Scale))] == ["SN-100"]
    outcomes = importing.outcomes(market, found)
    assert (outcomes[LineOutcome.KEPT], outcomes[LineOutcome.UNDONE]) == (1, 1)
    assert market.scalars(select(Stall)).one().number == "B-01"  # it still stands there
    assert faults(market) == []


def staged(session: Session, data: bytes) -> ImportSession:
    """Look at a list and show the difference; nothing is applied."""
    given = table.read(data)
    heads = columns.guess(given)
    found = importing.begin(
        session, path=makers.COUNTY, filename="x.xlsx", sha256="0" * 64, heads=heads, by=BY, at=NOON
    )
    seen = importing.look(session, given, heads, makers.COUNTY, NOON)
    importing.stage(session, found, seen, by=BY, at=NOON)
    return found


def test_what_was_registered_meanwhile_is_not_registered_twice(market: Session) -> None:
    """Between looking and applying somebody typed it in: that row says so."""
    found = staged(market, lists.workbook([lists.row("SN-100")]))
    model = looked(market, lists.workbook([lists.row("SN-100")]))[0].model_id
    place = market.scalars(select(Place)).one()
    makers.make_scale(market, place, market.get_one(ScaleModel, model), "SN-100")
    importing.start(market, found, ImportState.APPLYING, by=BY, at=NOON)
    importing.chunk(market, found, by=BY, at=NOON)
    assert importing.outcomes(market, found)[LineOutcome.OVERTAKEN] == 1


def test_an_import_is_applied_once_and_undone_once(market: Session) -> None:
    """The second click finds it in another state."""
    found = imported(market, lists.workbook([lists.row("SN-100")]))
    with pytest.raises(ImportStateError):
        importing.start(market, found, ImportState.APPLYING, by=BY, at=NOON)
    undone(market, found)
    with pytest.raises(ImportStateError):
        importing.start(market, found, ImportState.UNDOING, by=BY, at=NOON)


@pytest.mark.parametrize(
    ("state", "left"), [(State.IN_SERVICE, None), (State.SUSPENDED, State.IN_SERVICE)]
)
def test_a_scale_handed_out_is_not_moved_by_a_list(
    market: Session, state: State, left: State | None
) -> None:
    """Handing over is an act of its own, with a person beside it; suspending hands nothing over."""
    imported(market, lists.workbook([lists.row("SN-100")]))
    scale = market.scalars(select(Scale)).one()
    found = staged(market, lists.workbook([lists.row("SN-100", 摊位号="C-8")]))
    with act(market, scale, "test", by=BY, at=NOON):
        scale.role, scale.state, scale.left_state = ScaleRole.FAIR, state, left
    importing.start(market, found, ImportState.APPLYING, by=BY, at=NOON)
    importing.chunk(market, found, by=BY, at=NOON)
    assert importing.outcomes(market, found)[LineOutcome.OVERTAKEN] == 1
    lines = looked(market, lists.workbook([lists.row("SN-100", 摊位号="C-9")]))
    assert codes(lines) == [(2, "stall", "handed_out")]


def test_a_trader_named_by_a_list_has_the_scale_from_when_it_is_handed_out(market: Session) -> None:
    """The days of the trader before are not counted; undoing brings both back."""
    imported(market, lists.workbook([lists.row("SN-100")]))
    scale = market.scalars(select(Scale)).one()
    since = date(2026, 3, 1)
    with act(market, scale, "test", by=BY, at=NOON):
        scale.trader_since = since
    found = imported(market, lists.workbook([lists.row("SN-100", 经营者="王大伟")]))
    assert scale.trader
    assert (scale.trader.name, scale.trader_since) == ("王大伟", None)
    undone(market, found)
    market.refresh(scale)
    assert (scale.trader.name, scale.trader_since) == ("李小红", since)
