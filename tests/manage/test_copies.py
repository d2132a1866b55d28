"""Copies of tags: noticed from what staff scan, shown to who answers for the scale, resolved."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.erasing import erase_person
from app.config import Settings
from app.db.session import utcnow
from app.domain.roles import Role
from app.jobs.duties import prune
from app.ledger.verify import problems
from app.models import Code, CopyNotice, Person, Place, Scale, Sighting
from app.portal import service
from app.web.identity import COOKIE
from tests.support import makers
from tests.support.house import House
from tests.support.world import sign_in

FAR = "/33/3301/330106/330106001/M09/"


@pytest.fixture
def tag(house: House) -> Code:
    """Return the tag of the scale in the house."""
    with house.writing() as session:
        scale = session.scalars(select(Scale).where(Scale.uid == house.scale)).one()
        uid = service.issue(session, scale, by="system", at=utcnow()).uid
    with house.work.database.reading() as session:
        return session.scalars(select(Code).where(Code.uid == uid)).one()


@pytest.fixture
def stranger(house: House) -> FlaskClient:
    """Return the browser of an inspector of a market far away."""
    with house.writing() as session:
        makers.make_place(session, FAR, "西湖农贸市场")
        person = makers.make_person(session, "far", [Role.INSPECTOR], FAR)
        cookie = sign_in(session, person, utcnow())
    client = house.app.test_client()
    client.set_cookie(COOKIE, cookie)
    client.set_cookie("lang", "en")
    return client


def address(house: House, tag: Code) -> str:
    """Return what the printed code holds."""
    return service.address(tag, house.work.keys.tag, house.work.settings.base_url)


def scan(house: House, client: FlaskClient, tag: Code, by: str = "camera") -> str:
    """Scan the tag with a phone; return the answer."""
    form = {"code": address(house, tag), "by": by}
    return client.post("/manage/scan", data=form, headers={"X-Part": "1"}).text


def rows(house: House, kind: type[Sighting] | type[CopyNotice]) -> int:
    """Return how many rows of ``kind`` there are."""
    with house.work.database.reading() as session:
        return len(session.scalars(select(kind)).all())


def notice(house: House) -> CopyNotice:
    """Return the notice."""
    with house.work.database.reading() as session:
        return session.scalars(select(CopyNotice)).one()


def test_a_tag_scanned_at_two_places_at_once_is_noticed(
    house: House, tag: Code, stranger: FlaskClient
) -> None:
    """By two of the staff; both sightings stand in the list of the scale's own market."""
    manager = house.page(Role.MANAGER)
    assert "far from here" not in scan(house, manager, tag)
    assert "far from here" in scan(house, stranger, tag)
    page = manager.get("/tags/copies").text
    assert "Seen at two places" in page
    assert "outside your regions" in page
    assert "西湖" not in page
    assert "No tag was seen twice." in stranger.get("/tags/copies").text
    assert house.api(Role.MANAGER, "/tags/copies").get_json()["items"][0]["seen"] is None
    scan(house, manager, tag)
    assert rows(house, CopyNotice) == 1


@pytest.mark.parametrize("by", ["", "photo", "typed"])
def test_a_photo_or_a_number_says_nothing_about_where_the_tag_is(
    house: House, tag: Code, stranger: FlaskClient, by: str
) -> None:
    """The control: the same two scans, and nothing is kept."""
    scan(house, house.page(Role.MANAGER), tag, by)
    scan(house, stranger, tag, by)
    assert (rows(house, Sighting), rows(house, CopyNotice)) == (0, 0)


def test_a_shopper_leaves_no_trace(house: House, tag: Code) -> None:
    """Whoever looks at the public page is nobody's business."""
    path = address(house, tag).partition("/t/")[2]
    assert house.app.test_client().get(f"/t/{path}").status_code == 200
    assert rows(house, Sighting) == 0


def test_a_scale_that_was_carried_there_is_no_copy(
    house: House, tag: Code, stranger: FlaskClient
) -> None:
    """Two hours later somebody may have driven there."""
    scan(house, house.page(Role.MANAGER), tag)
    with house.writing() as session:
        session.scalars(select(Sighting)).one().at = utcnow() - timedelta(hours=2, minutes=1)
    assert "far from here" not in scan(house, stranger, tag)
    assert rows(house, CopyNotice) == 0


