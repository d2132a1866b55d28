"""Two people on one form: who comes second is told, keeps what was typed, and decides."""

from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.gaps import Part
from app.domain.roles import Role
from app.models import Procurement, Region, Scale, ScaleModel, Stall, Trader
from tests.support.forms import on_page, opened
from tests.support.house import House
from tests.support.makers import COUNTY, make_agreement, make_batch, make_region

STANDS = "Stands now:"


class Edited(NamedTuple):
    """A form: who opens it where, the field two people type in, what must be typed besides."""

    role: Role
    url: str
    field: str
    typed: dict[str, str] = {}


def forms_of(house: House) -> list[Edited]:
    """Return the forms of the register that change what is there."""
    with house.writing() as session:
        if session.scalar(select(Region).where(Region.path == COUNTY)) is None:
            make_region(session)
        batch = make_batch(session, COUNTY, session.scalars(select(ScaleModel)).one())
        stall = session.scalars(select(Stall).where(Stall.uid == house.stall)).one()
        agreement = make_agreement(session, session.scalars(select(Trader)).one(), stall)
        uids = batch.uid, agreement.uid
    until = (local_date(utcnow()) + timedelta(days=9)).isoformat()
    grounds = {f"{part}_ground": "old_type" for part in Part}
    grounds |= {f"{part}_until": until for part in Part}
    reading = {"calibration": "7", "parameters": "2", "kind": "reading"}
    scale = f"/configure/scales/{house.scale}"
    return [
        Edited(Role.MANAGER, f"{scale}/plate", "market_no"),
        Edited(Role.MANAGER, f"/configure/traders/{house.trader}/correction", "name"),
        Edited(Role.MANAGER, f"{scale}/grounds", "production_code", grounds),
        Edited(Role.MANAGER, f"/configure/stalls/{house.stall}/goods", "goods"),
        Edited(Role.CUSTODIAN, f"/configure/models/{house.model}", "type_approval_no"),
        Edited(Role.REGULATOR, f"/configure/procurement/{uids[0]}", "supplier"),
        Edited(Role.MANAGER, f"/configure/agreements/{uids[1]}", "number"),
        Edited(Role.VERIFIER, f"{scale}/baseline", "software_id", reading | {"kind": "baseline"}),
    ]


def test_who_saves_second_sees_both_and_may_save_on_purpose(house: House) -> None:
    """On every form: nothing written over, nothing typed lost, and once more is enough."""
    for role, url, field, typed in forms_of(house):
        client = house.page(role)
        sent: dict[str, Any] = opened(client, url) | typed
        assert client.post(url, data=sent | {field: "FIRST-1"}).status_code == 303, url
        late = client.post(url, data=sent | {field: "SECOND-2"})
        assert late.status_code == 409, url
        for words in (STANDS, "FIRST-1", 'value="SECOND-2"', "Somebody else changed this", role):
            assert words in late.text, (url, words)
        again = on_page(late.text, url) | {"kind": "baseline"}
        assert again[field] == ["SECOND-2"], url
        assert client.post(url, data=again).status_code == 303, url
        page = client.get(url).text
        assert ("SECOND-2" in page, "FIRST-1" in page) == (True, False), url


def test_what_one_had_not_touched_is_not_taken_back(house: House) -> None:
    """The other's word stands in the fields where the second person typed nothing."""
    model = next(one for one in forms_of(house) if one.role is Role.CUSTODIAN)
    client = house.page(model.role)
    sent = opened(client, model.url)
    client.post(model.url, data=sent | {"type_approval_no": "CPA 1", "max_1": "6", "e_1": "2"})
    late = client.post(model.url, data=sent | {"name": "ACS-15B"})
    assert (late.status_code, "it shows what stands now" in late.text) == (409, True)
    client.post(model.url, data=on_page(late.text, model.url))
    with house.work.database.reading() as session:
        row = session.scalars(select(ScaleModel)).one()
        assert (row.name, row.type_approval_no, row.ranges[0].e_mg) == ("ACS-15B", "CPA 1", 2000)


def test_a_form_that_says_nothing_of_what_it_saw_is_late(house: House) -> None:
    """A forged or an old one; what it sent is kept all the same."""
    batch = next(one for one in forms_of(house) if one.role is Role.REGULATOR)
    client = house.page(batch.role)
    sent = opened(client, batch.url) | {"supplier": "又一家"}
    for given in ("", "7", '{"seq":[],"stood":{}}', '{"seq":1,"stood":[1]}'):
        late = client.post(batch.url, data=sent | {"version": given})
        assert (late.status_code, 'value="又一家"' in late.text) == (409, True), given
    with house.work.database.reading() as session:
        assert session.scalars(select(Procurement.supplier)).one() == "东海衡器厂"
        assert session.scalars(select(Scale)).one().procurement_id is None
