"""The one search box: what people type, and where it leads."""

from sqlalchemy import select

from app.domain.roles import Role
from app.models import Scale
from tests.support import makers
from tests.support.house import House, deploy


def find(house: House, words: str, role: Role = Role.MANAGER) -> str:
    """Return the page after ``words`` were typed."""
    return house.page(role).get("/find", query_string={"q": words}).text


def test_one_exact_number_leads_straight_to_the_scale(house: House) -> None:
    """A serial number is as good as the market's own; a part of it is only shown."""
    client = house.page(Role.MANAGER)
    for words in ("SN-0001", " sn-0001 ", "A-01"):
        found = client.get("/find", query_string={"q": words})
        assert (found.status_code, found.location) == (302, f"/manage/scales/{house.scale}")
    assert "SN-0001" in find(house, "SN-00") or "scale-card" in find(house, "SN-00")


def test_two_characters_of_a_trader_show_the_scale_that_is_with_them(house: House) -> None:
    """Grouped by kind, as the same cards as everywhere; no phone number."""
    deploy(house)
    page = find(house, "王小")
    assert "Traders" in page
    assert "王小明" in page
    assert f'href="/manage/scales/{house.scale}"' in page
    assert "Places" not in page.split("<main")[1]


def test_nothing_typed_says_what_can_be_typed_and_nothing_found_says_so(house: House) -> None:
    """An empty page is no answer."""
    assert "What can be typed" in find(house, "")
    assert "Nothing of that is in your region" in find(house, "李不在")


def test_another_region_finds_nothing(house: House) -> None:
    """Neither the trader nor the scale; the control is above."""
    deploy(house)
    with house.writing() as session:
        row = session.scalars(select(Scale)).one()
        elsewhere = makers.make_place(session, "/33/3301/330102/M09/", "西湖农贸市场")
        makers.make_scale(session, elsewhere, row.model, "SN-0777", market_no="W-77")
        makers.make_trader(session, elsewhere, "王小红")
    for words in ("SN-0777", "W-77", "小红", "西湖"):
        assert "Nothing of that is in your region" in find(house, words)


def test_the_head_of_every_page_has_the_box_for_those_who_may_find(house: House) -> None:
    """An administrator looks after accounts, not scales."""
    assert 'action="/find"' in house.page(Role.MANAGER).get("/tasks").text
    assert 'action="/find"' not in house.page(Role.ADMIN).get("/tasks").text


def test_a_program_finds_the_same(house: House) -> None:
    """Codes and uids, the exact first."""
    deploy(house)
    items = house.api(Role.MANAGER, "/search?q=A-01").get_json()["items"]
    assert (items[0]["id"], items[0]["exact"]) in {(house.scale, True), (house.stall, True)}
    assert {one["kind"] for one in items} == {"scale", "stall"}
    assert house.api(Role.MANAGER, "/search").status_code == 422
