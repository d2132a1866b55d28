"""The fleet and the page of a scale, as people of each role see and use them."""

import re
from datetime import timedelta
from unittest.mock import Mock

import pytest
from sqlalchemy import select

from app.db.session import utcnow
from app.domain.lifecycle import Action, State
from app.domain.roles import Role
from app.domain.suspension import SuspensionReason
from app.ledger.door import SYSTEM
from app.manage import service
from app.models import Scale, ScaleEvent, ScaleModel
from app.verify.register_says import said
from tests.support import makers
from tests.support.house import House, deploy, verify_all
from tests.support.proof import fresh_code


def actions(house: House) -> str:
    """Return the address at which acts are done."""
    return f"/manage/scales/{house.scale}/actions"


def test_the_fleet_shows_its_scales_with_true_counts(house: House) -> None:
    """In the table and as cards, with the answers of today."""
    verify_all(house)
    page = house.page(Role.MANAGER).get("/manage/scales").text
    assert page.count("A-01") >= 2
    assert "Verification valid" in page
    assert re.search(r"Not verified", page) is None


@pytest.mark.parametrize(
    ("words", "found"),
    [("SN-0001", True), ("A-01", True), ("王小", True), ("A", False), ("李", False), ("0%", False)],
)
def test_a_scale_is_found_by_number_serial_stall_or_trader(
    house: House, words: str, *, found: bool
) -> None:
    """Parts of a name from two characters on; a per cent sign is only itself."""
    deploy(house)
    page = house.page(Role.MANAGER).get("/manage/scales", query_string={"q": words}).text
    assert ("SN-0001" in page or "fleet-number" in page) is found


def test_filters_narrow_the_list_and_a_strange_one_does_nothing(house: House) -> None:
    """An address somebody altered is no error."""
    verify_all(house)
    client = house.page(Role.MANAGER)
    assert "fleet-number" in client.get("/manage/scales?legal=valid&state=ready").text
    assert "fleet-number" not in client.get("/manage/scales?legal=overdue").text
    assert "fleet-number" not in client.get("/manage/scales?firmware=match").text
    assert "fleet-number" in client.get("/manage/scales?firmware=unread&place=").text
    assert "fleet-number" in client.get("/manage/scales?state=nonsense").text


def test_the_list_goes_on_where_the_page_ended(house: House) -> None:
    """Forty to a page; each scale is on exactly one of them."""
    with house.writing() as session:
        row = session.scalars(select(Scale)).one()
        for n in range(45):
            makers.make_scale(session, row.place, row.model, f"X-{n:03d}", market_no=f"X-{n:03d}")
    client = house.page(Role.MANAGER)
    first = client.get("/manage/scales").text
    after = re.search(r'rel="next" href="([^"]+)"', first)
    assert after is not None
    second = client.get(after[1].replace("&amp;", "&")).text
    numbers = re.findall(r'class="fleet-number"[^>]*>([^<]+)<', first + second)
    assert len(numbers) == len(set(numbers)) == 46


def test_the_page_of_a_scale_tells_its_story_in_sentences(house: House) -> None:
    """Where it is, with whom, what the law says, and what happened."""
    deploy(house)
    page = house.page(Role.MANAGER).get(f"/manage/scales/{house.scale}").text
    for words in ("Handed out to 王小明, stall A-01.", "Passed its verification, valid until"):
        assert words in page
    assert "Verification valid" in page
    assert "Q-1" in page


def test_a_software_id_that_the_approval_does_not_name_is_a_warning(house: House) -> None:
    """On the page with the rule, and in the API; an approved one is none."""
    with house.writing() as session:
        row = session.scalars(select(Scale)).one()
        row.software_id, row.model.software_ids = "V9", ["V1.0", "V1.1"]
    page = house.page(Role.MANAGER).get(f"/manage/scales/{house.scale}").text
    assert "differs from the approved software ids of the type" in page
    assert "Approved: V1.0 V1.1." in page
    assert "JJG 1204-2025 6.3" in page
    assert house.api(Role.MANAGER, f"/scales/{house.scale}").get_json()["software_id_differs"]
    row = Scale(software_id="V9", model=ScaleModel(software_ids=["V1.0"]))
    assert said("software_id", row, Mock()).result == "bad"
    row.software_id = "V1.0"
    assert said("software_id", row, Mock()).result == "ok"


