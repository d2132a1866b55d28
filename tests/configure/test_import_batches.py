"""The batch that a list names: explained in its cell, shown as a difference, undone as it was."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure.importing.difference import Line
from app.domain.importing import LineKind
from app.domain.procurement import Funding, funding_called
from app.models import Procurement, Scale, ScaleModel
from tests.configure import lists
from tests.configure.test_importing import codes, faults, imported, looked, undone
from tests.support import makers

NUMBER = "HT-2026-018"


@pytest.fixture
def market(session: Session) -> Session:
    """Return a session with one market, two models, and a batch of the first one."""
    makers.make_region(session)
    makers.make_place(session)
    makers.make_batch(session, makers.COUNTY, makers.make_model(session))
    session.commit()
    return session


def listed(*rows: tuple[str, str, str]) -> bytes:
    """Return a list of (serial number, batch, who paid)."""
    head = (*lists.HEADS, "采购合同号", "资金来源")
    body: Sequence[Sequence[Any]] = [[*lists.row(one, 出厂日期=""), *more] for one, *more in rows]
    lines = [",".join(str(cell) for cell in line) for line in (head, *body)]
    return "\r\n".join(lines).encode("gb18030")


@pytest.mark.parametrize(
    ("batch", "paid", "problem"),
    [
        (NUMBER, "", None),
        (NUMBER, "市场自筹", None),
        ("HT-0", "", ("batch", "unknown_batch")),
        ("HT-AWAY", "", ("batch", "batch_elsewhere")),
        ("HT-OTHER", "", ("batch", "batch_other_model")),
        (NUMBER, "财政拨款", ("funding", "funding_differs")),
        (NUMBER, "天上掉下", ("funding", "funding_unknown")),
        ("", "财政", ("funding", "funding_without_batch")),
    ],
)
def test_a_batch_that_cannot_be_is_explained_in_its_cell(
    market: Session, batch: str, paid: str, problem: tuple[str, str] | None
) -> None:
    """Nobody's, of elsewhere, without the model; money without a batch is told and left."""
    model = market.scalars(select(ScaleModel)).one()
    makers.make_place(market, makers.COUNTY + "M09/", "城西市场")
    makers.make_batch(market, makers.COUNTY + "M09/", model, "HT-AWAY")
    makers.make_batch(market, makers.COUNTY, makers.make_model(market, "ACS-99"), "HT-OTHER")
    lines: list[Line] = looked(market, listed(("SN-100", batch, paid)))
    assert codes(lines) == ([(2, *problem)] if problem else [])
    taken = problem is None or problem[1] == "funding_without_batch"
    assert lines[0].kind is (LineKind.NEW if taken else LineKind.REFUSED)


def test_the_batch_of_a_scale_comes_by_a_list_and_goes_with_its_undoing(market: Session) -> None:
    """A new scale, then one that had none, then another batch: each shown and taken back."""
    model = market.scalars(select(ScaleModel)).one()
    first = imported(market, listed(("SN-100", NUMBER, "主办者"), ("SN-200", "", "")))
    scales = market.scalars(select(Scale).order_by(Scale.serial_no)).all()
    old = market.scalars(select(Procurement.id)).one()
    assert [one.procurement_id for one in scales] == [old, None]
    makers.make_batch(market, makers.MARKET, model, "HT-2")
    data = listed(("SN-100", "HT-2", ""), ("SN-200", NUMBER, ""))
    lines = looked(market, data)
    assert [line.changes for line in lines] == [
        {"batch": (NUMBER, "HT-2")},
        {"batch": (None, NUMBER)},
    ]
    second = imported(market, data)
    assert [one.kind for one in looked(market, data)] == [LineKind.UNCHANGED] * 2
    assert None not in {one.procurement_id for one in scales}
    undone(market, second)
    assert [one.procurement_id for one in scales] == [old, None]
    undone(market, first)
    assert market.scalars(select(Scale)).all() == []
    assert faults(market) == []


def test_brackets_of_either_width_name_the_same(market: Session) -> None:
    """A place, a batch: the register has them as somebody typed them, the list as another did."""
    model = market.scalars(select(ScaleModel)).one()
    makers.make_place(market, makers.COUNTY + "M09/", "城西（新）市场")
    makers.make_batch(market, makers.COUNTY, model, "通采（2026）9号")
    for wide in (True, False):
        text = listed(("SN-100", "通采(2026)9号", "")).decode("gb18030")
        text = text.replace(lists.MARKET, "城西(新)市场")
        data = text.replace("(", "（").replace(")", "）") if wide else text
        found = looked(market, data.encode("gb18030"))
        assert [line.kind for line in found] == [LineKind.NEW if wide else LineKind.UNCHANGED]
        imported(market, data.encode("gb18030"))
    scale = market.scalars(select(Scale)).one()
    assert scale.procurement is not None
    assert scale.procurement.document_no == "通采（2026）9号"


def test_words_of_lists_say_who_paid() -> None:
    """The special before the general: a bank's gift to a market is no money of the market."""
    said = {
        "融资租赁": Funding.LEASE,
        "经营户押金": Funding.TRADER_DEPOSIT,
        "农商银行赞助市场": Funding.BANK_OR_SPONSOR,
        "县财政": Funding.GOVERNMENT,
        "市场主办方": Funding.ORGANISER,
        "不详": None,
    }
    assert {words: funding_called(words) for words in said} == said
