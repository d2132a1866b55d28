"""Codes of other systems: adopted so that they find the scale, never opened, given up again."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.crypto import tags
from app.domain.roles import Role
from app.models import Code
from tests.support import makers
from tests.support.house import House

CITY = "https://city.example/q?id=31-8"


@pytest.fixture
def manager(house: House) -> FlaskClient:
    """Return the browser of a manager."""
    return house.page(Role.MANAGER)


def codes(house: House) -> list[tuple[str, bool]]:
    """Return the codes of the scale, and whether they still hold."""
    with house.work.database.reading() as session:
        rows = session.scalars(select(Code).order_by(Code.id)).all()
        return [(one.value, one.revoked_at is None) for one in rows]


def adopt(house: House, manager: FlaskClient, value: str) -> str:
    """Adopt a code on the scale of the house; return the page that follows."""
    form = {"value": value, "kind": "city"}
    return manager.post(f"/configure/scales/{house.scale}/codes", data=form).text


def test_an_adopted_code_finds_the_scale_until_it_is_given_up(
    house: House, manager: FlaskClient
) -> None:
    """Its address is a text like any other; coming back it holds again."""
    adopt(house, manager, CITY)
    scanned = manager.post("/manage/scan", data={"code": CITY}).text
    assert 'data-outcome="scan_scale"' in scanned
    with house.work.database.reading() as session:
        uid = session.scalars(select(Code.uid)).one()
    manager.post(f"/configure/scales/{house.scale}/codes/{uid}/give-up")
    assert codes(house) == [(CITY, False)]
    assert 'data-outcome="scan_foreign"' in manager.post("/manage/scan", data={"code": CITY}).text
    adopt(house, manager, CITY)
    assert codes(house) == [(CITY, True)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "Please fill this in."),
        ("A\u200b1", "This cannot be read."),
        ("x" * 201, "This is too long."),
    ],
)
def test_what_cannot_be_compared_is_refused_at_its_field(
    house: House, manager: FlaskClient, value: str, said: str
) -> None:
    """With what was typed kept."""
    assert said in adopt(house, manager, value)
    assert codes(house) == []


def test_a_tag_of_ours_is_not_adopted(house: House, manager: FlaskClient) -> None:
    """It would go round the door that binds and voids tags."""
    text = tags.render(house.work.keys.tag, "127.0.0.1:8000", tags.new_id())
    assert "tag of ours" in adopt(house, manager, f"http://127.0.0.1:8000/t/{text}")
    form = {"value": "X1", "kind": "tag"}
    answer = manager.post(f"/configure/scales/{house.scale}/codes", data=form)
    assert (answer.status_code, codes(house)) == (422, [])


def test_a_code_is_on_one_scale_only(house: House, manager: FlaskClient) -> None:
    """The second scale is told so."""
    adopt(house, manager, CITY)
    with house.writing() as session:
        place = makers.make_place(session, "/32/3206/320612/m2/")
        other = makers.make_scale(session, place, makers.make_model(session, "ACS-31"), "SN-2").uid
    form = {"value": CITY, "kind": "city"}
    page = manager.post(f"/configure/scales/{other}/codes", data=form)
    assert (page.status_code, "taken already" in page.text) == (422, True)


def test_a_scanned_code_is_put_on_the_scale_whose_number_is_typed(
    house: House, manager: FlaskClient
) -> None:
    """From the scan straight to the scale; a number that finds none keeps what was typed."""
    form = {"value": CITY, "kind": "city", "scale": "nothing"}
    page = manager.post("/configure/codes", data=form)
    assert (page.status_code, CITY in page.text) == (422, True)
    assert "no single scale" in page.text
    answer = manager.post("/configure/codes", data=form | {"scale": "A-01"})
    assert answer.status_code == 303
    assert codes(house) == [(CITY, True)]