def test_a_scale_of_another_region_is_not_there(house: House) -> None:
    """404, as for a uid nobody has."""
    with house.writing() as session:
        elsewhere = makers.make_place(session, "/32/3206/320623/M01/", "如东市场")
        row = session.scalars(select(Scale)).one()
        uid = makers.make_scale(session, elsewhere, row.model, "SN-9").uid
    client = house.page(Role.MANAGER)
    assert client.get(f"/manage/scales/{uid}").status_code == 404
    assert (
        client.post(f"/manage/scales/{uid}/actions", data={"action": "submit"}).status_code == 404
    )


def test_the_manager_hands_a_scale_out_in_two_steps(house: House) -> None:
    """The form asks for stall and trader; the scale's page then says it in a sentence."""
    verify_all(house)
    client = house.page(Role.MANAGER)
    form = client.get(f"/manage/scales/{house.scale}/acts/deploy").text
    assert house.stall in form
    given = {"action": "deploy", "stall": house.stall, "trader": house.trader}
    answer = client.post(actions(house), data=given)
    assert answer.status_code == 303
    assert house.row().state is State.IN_SERVICE
    assert "was handed out" in client.get(answer.headers["Location"]).text


def test_a_hand_out_without_a_stall_says_so_at_the_field(house: House) -> None:
    """What was chosen is kept."""
    verify_all(house)
    given = {"action": "deploy", "trader": house.trader}
    answer = house.page(Role.MANAGER).post(actions(house), data=given)
    assert answer.status_code == 422
    assert 'id="error-stall"' in answer.text
    assert f'value="{house.trader}" selected' in answer.text


def test_a_blocked_hand_out_names_each_reason(house: House) -> None:
    """Nothing is done."""
    verify_all(house)
    with house.writing() as session:
        row = session.scalars(select(Scale).where(Scale.uid == house.scale)).one()
        command = service.Document("通市监保〔2026〕7号")
        service.hold(session, row, command, by=SYSTEM, at=utcnow())
    given = {"action": "deploy", "stall": house.stall, "trader": house.trader}
    answer = house.page(Role.MANAGER).post(actions(house), data=given)
    assert answer.status_code == 409
    assert "It is held as evidence" in answer.text
    assert house.row().state is State.READY


def test_a_suspension_asks_why(house: House) -> None:
    """Without a reason nothing is done; with one the story tells it."""
    deploy(house)
    client = house.page(Role.INSPECTOR)
    assert client.post(actions(house), data={"action": "suspend"}).status_code == 422
    given = {"action": "suspend", "reason": "spot_check", "note": "少 20 g"}
    assert client.post(actions(house), data=given).status_code == 303
    assert house.row().suspended_for is SuspensionReason.DECISION
    page = client.get(f"/manage/scales/{house.scale}").text
    assert "Suspended by an officer: the spot check differed." in page
    assert "少 20 g" in page


def test_who_is_overtaken_reads_what_happened_meanwhile(house: House) -> None:
    """Nothing is overwritten, and what was typed is kept."""
    deploy(house)
    client = house.page(Role.MANAGER)
    form = client.get(f"/manage/scales/{house.scale}/acts/suspend").text
    seen = re.search(r'name="seen" value="(\d+)"', form)
    assert seen is not None
    with house.writing() as session:
        row = session.scalars(select(Scale)).one()
        done = service.Act(action=Action.RETURN)
        service.perform(session, row, done, by=SYSTEM, at=utcnow() + timedelta(seconds=1))
    given = {"action": "suspend", "reason": "seal", "note": "see photo", "seen": seen[1]}
    answer = client.post(actions(house), data=given)
    assert answer.status_code == 412
    assert "Taken back from 王小明" in answer.text
    assert "see photo" in answer.text
    assert house.row().state is State.READY