def test_another_plate_under_the_tag_is_noted_and_the_same_one_is_not(
    house: House, tag: Code
) -> None:
    """The last four digits are compared with the register, not taken on trust."""
    manager = house.page(Role.MANAGER)
    assert "Another plate?" in scan(house, manager, tag)
    manager.post(f"/manage/scan/plates/{tag.uid}", data={"plate": "0001"})
    assert rows(house, CopyNotice) == 0
    manager.post(f"/manage/scan/plates/{tag.uid}", data={"plate": "9"})
    assert rows(house, CopyNotice) == 0
    manager.post(f"/manage/scan/plates/{tag.uid}", data={"plate": "9999"})
    assert notice(house).plate == "9999"
    assert "another one than in the register" in manager.get("/tags/copies").text


def test_a_copy_is_resolved_by_voiding_the_tag_or_by_words(house: House, tag: Code) -> None:
    """Voided means voided; the scale's story tells what was concluded."""
    manager = house.page(Role.MANAGER)
    manager.post(f"/manage/scan/plates/{tag.uid}", data={"plate": "9999"})
    where = f"/tags/copies/{notice(house).uid}"
    too_early = manager.post(where, data={"outcome": "voided"})
    assert (too_early.status_code, "still in use" in too_early.text) == (422, True)
    no_words = manager.post(where, data={"outcome": "explained", "note": " "})
    assert (no_words.status_code, "wants words" in no_words.text) == (422, True)
    manager.post(f"/tags/{tag.uid}/revoke", data={"because": "copied"})
    assert manager.post(where, data={"outcome": "voided"}).status_code == 303
    assert "No tag was seen twice." in manager.get("/tags/copies").text
    assert "A copy: the tag was voided" in manager.get("/tags/copies?closed=1").text
    assert "so the tag was voided" in manager.get(f"/manage/scales/{house.scale}").text
    again = house.api(
        Role.MANAGER, f"{where}/resolution", {"outcome": "voided"}, If_Match="*"
    ).get_json()
    assert again["code"] == "copy_closed"
    with house.work.database.reading() as session:
        assert not list(problems(session, house.work.keys.server.public_key()))


def test_sightings_go_after_their_days_and_with_their_person(
    house: House, tag: Code, stranger: FlaskClient
) -> None:
    """They say where people were: kept no longer than needed, and never in the ledger."""
    scan(house, house.page(Role.MANAGER), tag)
    scan(house, stranger, tag)
    kept = replace(house.work, settings=Settings.from_env({"WUTONG_SIGHTING_DAYS": "1"}))
    prune(kept, utcnow() + timedelta(hours=23))
    assert rows(house, Sighting) == 2
    with house.writing() as session:
        person = session.scalars(select(Person).where(Person.login == "far")).one()
        for one in person.grants:
            one.until = one.since
        erase_person(session, person, by="system", at=utcnow() + timedelta(days=30))
    assert rows(house, Sighting) == 1
    prune(kept, utcnow() + timedelta(hours=25))
    assert (rows(house, Sighting), rows(house, CopyNotice)) == (0, 1)


def test_an_inspector_says_at_which_market_it_is(house: House, tag: Code) -> None:
    """Whose region holds more than one place; a place elsewhere is not believed."""
    with house.writing() as session:
        makers.make_place(session, "/32/3206/320612/320612002/M07/", "城西农贸市场")
    client = house.page(Role.INSPECTOR)
    assert "The place you are at" in client.get("/manage/scan").text
    assert 'href="/tags/copies"' in client.get("/oversee/findings").text
    assert 'href="/oversee/findings"' in client.get("/tags/copies").text
    for place, path in ((makers.MARKET, makers.MARKET), (FAR, makers.COUNTY)):
        form = {"code": address(house, tag), "by": "nfc", "place": place}
        client.post("/manage/scan", data=form)
        with house.work.database.reading() as session:
            newest = session.scalars(select(Sighting).order_by(Sighting.id.desc())).first()
            assert newest is not None
            assert newest.path == path
    with house.work.database.reading() as session:
        assert len(session.scalars(select(Place)).all()) == 2
