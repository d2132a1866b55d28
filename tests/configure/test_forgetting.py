"""An import lets go of names after its time; what it says of scales stays."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure.importing import forgetting
from app.configure.importing import session as importing
from app.domain.importing import ImportState
from app.models import ImportLine, ImportSession
from tests.configure import lists
from tests.configure.test_importing import faults, imported, market
from tests.support.makers import NOON

__all__ = ["market"]


def test_a_forgotten_import_keeps_scales_and_no_names(market: Session) -> None:
    """Rows, changes and problems lose the person; undoing is over, and the ledger agrees."""
    first = imported(market, lists.workbook([lists.row("DH1")]))
    rows = [lists.row("DH1", 经营者="李四"), lists.row("DH2", 经营者="王五" * 99)]
    second = imported(market, lists.workbook(rows))
    assert forgetting.due(market, NOON) == []
    assert forgetting.due(market, NOON + timedelta(seconds=1)) == [first.id, second.id]
    before = str(
        [(one.said, one.changes, one.problems) for one in market.scalars(select(ImportLine))]
    )
    assert all(word in before for word in ("李四", "李小红", "王五"))
    for found in (first.id, second.id):
        last: int | None = 0
        while last is not None:
            last = forgetting.forget_rows(market, found, last)
        # The file that two imports have goes with the second.
        gone = forgetting.forget(market, found, at=NOON)
        assert (gone is None) == (found == first.id)
        market.commit()
    for line in market.scalars(select(ImportLine)):
        kept = str([line.said, line.changes, line.problems])
        assert line.said["serial_no"]
        assert not any(word in kept for word in ("李四", "李小红", "王五"))
    assert not importing.may_start(first, ImportState.UNDOING)
    assert market.get_one(ImportSession, second.id).filename == ""
    assert forgetting.due(market, NOON + timedelta(days=9)) == []
    assert faults(market) == []
