"""The recall as the people of the body see it: from the weight to the list, decided, taken back."""

import re

from sqlalchemy import select

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.lifecycle import Action, State
from app.domain.recalls import RecallState
from app.domain.roles import Role
from app.domain.worksheets import SignatureStep
from app.jobs.kinds import KINDS
from app.jobs.runner import TaskRunner
from app.ledger.door import SYSTEM, act
from app.models import Body, Person, Recall, Scale, StandardWeight, WeightUse
from app.verify.service import signing
from app.verify.service.papers import Office
from app.verify.views_recalls import MOST_AT_ONCE
from app.work.progress import Terms
from tests.support.house import House
from tests.support.proof import fresh_code
from tests.support.worksheets import finished_worksheet, make_institute
from tests.verify.outfit import calibrate, employ, make_weight

TEAM = (Role.VERIFIER, Role.CHECKER, Role.SIGNATORY)


def verified(house: House) -> tuple[str, str]:
    """Let the market's scale pass with a weight; return the uids of both."""
    at = utcnow()
    with house.writing() as session:
        people = {
            role.value: session.scalars(select(Person).where(Person.login == role.value)).one()
            for role in TEAM
        }
        institute = make_institute(session, **people)
        for role in (Role.CHECKER, Role.SIGNATORY):
            employ(session, institute.body, people[role.value])
        weight = make_weight(session, institute.body, "M-01")
        paper = calibrate(session, weight)
        scale = session.scalars(select(Scale)).one()
        with act(session, scale, Action.SUBMIT, by=SYSTEM, at=at):
            pass
        row = finished_worksheet(session, institute, scale, at)
        with act(session, row, "weights_named", by=SYSTEM, at=at):
            session.add(
                WeightUse(
                    worksheet_id=row.id,
                    weight_id=weight.id,
                    calibration_id=paper.id,
                    used_on=local_date(at),
                )
            )
        office = Office(house.work.keys.server, house.work.blobs, "https://wutong.example")
        for step, role in zip(SignatureStep, TEAM, strict=True):
            signing.sign(session, [row.uid], step, office, by=people[role.value], at=utcnow())
        return weight.uid, scale.uid


def work_through(house: House) -> None:
    """Do what waits, as the jobs process does."""
    runner = TaskRunner(house.work, KINDS, "test", Terms(utcnow))
    while runner.run_next():
        pass


def test_from_a_bad_weight_to_a_suspended_scale_and_back(house: House) -> None:
    """Withdrawn, listed, decided with one proof, taken back with another."""
    weight, scale = verified(house)
    desk = house.page(Role.SIGNATORY)
    gone = {"out_because": "check_failed", "out_last_good_on": "2026-01-05"}
    desk.post(f"/verify/weights/{weight}/withdraw", data=gone)
    there = desk.post("/verify/recalls", data={"weight": weight}).headers["Location"]
    assert "The list is being made" in desk.get(there).text
    work_through(house)
    page = desk.get(there).text
    assert f'value="{scale}"' in page
    assert f'value="{scale}" checked' not in page
    assert f'value="{scale}" checked' in desk.get(f"{there}?all=1&decision=pending").text
    assert "its mark rests on this weight" in page
    chosen = {"scale": scale, "decision": "suspend"}
    assert desk.post(f"{there}/decisions", data={**chosen, "code": "000000"}).status_code == 422
    assert house.row(scale).state is State.READY
    code = fresh_code(house.work, "signatory")
    desk.post(f"{there}/decisions", data={**chosen, "code": code})
    assert house.row(scale).state is State.SUSPENDED
    code = fresh_code(house.work, "signatory")
    desk.post(f"{there}/clear", data={"code": code})
    work_through(house)
    with house.work.database.reading() as session:
        assert session.scalars(select(Recall.state)).one() is RecallState.CLEARED
    assert re.search(r"taken back", desk.get(there).text)


def test_an_empty_choice_says_so_at_its_field(house: House) -> None:
    """Nothing is decided for nobody, nor for more than one proof reaches."""
    weight, _scale = verified(house)
    desk = house.page(Role.SIGNATORY)
    gone = {"out_because": "check_failed", "out_last_good_on": "2026-01-05"}
    desk.post(f"/verify/weights/{weight}/withdraw", data=gone)
    there = desk.post("/verify/recalls", data={"weight": weight}).headers["Location"]
    work_through(house)
    answer = desk.post(f"{there}/decisions", data={"decision": "keep", "code": ""})
    assert answer.status_code == 422
    assert 'id="field-scale"' in answer.text
    many = {"decision": "keep", "code": "", "scale": [str(n) for n in range(MOST_AT_ONCE + 1)]}
    assert "At most 200 at once" in desk.post(f"{there}/decisions", data=many).text


def test_who_is_not_of_the_body_decides_nothing(house: House) -> None:
    """A regulator reads the list; only the body's signatory has the buttons."""
    weight, scale = verified(house)
    with house.work.database.reading() as session:
        assert session.scalars(select(StandardWeight.uid)).one() == weight
        assert session.scalars(select(Body)).one()
    desk = house.page(Role.SIGNATORY)
    gone = {"out_because": "check_failed", "out_last_good_on": "2026-01-05"}
    desk.post(f"/verify/weights/{weight}/withdraw", data=gone)
    there = desk.post("/verify/recalls", data={"weight": weight}).headers["Location"]
    work_through(house)
    page = house.page(Role.REGULATOR).get(there)
    assert page.status_code == 200
    assert f'value="{scale}"' not in page.text
