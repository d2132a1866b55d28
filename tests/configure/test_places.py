"""Places put right and offices added: what lies there stays where its records say it lies."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure.service import FieldsError, NewPlace, change_place
from app.configure.service.errors import Fault
from app.configure.service.regions import create_office
from app.domain.roles import Role
from app.models import LedgerEntry, Place, PlaceKind, Region, Stall, Trader
from tests.conftest import NOON
from tests.support.forms import on_page, opened
from tests.support.house import House
from tests.support.makers import COUNTY, make_office, make_place, make_region, make_stall

OFFICE = COUNTY + "320612001/"


def new_name(place: Place, **changes: str) -> NewPlace:
    """Return what a place should be: another name, and what else ``changes`` say."""
    given = {"region_path": COUNTY, "code": "M01", "name": "新市场"} | changes
    return NewPlace(kind=PlaceKind.SHOP, address=place.address, **given)


def test_an_empty_place_moves_under_an_office_and_a_used_one_does_not(session: Session) -> None:
    """Signed records say where it lay; its name changes all the same."""
    make_region(session)
    make_office(session)
    place = make_place(session)
    moved = new_name(place, region_path=OFFICE, code="M02")
    change_place(session, place, moved, by="system", at=NOON)
    assert (place.path, place.name, place.kind) == (OFFICE + "M02/", "新市场", PlaceKind.SHOP)
    make_stall(session, place)
    session.flush()
    with pytest.raises(FieldsError) as caught:
        change_place(session, place, new_name(place), by="system", at=NOON)
    assert caught.value.faults == {"region": Fault.SETTLED}
    same = new_name(place, region_path=OFFICE, code="M02", name="又一名")
    change_place(session, place, same, by="system", at=NOON)
    assert place.name == "又一名"


def test_an_office_lies_below_a_county_with_three_digits_of_its_own(session: Session) -> None:
    """Below nothing else, no code twice."""
    make_region(session)
    office = create_office(session, COUNTY, "007", "石港所", by="system", at=NOON)
    assert (office.path, office.kind.value) == (COUNTY + "320612007/", "office")
    session.flush()
    for county, code, fault in (
        (COUNTY, "007", {"code": Fault.TAKEN}),
        (COUNTY, "7", {"code": Fault.MALFORMED}),
        (office.path, "001", {"county": Fault.NOT_HERE}),
        ("", "001", {"county": Fault.NOT_HERE}),
    ):
        with pytest.raises(FieldsError) as caught:
            create_office(session, county, code, "所", by="system", at=NOON)
        assert caught.value.faults == fault


def test_a_place_is_corrected_on_its_page_by_one_at_a_time(house: House) -> None:
    """The market's manager sees another's correction first; the ledger has both."""
    manager, there = house.page(Role.MANAGER), f"/configure/places/{house.place}/correction"
    sent = opened(manager, there)
    assert "Something is registered at this place" in manager.get(there).text
    assert "region" not in sent
    assert manager.post(there, data=sent | {"name": ""}).status_code == 422
    assert manager.post(there, data=sent | {"address": "人民路1号"}).status_code == 303
    late = manager.post(there, data=sent | {"address": "人民路2号", "region": "/99/"})
    assert (late.status_code, "人民路1号" in late.text, "人民路2号" in late.text) == (409,) + (
        True,
    ) * 2
    assert manager.post(there, data=on_page(late.text, there)).status_code == 303
    with house.work.database.reading() as session:
        place = session.scalars(select(Place).where(Place.uid == house.place)).one()
        assert place.address == "人民路2号"
        entries = select(LedgerEntry.data).where(LedgerEntry.subject == f"place:{place.uid}")
        acts = [json.loads(one)["action"] for one in session.scalars(entries)]
    assert acts[-2:] == ["change", "change"]


def test_a_stall_takes_a_free_number_and_a_trader_keeps_the_telephone(house: House) -> None:
    """Nobody is shown it whole, so nothing typed leaves it as it is."""
    with house.writing() as session:
        stall = session.scalars(select(Stall).where(Stall.uid == house.stall)).one()
        make_stall(session, stall.place, "Z-9")
        trader = session.scalars(select(Trader).where(Trader.uid == house.trader)).one()
        phone = trader.phone
    manager, there = house.page(Role.MANAGER), f"/configure/stalls/{house.stall}/goods"
    sent = opened(manager, there)
    assert manager.post(there, data=sent | {"number": "Z-9"}).status_code == 422
    assert manager.post(there, data=sent | {"number": "B-3"}).status_code == 303
    there = f"/configure/traders/{house.trader}/correction"
    assert not phone or phone not in manager.get(there).text
    named = opened(manager, there) | {"name": "王晓明"}
    assert manager.post(there, data=named).status_code == 303
    with house.work.database.reading() as session:
        trader = session.scalars(select(Trader).where(Trader.uid == house.trader)).one()
        assert (trader.name, trader.phone) == ("王晓明", phone)
        assert session.scalar(select(Stall.number).where(Stall.uid == house.stall)) == "B-3"


def test_a_regulator_adds_an_office_and_puts_its_name_right(house: House) -> None:
    """By page and by program; a program says which version it read."""
    with house.writing() as session:
        if session.scalar(select(Region).where(Region.path == COUNTY)) is None:
            make_region(session)
    regulator = house.page(Role.REGULATOR)
    office = {"county": COUNTY, "code": "003", "name": "二甲所"}
    assert regulator.post("/configure/offices", data=office | {"code": "x"}).status_code == 422
    assert regulator.post("/configure/offices", data=office).status_code == 303
    assert "二甲所" in regulator.get("/configure/offices").text
    assert house.page(Role.MANAGER).get("/configure/offices").status_code == 403
    made = house.api(Role.REGULATOR, "/offices", office | {"code": "004", "name": "四安所"})
    uid = made.get_json()["id"]
    there = f"/configure/offices/{uid}"
    named = opened(regulator, there) | {"name": "四安市场监管所"}
    assert regulator.post(there, data=named).status_code == 303
    assert regulator.post(there, data=named | {"name": "错"}).status_code == 409
    client = house.app.test_client()
    send = {"Authorization": f"Bearer {house.tokens[Role.REGULATOR]}"}
    for path, body in (
        (f"/api/v1/offices/{uid}", {"name": "四安所"}),
        (f"/api/v1/markets/{house.place}", {"name": "东市场", "kind": "market"}),
        (f"/api/v1/traders/{house.trader}", {"name": "王二"}),
    ):
        tag = client.get(path, headers=send).headers["ETag"]
        ok = client.put(path, json=body, headers=send | {"If-Match": tag})
        late = client.put(path, json=body | {"name": "别"}, headers=send | {"If-Match": tag})
        assert (ok.status_code, ok.get_json()["name"], late.status_code) == (200, body["name"], 412)
