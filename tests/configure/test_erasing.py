"""A trader who left is erased on request: nothing names them, and the ledger still verifies."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.configure.service import NewTrader, create_trader
from app.configure.service.agreements import Signed, create_agreement, end_agreement, keep_document
from app.configure.service.erasing import StillTradesError, TraderErasedError, erase_trader
from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.importing import ImportState, LineKind
from app.domain.roles import Role
from app.ledger.door import SYSTEM, act
from app.ledger.erasures import erasures
from app.ledger.verify import problems
from app.models import Agreement, BulkAct, ImportLine, ImportSession, SavedFilter, Trader
from tests.support.house import House
from tests.support.makers import NOON, make_person, make_place, make_scale, make_stall, recorded

NAME, PHONE, PICTURE = "王小明", "13812345678", "ab" * 32
TODAY = local_date(NOON)


@pytest.fixture
def trader(session: Session) -> Trader:
    """Return somebody with an agreement, a picture of it, and a row in a list."""
    place = make_place(session)
    found = create_trader(
        session, NewTrader(place=place, name=NAME, phone=PHONE), by=SYSTEM, at=NOON
    )
    stalls = (make_stall(session, place),)
    signed = Signed(trader=found, stalls=stalls, number="1", signed_on=TODAY - timedelta(days=9))
    agreement = create_agreement(session, signed, by=SYSTEM, at=NOON)
    keep_document(session, agreement, PICTURE, by=SYSTEM, at=NOON)
    end_agreement(session, agreement, TODAY, by=SYSTEM, at=NOON)
    imported = ImportSession(
        uid=new_uid(), path=place.path, filename="a", sha256=PICTURE, created_at=NOON
    )
    imported.state = ImportState.APPLIED
    recorded(session, imported)
    for number, said in enumerate(({"trader": NAME, "stall": "1"}, {"trader": "李四"})):
        line = ImportLine(session=imported, number=number, kind=LineKind.NEW, said=said)
        line.place_id, line.changes = place.id, {}
        line.problems = [{"field": "phone", "code": "mended", "cell": PHONE, "more": ""}]
        session.add(line)
    session.commit()
    return found


def found(session: Session) -> list[tuple[str, str]]:
    """Return what verifying finds."""
    key = Ed25519PrivateKey.from_private_bytes(b"1" * 32).public_key()
    return [(one.code, one.subject) for one in problems(session, key)]


@pytest.mark.usefixtures("any_url")
def test_nothing_names_an_erased_trader(session: Session, trader: Trader) -> None:
    """Row, lists and pictures lose the person; the ledger agrees and tells that it was done."""
    assert erase_trader(session, trader, by=SYSTEM, at=NOON) == [PICTURE]
    session.commit()
    assert (trader.name, trader.phone, trader.secret) == ("—", "", None)
    assert session.scalars(select(Agreement)).one().document is None
    lines = session.scalars(select(ImportLine).order_by(ImportLine.number)).all()
    assert [line.said for line in lines] == [{"stall": "1"}, {}]
    assert PHONE not in str([line.problems for line in lines])
    assert found(session) == []
    assert [one.subject for one in erasures(session)] == [f"trader:{trader.uid}"]
    with pytest.raises(TraderErasedError):
        erase_trader(session, trader, by=SYSTEM, at=NOON)


def test_searches_for_an_erased_trader_are_forgotten(session: Session, trader: Trader) -> None:
    """Filters that people kept by query or by name go; an act keeps its other filters."""
    person = make_person(session)
    told = urlencode({"q": f"{NAME} A-1", "state": "ready"})
    for name, query in (("a", told), (f"{NAME}的秤", "state=ready"), ("c", "q=A-1")):
        session.add(SavedFilter(uid=new_uid(), person_id=person.id, name=name, query=query))
    for query in (told, "q=A-1"):
        rest = {"action": "export", "given": {}, "created_at": NOON, "created_by": person}
        session.add(BulkAct(uid=new_uid(), path=trader.path, query=query, **rest))
    session.flush()
    erase_trader(session, trader, by=SYSTEM, at=NOON)
    session.flush()
    assert session.scalars(select(SavedFilter.name)).all() == ["c"]
    kept = select(BulkAct.query).order_by(BulkAct.id)
    assert session.scalars(kept).all() == ["state=ready", "q=A-1"]


def test_a_name_given_back_or_taken_in_silence_is_found(session: Session, trader: Trader) -> None:
    """The digest tells a name that vanished; the lack of a key tells one that came."""
    session.execute(text("UPDATE trader SET name = '—', phone = '', secret = NULL"))
    session.commit()
    assert found(session) == [("row_altered", f"trader:{trader.uid}")]
    session.rollback()
    session.execute(text("UPDATE trader SET name = '李四'"))
    session.commit()
    assert ("row_altered", f"trader:{trader.uid}") in found(session)


def test_who_still_trades_is_not_erased(session: Session, trader: Trader) -> None:
    """As long as a scale is theirs."""
    scale = make_scale(session, trader.place)
    with act(session, scale, "assign", by=SYSTEM, at=NOON):
        scale.trader_id = trader.id
    with pytest.raises(StillTradesError):
        erase_trader(session, trader, by=SYSTEM, at=NOON)
    assert trader.name == NAME


def test_the_market_erases_on_its_page_and_by_program(house: House) -> None:
    """The page says what goes; the trader stands in no list of the place afterwards."""
    manager = house.page(Role.MANAGER)
    with house.writing() as session:
        uid = session.scalars(select(Trader)).one().uid
    assert "hold" in manager.get(f"/configure/traders/{uid}/erase").text
    assert manager.post(f"/configure/traders/{uid}/erase").status_code == 303
    again = house.api(Role.MANAGER, f"/traders/{uid}/erasure", {})
    assert (again.status_code, "trader_erased" in again.text) == (409, True)
