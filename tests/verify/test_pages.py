"""Recording a result in person: all is checked first, then the code counts once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.lifecycle import Action, State
from app.domain.roles import Role
from app.ledger.door import SYSTEM, act
from app.manage import service
from app.models import Person, Scale, Verification
from tests.support.house import House


def submitted(house: House) -> str:
    """Let the scale await verification; return the address of its results."""
    with house.writing() as session:
        row = session.scalars(select(Scale)).one()
        done = service.Act(action=Action.SUBMIT)
        service.perform(session, row, done, by=SYSTEM, at=utcnow())
    return f"/verify/scales/{house.scale}/results"


def result(house: House, **changes: str) -> dict[str, str]:
    """Return the fields of a pass that is in order."""
    fields = {
        "result": "pass",
        "kind": "initial",
        "verified_on": local_date(utcnow()).isoformat(),
        "body": "通州区计量检定测试所",
        "label_no": "苏F-0001",
        "seal_no": "Q-0001",
        "code": house.code(Role.VERIFIER),
    }
    return fields | changes


def test_a_verifier_records_a_pass(house: House) -> None:
    """The scale is ready, its page says until when and by whom."""
    there = submitted(house)
    client = house.page(Role.VERIFIER)
    assert "JJG" in client.get(there).text
    assert client.post(there, data=result(house)).status_code == 303
    assert house.row().state is State.READY
    page = client.get(f"/manage/scales/{house.scale}").text
    assert "Passed its verification, valid until" in page
    assert "苏F-0001" in page
    rows = house.api(Role.AUDITOR, "/verifications").get_json()["items"]
    assert [(row["scale"], row["result"]) for row in rows] == [(house.scale, "pass")]
    one = house.api(Role.AUDITOR, f"/verifications/{rows[0]['id']}").get_json()
    assert one == rows[0]


def test_a_verifier_records_a_fail_with_what_failed(house: House) -> None:
    """The scale is suspended; the story names the items."""
    there = submitted(house)
    client = house.page(Role.VERIFIER)
    bare = result(house, result="fail", label_no="", seal_no="")
    answer = client.post(there, data=bare)
    assert (answer.status_code, "Say what it failed." in answer.text) == (422, True)
    data = {**bare, "failed_items": ["weighing", "price"]}
    assert client.post(there, data=data).status_code == 303
    assert house.row().state is State.SUSPENDED
    page = client.get(f"/manage/scales/{house.scale}").text
    assert "Failed its verification: weighing, price computation." in page


def test_a_wrong_code_records_nothing_and_keeps_what_was_typed(house: House) -> None:
    """The second factor shows that the verifier is there."""
    there = submitted(house)
    code = f"{(int(house.code(Role.VERIFIER)) + 1) % 1_000_000:06d}"
    answer = house.page(Role.VERIFIER).post(there, data=result(house, code=code))
    assert answer.status_code == 422
    assert 'id="error-code"' in answer.text
    assert 'value="Q-0001"' in answer.text
    assert code not in answer.text
    assert house.row().state is State.AWAITING_VERIFICATION


def test_a_code_counts_once(house: House) -> None:
    """What was seen over a shoulder records nothing."""
    there = submitted(house)
    client = house.page(Role.VERIFIER)
    data = result(house)
    assert client.post(there, data=data).status_code == 303
    again = client.post(there, data=data | {"seal_no": "Q-0002"})
    assert (again.status_code, 'id="error-code"' in again.text) == (422, True)


def test_an_incomplete_result_leaves_the_code_unused(house: House) -> None:
    """So that it can be sent again at once."""
    there = submitted(house)
    client = house.page(Role.VERIFIER)
    data = result(house)
    assert client.post(there, data=data | {"seal_no": "", "label_no": ""}).status_code == 422
    assert client.post(there, data=data).status_code == 303


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"result": "perhaps"}, "result"),
        ({"kind": ""}, "kind"),
        ({"verified_on": "5.3.2026"}, "verified_on"),
        ({"verified_on": "2999-01-01"}, "verified_on"),
        ({"body": ""}, "body"),
        ({"body": "x" * 121}, "body"),
        ({"seal_no": ""}, "seal_no"),
        ({"label_no": ""}, "label_no"),
        ({"code": ""}, "code"),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    house: House, changes: dict[str, str], field: str
) -> None:
    """Nothing is recorded."""
    there = submitted(house)
    answer = house.page(Role.VERIFIER).post(there, data=result(house) | changes)
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.text
    with house.work.database.reading() as session:
        assert session.scalars(select(Verification)).first() is None


def test_who_opened_the_scale_is_told_why_he_may_not(house: House) -> None:
    """Rule 5, in the words of the screen."""
    there = submitted(house)
    with house.writing() as session:
        row = session.scalars(select(Scale)).one()
        verifier = session.scalars(select(Person).where(Person.login == "verifier")).one()
        with act(session, row, "case_opened", by=verifier.uid, at=utcnow()):
            row.opened_on = local_date(utcnow()) - timedelta(days=1)
    answer = house.page(Role.VERIFIER).post(there, data=result(house))
    assert answer.status_code == 422
    assert "You repaired this scale and may not verify it." in answer.text


def test_a_scale_in_another_state_leads_back_to_its_page(house: House) -> None:
    """A registered scale takes no result."""
    client = house.page(Role.VERIFIER)
    answer = client.post(f"/verify/scales/{house.scale}/results", data=result(house))
    assert answer.status_code == 303
    assert "another state" in client.get(answer.headers["Location"]).text


@pytest.mark.parametrize("role", [Role.MANAGER, Role.INSPECTOR, Role.REPAIRER, Role.CHECKER])
def test_nobody_else_records_a_result(house: House, role: Role) -> None:
    """Verification staff do not inspect, and nobody else verifies."""
    there = submitted(house)
    assert house.page(role).post(there, data=result(house)).status_code == 403
