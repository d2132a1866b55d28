"""What a screen must not suggest: a green light for what rests, a reading without a bench."""

from app.domain.lifecycle import Action
from app.domain.roles import Role
from app.ledger.door import SYSTEM
from app.manage.service.acts import Act, perform
from app.models import Scale
from tests.support.house import House, verify_all
from tests.support.makers import NOON

GREEN = 'class="status-line is-valid"'
GREY = 'class="status-line is-plain"'


def test_a_stored_scale_shows_its_validity_without_green(house: House) -> None:
    """The words of the law stay, the light goes; while it may serve it is green."""
    verify_all(house)
    assert GREEN in house.page(Role.MANAGER).get("/manage/scales").text
    with house.writing() as session:
        scale = session.get_one(Scale, house.row().id)
        perform(session, scale, Act(action=Action.STORE), by=SYSTEM, at=NOON)
    page = house.page(Role.MANAGER).get("/manage/scales").text
    assert GREEN not in page
    assert GREY in page
    assert "Verification valid" in page
    seal = house.page(Role.MANAGER).get(f"/manage/scales/{house.scale}").text
    assert 'class="seal is-plain seal-large"' in seal


def test_a_scale_on_no_bench_is_sent_to_one(house: House) -> None:
    """Instead of a button that can only be refused."""
    page = house.page(Role.MANAGER).get(f"/manage/scales/{house.scale}").text
    assert "It is on no bench. Take it to one" in page
    assert "Ask for a reading" not in page


def test_places_and_models_stand_under_scales_in_the_menu(house: House) -> None:
    """So that the menu says where one is."""
    client = house.page(Role.MANAGER)
    for address in ("/configure/places", f"/configure/places/{house.place}", "/configure/models"):
        text = client.get(address).text
        assert 'aria-current="page"' in text, address