@pytest.mark.parametrize(
    ("role", "action", "status"),
    [
        (Role.INSPECTOR, "submit", 403),
        (Role.REPAIRER, "retire", 403),
        (Role.MANAGER, "complete_repair", 403),
        (Role.MANAGER, "pass", 404),
        (Role.MANAGER, "nonsense", 404),
        (Role.AUDITOR, "submit", 403),
    ],
)
def test_nobody_does_what_is_not_theirs(house: House, role: Role, action: str, status: int) -> None:
    """Neither by a button nor by a form of their own making."""
    answer = house.page(role).post(actions(house), data={"action": action})
    assert answer.status_code == status
    assert house.row().state is State.REGISTERED


def test_a_manager_reads_why_an_inspectors_suspension_stays(house: House) -> None:
    """In words on the page, and the same where the act is tried all the same."""
    deploy(house)
    asked = {"action": "suspend", "reason": "spot_check"}
    assert house.page(Role.INSPECTOR).post(actions(house), data=asked).status_code == 303
    client = house.page(Role.MANAGER)
    assert "An officer suspended it" in client.get(f"/manage/scales/{house.scale}").text
    answer = client.post(actions(house), data={"action": "resume"})
    assert answer.status_code == 409
    assert "An officer suspended it" in answer.text
    assert house.row().state is State.SUSPENDED


def test_an_act_the_state_does_not_know_changes_nothing(house: House) -> None:
    """It leads back to the scale and says so."""
    client = house.page(Role.MANAGER)
    answer = client.post(actions(house), data={"action": "resume"})
    assert answer.status_code == 303
    assert "another state" in client.get(answer.headers["Location"]).text


def test_an_inspector_puts_a_stop_order_on_record_and_lifts_it(house: House) -> None:
    """By the numbers of the two documents; a manager may do neither."""
    deploy(house)
    there = f"/manage/scales/{house.scale}/orders"
    client = house.page(Role.INSPECTOR)
    assert house.page(Role.MANAGER).get(f"{there}/stop_order").status_code == 403
    assert client.get(f"{there}/nonsense").status_code == 404
    assert client.post(f"{there}/stop_order", data={"number": " "}).status_code == 422
    number = {"number": "停〔2026〕3号", "code": fresh_code(house.work, "inspector")}
    assert client.post(f"{there}/stop_order", data=number).status_code == 303
    assert house.row().stop_order == "停〔2026〕3号"
    assert "Ordered out of use" in client.get(f"/manage/scales/{house.scale}").text
    number = {"number": "解3号", "code": fresh_code(house.work, "inspector")}
    assert client.post(f"{there}/lift_stop_order", data=number).status_code == 303
    assert house.row().stop_order == ""


def test_a_repairer_records_an_opening_and_the_seals_it_broke(house: House) -> None:
    """The scale is out of use at once."""
    deploy(house)
    client = house.page(Role.REPAIRER)
    form = client.get(f"/manage/scales/{house.scale}/opening").text
    seal = re.search(r'name="seals" value="([^"]+)"', form)
    assert seal is not None
    data = {"seals": seal[1], "note": "replaced the key pad"}
    assert client.post(f"/manage/scales/{house.scale}/opening", data=data).status_code == 303
    assert house.row().state is State.SUSPENDED
    page = client.get(f"/manage/scales/{house.scale}").text
    assert "The case was opened, breaking seal Q-1." in page
    assert "Repaired, not verified since" in page


def test_every_action_of_the_story_has_its_sentence(house: House) -> None:
    """What the program writes today is told in words, not in codes."""
    deploy(house)
    with house.work.database.reading() as session:
        told = set(session.scalars(select(ScaleEvent.action)))
    assert told >= {"register", "submit", "pass", "deploy", "tag_bound"}
    page = house.page(Role.AUDITOR).get(f"/manage/scales/{house.scale}").text
    assert "Recorded:" not in page


def test_a_photo_is_shown_to_those_signed_in(house: House) -> None:
    """Without one there is none."""
    client = house.page(Role.MANAGER)
    assert client.get(f"/manage/scales/{house.scale}/photo").status_code == 404
    digest = house.work.blobs.put(b"\xff\xd8 a picture")
    with house.writing() as session:
        session.scalars(select(Scale)).one().photo = digest
    answer = client.get(f"/manage/scales/{house.scale}/photo")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert house.app.test_client().get(f"/manage/scales/{house.scale}/photo").status_code == 303
