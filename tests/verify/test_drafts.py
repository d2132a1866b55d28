"""Drafts of worksheets: nothing is overwritten, nothing is lost, nobody else reads them."""

import json
from typing import Any

from werkzeug.test import TestResponse

from app.db.ids import new_uid
from app.domain.roles import Role
from tests.support.house import House


def document(house: House, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the draft of a worksheet that was just begun."""
    return {"v": 1, "kind": "initial", "purpose": "first", "scale": house.scale} | changes


def save(house: House, uid: str, revision: int, **changes: Any) -> TestResponse:  # noqa: ANN401
    """Send a draft as the page does."""
    body = {"scale": house.scale, "revision": revision, "document": document(house, **changes)}
    client = house.page(Role.VERIFIER)
    return client.post(f"/verify/drafts/{uid}", json=body, headers={"Accept": "application/json"})


def put(house: House, uid: str, match: str, **changes: Any) -> TestResponse:  # noqa: ANN401
    """Send a draft as another program does."""
    headers = {
        "Authorization": f"Bearer {house.tokens[Role.VERIFIER]}",
        "If-Match": match,
        "Content-Type": "application/json",
    }
    body = {"scale": house.scale, "document": document(house, **changes)}
    return house.app.test_client().put(
        f"/api/v1/worksheet-drafts/{uid}", data=json.dumps(body), headers=headers
    )


def test_each_save_counts_and_a_repeated_one_is_known(house: House) -> None:
    """An answer that was lost on the way costs nothing."""
    uid = new_uid()
    assert save(house, uid, 0).get_json()["revision"] == 1
    assert save(house, uid, 0).get_json()["revision"] == 1
    assert save(house, uid, 1, label_no="A1").get_json()["revision"] == 2
    client = house.page(Role.VERIFIER)
    assert client.get(f"/verify/drafts/{uid}").get_json()["document"]["label_no"] == "A1"
    assert "A-01" in client.get("/verify/worksheets").text


def test_two_devices_conflict_and_both_are_kept(house: House) -> None:
    """The second device is told what the first one saved; nothing is overwritten."""
    uid = new_uid()
    save(house, uid, 0)
    save(house, uid, 1, label_no="first device")
    answer = save(house, uid, 1, label_no="second device")
    told = answer.get_json()
    assert (answer.status_code, told["code"], told["revision"]) == (409, "draft_conflict", 2)
    assert told["document"]["label_no"] == "first device"
    other = new_uid()
    assert save(house, other, 0, label_no="second device").status_code == 200
    both = house.api(Role.VERIFIER, "/worksheet-drafts").get_json()["items"]
    assert {row["document"]["label_no"] for row in both} == {"first device", "second device"}


def test_the_api_saves_by_revision(house: House) -> None:
    """The ETag is the revision; another one is refused."""
    uid = new_uid()
    first = put(house, uid, '"0"')
    assert (first.status_code, first.headers["ETag"]) == (200, '"1"')
    assert put(house, uid, '"0"', label_no="x").status_code == 412
    assert put(house, uid, '"1"', label_no="x").headers["ETag"] == '"2"'
    assert house.api(Role.VERIFIER, f"/worksheet-drafts/{uid}").get_json()["revision"] == 2


def test_a_draft_of_another_shape_is_refused_at_its_field(house: House) -> None:
    """Floats, unknown fields, another scale, no UUIDv7: none is kept."""
    row = {"test": "zero", "load_mg": 0, "indication_mg": 0, "at": 1}
    bad: list[dict[str, Any]] = [
        {"readings": [row | {"load_mg": 1.0}]},
        {"readings": [row | {"added": 1}]},
        {"readings": [row | {"test": "guess"}]},
        {"remark": "王小明"},
        {"scale": new_uid()},
    ]
    for changes in bad:
        answer = save(house, new_uid(), 0, **changes)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "bad_worksheet"), changes
    assert save(house, new_uid(), 0, readings=[row]).status_code == 200


def test_a_draft_that_was_put_away_is_written_no_more(house: House) -> None:
    """It can still be read."""
    uid = new_uid()
    save(house, uid, 0)
    assert house.page(Role.VERIFIER).post(f"/verify/drafts/{uid}/discard").status_code == 303
    answer = save(house, uid, 1, label_no="x")
    assert (answer.status_code, answer.get_json()["code"]) == (410, "draft_closed")
    assert house.page(Role.VERIFIER).get(f"/verify/drafts/{uid}").get_json()["closed"]
