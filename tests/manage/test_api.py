"""The API of scales: computed answers, acts, preconditions."""

from sqlalchemy import select

from app.db.session import utcnow
from app.domain.lifecycle import Action, State
from app.domain.roles import Role
from app.ledger.door import SYSTEM
from app.manage import service
from app.models import Scale
from tests.support.house import House, deploy, verify_all


def test_a_scale_carries_its_computed_answers_and_the_callers_acts(house: House) -> None:
    """The same to everybody but the acts."""
    verify_all(house)
    found = house.api(Role.MANAGER, f"/scales/{house.scale}")
    body = found.get_json()
    assert body["state"] == "ready"
    assert body["legal_status"]["status"] == "valid"
    assert body["legal_status"]["reasons"] == []
    assert body["advisories"] == []
    assert "deploy" in body["actions"]
    assert found.headers["ETag"]
    assert house.api(Role.AUDITOR, f"/scales/{house.scale}").get_json()["actions"] == []


def test_an_unverified_scale_says_why_with_the_article(house: House) -> None:
    """Codes for programs, the law beside them."""
    body = house.api(Role.MANAGER, f"/scales/{house.scale}").get_json()
    assert body["legal_status"]["reasons"] == ["unverified"]
    assert body["legal_status"]["articles"]["unverified"].startswith("计量法")
    assert body["advisories"] == ["no_tag"]
    assert set(body["blocked_by"]) == {"unverified", "no_tag"}


def test_the_list_is_filtered_by_state(house: House) -> None:
    """Rows carry state, legal status and advisories."""
    rows = house.api(Role.MANAGER, "/scales?state=registered").get_json()
    assert [row["id"] for row in rows["items"]] == [house.scale]
    assert rows["next"] is None
    assert house.api(Role.MANAGER, "/scales?state=ready").get_json()["items"] == []
    assert house.api(Role.MANAGER, "/scales?state=nonsense").status_code == 422


def test_a_scale_is_moved_step_by_step(house: House) -> None:
    """Each answer is the scale after the act."""
    moved = house.api(Role.MANAGER, f"/scales/{house.scale}/actions", {"action": "submit"})
    assert (moved.status_code, moved.get_json()["state"]) == (200, "awaiting_verification")
    again = house.api(Role.MANAGER, f"/scales/{house.scale}/actions", {"action": "submit"})
    assert (again.status_code, again.get_json()["code"]) == (409, "illegal_transition")


def test_a_deployment_names_stall_and_trader(house: House) -> None:
    """At the fields that are missing."""
    verify_all(house)
    there = f"/scales/{house.scale}/actions"
    bare = house.api(Role.MANAGER, there, {"action": "deploy"})
    assert (bare.status_code, bare.get_json()["errors"][0]["field"]) == (422, "stall")
    body = {"action": "deploy", "stall": house.stall, "trader": house.trader}
    assert house.api(Role.MANAGER, there, body).get_json()["state"] == "in_service"


def test_a_blocked_act_names_each_obstacle(house: House) -> None:
    """By the codes that the scale itself carries."""
    deploy(house)
    with house.writing() as session:
        row = session.scalars(select(Scale)).one()
        service.stop_order(session, row, service.Document("停3号"), by=SYSTEM, at=utcnow())
    answer = house.api(Role.MANAGER, f"/scales/{house.scale}/actions", {"action": "resume"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "blocked")
    assert "stop_order" in [one["field"] for one in answer.get_json()["errors"]]


def test_what_an_inspector_suspended_no_manager_takes_up_again(house: House) -> None:
    """Neither is it among the acts open to the manager; the inspector lifts it."""
    deploy(house)
    there = f"/scales/{house.scale}/actions"
    body = {"action": "suspend", "reason": "complaint"}
    told = house.api(Role.INSPECTOR, there, body).get_json()
    assert (told["state"], "resume" in told["actions"]) == ("suspended", True)
    assert "resume" not in house.api(Role.MANAGER, f"/scales/{house.scale}").get_json()["actions"]
    refused = house.api(Role.MANAGER, there, {"action": "resume"})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "blocked")
    assert [one["field"] for one in refused.get_json()["errors"]] == ["authority_decides"]
    assert house.api(Role.INSPECTOR, there, {"action": "resume"}).status_code == 200
    house.api(Role.MANAGER, there, body)  # now the market's own measure
    refused = house.api(Role.INSPECTOR, there, {"action": "resume"})
    assert [one["field"] for one in refused.get_json()["errors"]] == ["market_decides"]
    assert house.api(Role.MANAGER, there, {"action": "resume"}).status_code == 200


