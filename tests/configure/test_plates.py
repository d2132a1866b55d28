"""A scale's data put right: its number any day, its serial number until papers name it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.configure.service import FieldsError
from app.configure.service.errors import Fault
from app.configure.service.plates import Plate, correct_plate
from app.domain.calendar import local_date
from app.domain.lifecycle import ScaleRole, State
from app.domain.roles import Role
from app.models import Scale
from tests.conftest import NOON
from tests.support.house import House, verify_all
from tests.support.makers import make_batch, make_model, make_place, make_scale


@pytest.fixture
def scale(session: Session) -> Scale:
    """Return a scale that nobody verified yet, beside another one."""
    place, model = make_place(session), make_model(session)
    make_scale(session, place, model, "SN-2", market_no="A-02")
    return make_scale(session, place, model, "SN-1", market_no="A-01")


def as_it_is(scale: Scale, **changes: Any) -> Plate:  # noqa: ANN401 - any field
    """Return what the register says, but for ``changes``."""
    names = ("model", "serial_no", "market_no", "role", "software_id", "made_on")
    return Plate(**{name: getattr(scale, name) for name in names} | changes)


def faults(session: Session, scale: Scale, **changes: Any) -> dict[str, Fault]:  # noqa: ANN401
    """Return why ``changes`` cannot be."""
    with pytest.raises(FieldsError) as caught:
        correct_plate(session, scale, as_it_is(scale, **changes), by="system", at=NOON)
    return dict(caught.value.faults)


def test_what_another_has_or_cannot_be_is_told_at_its_field(session: Session, scale: Scale) -> None:
    """Numbers of another scale, a day to come, a batch of another model, a role in use."""
    other = make_batch(session, scale.path, make_model(session, "ACS-99"))
    tomorrow = local_date(NOON) + timedelta(days=1)
    assert faults(session, scale, serial_no="SN-2", market_no="A-02", made_on=tomorrow) == {
        "serial_no": Fault.TAKEN,
        "market_no": Fault.TAKEN,
        "made_on": Fault.IN_THE_FUTURE,
    }
    assert faults(session, scale, batch=other, serial_no=" ") == {
        "batch": Fault.OTHER_BATCH,
        "serial_no": Fault.MISSING,
    }
    scale.state = State.SUSPENDED
    assert faults(session, scale, role=ScaleRole.FAIR) == {"role": Fault.IN_USE}


def test_a_number_changes_any_day_and_the_serial_number_until_papers_name_it(house: House) -> None:
    """Page and API alike; the story says which fields."""
    manager, there = house.page(Role.MANAGER), f"/configure/scales/{house.scale}/plate"
    assert 'name="serial_no"' in manager.get(there).text
    now = house.row()
    body = {"model": house.model, "serial_no": "SN-0007", "market_no": "B-07", "role": "spare"}
    client = house.app.test_client()
    send = {"Authorization": f"Bearer {house.tokens[Role.MANAGER]}"}
    tag = client.get(f"/api/v1/scales/{house.scale}", headers=send).headers["ETag"]
    where = f"/api/v1/scales/{house.scale}/plate"
    done = client.put(where, json=body, headers=send | {"If-Match": tag})
    assert (done.status_code, done.get_json()["market_no"]) == (200, "B-07")
    late = client.put(where, json=body, headers=send | {"If-Match": tag})
    assert (late.status_code, house.row().serial_no, now.serial_no) == (412, "SN-0007", "SN-0001")
    assert "Its data was corrected" in manager.get(f"/manage/scales/{house.scale}").text
    verify_all(house)
    assert 'name="serial_no"' not in manager.get(there).text
    tag = client.get(f"/api/v1/scales/{house.scale}", headers=send).headers["ETag"]
    named = client.put(where, json=body | {"serial_no": "SN-8"}, headers=send | {"If-Match": tag})
    assert (named.status_code, "serial_no" in named.text) == (422, True)
