"""The API of the register."""

from datetime import timedelta

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.gaps import Part
from app.domain.roles import Role
from tests.support.house import House

NEXT_YEAR = local_date(utcnow() + timedelta(days=300)).isoformat()
GAPS = {part.value: {"ground": "old_type", "until": NEXT_YEAR} for part in Part}


def test_a_scale_is_registered_by_a_program(house: House) -> None:
    """201, with the scale as any reader sees it, and where it is."""
    body = {
        "place": house.place,
        "model": house.model,
        "serial_no": "SN-0002",
        "gaps": GAPS,
        "gap_remark": "older than the codes",
    }
    answer = house.api(Role.MANAGER, "/scales", body)
    assert answer.status_code == 201
    found = house.api(Role.MANAGER, answer.headers["Location"].removeprefix("/api/v1"))
    assert found.get_json() == answer.get_json()
    assert found.get_json()["state"] == "registered"


def test_a_serial_number_is_taken_once(house: House) -> None:
    """A problem at the field."""
    body = {
        "place": house.place,
        "model": house.model,
        "serial_no": "SN-0001",
        "gaps": GAPS,
    }
    answer = house.api(Role.MANAGER, "/scales", body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.get_json()["errors"]] == ["serial_no"]
    unknown = house.api(Role.MANAGER, "/scales", body | {"place": house.model})
    assert [one["field"] for one in unknown.get_json()["errors"]] == ["place"]
    assert house.api(Role.AUDITOR, "/scales", body).status_code == 403


def test_the_register_is_read_by_lists_and_one_by_one(house: House) -> None:
    """Markets, stalls, traders and models; a trader's phone is never whole."""
    markets = house.api(Role.AUDITOR, "/markets").get_json()["items"]
    assert [one["id"] for one in markets] == [house.place]
    assert house.api(Role.AUDITOR, f"/markets/{house.place}").get_json() == markets[0]
    stalls = house.api(Role.AUDITOR, "/stalls").get_json()["items"]
    assert [(one["id"], one["place"]) for one in stalls] == [(house.stall, house.place)]
    traders = house.api(Role.AUDITOR, "/traders").get_json()["items"]
    assert [one["id"] for one in traders] == [house.trader]
    models = house.api(Role.AUDITOR, "/models?limit=1").get_json()["items"]
    assert models[0]["ranges"] == [{"max_mg": 15_000_000, "min_mg": 100_000, "e_mg": 5_000}]
    assert house.api(Role.AUDITOR, f"/models/{house.model}").headers["ETag"]
    assert house.api(Role.AUDITOR, f"/models/{house.scale}").status_code == 404