def test_a_result_is_not_recorded_by_a_token(house: House) -> None:
    """It has effect in law: 403, whatever else the body holds."""
    there = f"/scales/{house.scale}/actions"
    for action in ("pass", "fail"):
        body = {"action": action, "verified_on": "2026-11-23", "label_no": "1"}
        answer = house.api(Role.VERIFIER, there, body)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "step_up_required")
    assert house.api(Role.MANAGER, there, {"action": "pass"}).get_json()["code"] == "forbidden"
    assert house.api(Role.MANAGER, there, {"action": "expire"}).status_code == 403


def test_if_match_holds_an_act_to_what_was_read(house: House) -> None:
    """Somebody else's step between makes it 412, and nothing is done."""
    there = f"/scales/{house.scale}"
    etag = house.api(Role.MANAGER, there).headers["ETag"]
    with house.writing() as session:
        row = session.scalars(select(Scale)).one()
        done = service.Act(action=Action.SUBMIT)
        service.perform(session, row, done, by=SYSTEM, at=utcnow())
    late = house.api(Role.MANAGER, f"{there}/actions", {"action": "retire"}, If_Match=etag)
    assert (late.status_code, late.get_json()["code"]) == (412, "precondition_failed")
    fresh = house.api(Role.MANAGER, there).headers["ETag"]
    body = {"action": "retire"}
    assert house.api(Role.MANAGER, f"{there}/actions", body, If_Match=fresh).status_code == 200
    assert house.row().state is State.RETIRED


def test_a_repeated_request_has_one_effect(house: House) -> None:
    """The same key, the same answer, one step in the story."""
    there = f"/scales/{house.scale}/actions"
    headers = {"Idempotency_Key": "k1"}
    headers["If_Match"] = house.api(Role.MANAGER, f"/scales/{house.scale}").headers["ETag"]
    first = house.api(Role.MANAGER, there, {"action": "submit"}, **headers)
    second = house.api(Role.MANAGER, there, {"action": "submit"}, **headers)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.get_json() == second.get_json()


def test_every_change_of_a_scale_names_its_version(house: House) -> None:
    """428 without If-Match; the ETag of a scale changes with each act, whatever the act."""
    there, seen = f"/scales/{house.scale}", []
    client = house.app.test_client()
    headers = {"Authorization": f"Bearer {house.tokens[Role.MANAGER]}"}
    for path in ("actions", "seals"):
        answer = client.post(f"/api/v1{there}/{path}", json={}, headers=headers)
        assert (answer.status_code, answer.get_json()["code"]) == (428, "precondition_required")
    seen.append(house.api(Role.MANAGER, there).headers["ETag"])
    seal = {"kind": "lead", "owner": "maker", "number": "1"}
    assert house.api(Role.MANAGER, f"{there}/seals", seal).status_code == 201
    seen.append(house.api(Role.MANAGER, there).headers["ETag"])
    assert house.api(Role.INSPECTOR, f"{there}/opening", {"seals": []}).status_code == 200
    seen.append(house.api(Role.MANAGER, there).headers["ETag"])
    with house.writing() as session:
        row = session.scalars(select(Scale)).one()
        row.model.recalled = True  # nobody acted on the scale: its standing changed
    seen.append(house.api(Role.MANAGER, there).headers["ETag"])
    assert len(set(seen)) == len(seen)


def test_the_authoritys_orders_want_the_person(house: House) -> None:
    """A token is told so, after it was told what stands."""
    there = f"/scales/{house.scale}/orders"
    for kind, status, code in (
        ("hold", 403, "step_up_required"),
        ("stop_order", 403, "step_up_required"),
        ("release_hold", 409, "no_order"),
        ("lift_stop_order", 409, "no_order"),
    ):
        answer = house.api(Role.REGULATOR, there, {"kind": kind, "number": "1"})
        assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert house.api(Role.MANAGER, there, {"kind": "hold", "number": "1"}).status_code == 403
    assert house.row().hold_document == house.row().stop_order == ""


def test_the_story_is_told_from_the_end(house: House) -> None:
    """Page by page, in codes; a number that was typed finds the same scale."""
    house.api(Role.MANAGER, f"/scales/{house.scale}/actions", {"action": "submit"})
    page = house.api(Role.AUDITOR, f"/scales/{house.scale}/story?limit=1").get_json()
    assert [one["action"] for one in page["items"]] == ["submit"]
    rest = house.api(Role.AUDITOR, f"/scales/{house.scale}/story?after={page['next']}").get_json()
    assert [one["action"] for one in rest["items"]] == ["register"]
    assert rest["next"] is None
    found = house.api(Role.MANAGER, "/scans", {"code": "SN-0001"}).get_json()
    assert found == {"outcome": "scan_scale", "scales": [house.scale]}
