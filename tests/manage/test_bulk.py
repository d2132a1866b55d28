"""One act on many scales: shown first, done scale by scale, each told what became of it."""

import re

from sqlalchemy import select

from app.db.session import utcnow
from app.domain.lifecycle import Action, State
from app.domain.roles import Role
from app.domain.suspension import SuspensionReason
from app.jobs.kinds import KINDS
from app.jobs.runner import TaskRunner
from app.ledger.door import SYSTEM
from app.manage import bulk, service
from app.models import BulkAct, BulkLine, BulkOutcome, Scale, ScaleEvent
from app.work.progress import Terms
from tests.support import makers
from tests.support.house import House, deploy


def more_scales(house: House, number: int, path: str = "") -> list[str]:
    """Return the uids of fresh scales beside the first one, or of a market elsewhere."""
    with house.writing() as session:
        first = session.scalars(select(Scale).where(Scale.uid == house.scale)).one()
        place = makers.make_place(session, path, "别处市场") if path else first.place
        return [
            makers.make_scale(session, place, first.model, f"B-{path}{n}", market_no=f"B-{n}").uid
            for n in range(number)
        ]


def chosen(house: House, action: str, role: Role = Role.MANAGER, **form: object) -> str:
    """Return the address of the page that shows who can."""
    found = house.page(role).post("/manage/bulk", data={"action": action, **form})
    assert found.status_code == 303, found.text
    return str(found.location)


def states(house: House, uids: list[str]) -> list[State]:
    """Return the states of scales now."""
    return [house.row(uid).state for uid in uids]


def test_what_can_and_what_cannot_is_shown_before_anything_is_done(house: House) -> None:
    """With the reason of each; nothing has moved yet."""
    uids = more_scales(house, 2)
    with house.writing() as session:
        row = session.scalars(select(Scale).where(Scale.uid == uids[0])).one()
        act = service.Act(action=Action.SUBMIT)
        service.perform(session, row, act, by=SYSTEM, at=utcnow())
    there = chosen(house, "submit", uid=[house.scale, *uids])
    page = house.page(Role.MANAGER).get(there).text
    assert re.search(r">2</strong>\s*scales can", page)
    assert re.search(r">1</strong>\s*scale cannot", page)
    assert "Its state does not allow it; it is: " in page
    assert states(house, [house.scale, uids[1]]) == [State.REGISTERED] * 2


def test_each_scale_has_its_own_act_in_its_own_story(house: House) -> None:
    """By the person who asked, with the reason that was given once."""
    uids = more_scales(house, 2)
    there = chosen(house, "submit", uid=uids)
    client = house.page(Role.MANAGER)
    assert client.post(f"{there}/start").status_code == 303
    assert states(house, uids) == [State.AWAITING_VERIFICATION] * 2
    assert house.row().state is State.REGISTERED
    with house.work.database.reading() as session:
        rows = select(ScaleEvent).where(ScaleEvent.action == "submit").order_by(ScaleEvent.id)
        steps = session.scalars(rows).all()
        assert len({step.ledger_seq for step in steps}) == len(steps) == 2
        assert {step.actor for step in steps} != {SYSTEM}
    assert re.search(r">2</strong>\s*carried out", client.get(there).text)
    assert client.post(f"{there}/start").status_code == 409


def test_one_that_changed_meanwhile_is_left_out_and_the_others_go_on(house: House) -> None:
    """What was shown is what is done: the page before it no longer tells the truth of that one."""
    uids = more_scales(house, 3)
    there = chosen(house, "submit", uid=uids)
    with house.writing() as session:
        row = session.scalars(select(Scale).where(Scale.uid == uids[1])).one()
        service.perform(session, row, service.Act(action=Action.RETIRE), by=SYSTEM, at=utcnow())
    house.page(Role.MANAGER).post(f"{there}/start")
    assert states(house, uids) == [
        *(State.AWAITING_VERIFICATION, State.RETIRED, State.AWAITING_VERIFICATION)
    ]
    page = house.page(Role.MANAGER).get(there).text
    assert "Somebody changed it meanwhile" in page
    assert "B-1" in page.split("Left out")[-1]


def test_all_that_the_filter_shows_is_more_than_the_page(house: House) -> None:
    """And a filter narrows it; scales of another region are in neither."""
    mine, elsewhere = more_scales(house, 3), more_scales(house, 1, "/33/3301/330102/M7/")
    there = chosen(house, "retire", all="1", query="state=registered&q=B-")
    house.page(Role.MANAGER).post(f"{there}/start")
    assert states(house, mine) == [State.RETIRED] * 3
    assert states(house, [house.scale, *elsewhere]) == [State.REGISTERED] * 2
    client = house.page(Role.MANAGER)
    found = client.post("/manage/bulk", data={"action": "retire", "uid": elsewhere})
    assert found.status_code == 404
    assert client.post("/manage/bulk", data={"action": "retire"}).status_code == 422


def test_a_suspension_says_why_and_retiring_is_pressed_and_held(house: House) -> None:
    """The reason is asked for once; without it nothing happens."""
    deploy(house)
    client, there = house.page(Role.MANAGER), chosen(house, "suspend", uid=[house.scale])
    assert client.post(f"{there}/start").status_code == 422
    assert house.row().state is State.IN_SERVICE
    assert client.post(f"{there}/start", data={"reason": "seal"}).status_code == 303
    assert house.row().suspended_for is SuspensionReason.DECISION
    assert "a seal is broken or missing" in client.get(f"/manage/scales/{house.scale}").text
    held = client.get(chosen(house, "retire", uid=[house.scale])).text
    assert "data-hold" in held
    assert (
        house.page(Role.AUDITOR).post("/manage/bulk", data={"action": "retire"}).status_code == 403
    )


def test_another_person_does_not_see_it(house: House) -> None:
    """What one is about to do is nobody else's."""
    there = chosen(house, "store", uid=[house.scale])
    assert house.page(Role.REGULATOR).get(there).status_code == 404
    assert house.page(Role.REGULATOR).post(f"{there}/start").status_code == 404


def test_a_role_that_ended_meanwhile_does_nothing_more(house: House) -> None:
    """The task asks again: the control is the same act with the role."""
    uids = more_scales(house, 2)
    for by, outcome in (("nobody", BulkOutcome.FAILED), ("manager", BulkOutcome.DONE)):
        there = chosen(house, "submit", uid=[uids.pop()])
        with house.writing() as session:
            found = session.scalars(
                select(BulkAct).where(BulkAct.uid == there.rsplit("/", 1)[1])
            ).one()
            uid = found.created_by.uid if by == "manager" else "nobody"
            bulk.start(session, found, bulk.Order(), at=utcnow())
            assert bulk.piece(session, found, by=uid, at=utcnow()) == 1
            line = session.scalars(select(BulkLine).where(BulkLine.bulk_id == found.id)).one()
            assert line.outcome is outcome


def test_the_region_of_many_is_the_smallest_that_holds_them() -> None:
    """So that whoever oversees it sees the task."""
    assert bulk.common({"/32/3206/M1/"}) == "/32/3206/M1/"
    assert bulk.common({"/32/3206/M1/", "/32/3206/M12/"}) == "/32/3206/"
    assert bulk.common({"/32/3206/M1/", "/33/3301/M1/"}) == "/"
    assert bulk.common({"/32/3206/", "/32/3206/M1/"}) == "/32/3206/"


def test_many_are_a_task_that_goes_on_where_it_was_interrupted(house: House) -> None:
    """More than fifty: queued with its progress; each scale is done once."""
    uids = more_scales(house, 55)
    there = chosen(house, "submit", uid=uids)
    client = house.page(Role.MANAGER)
    assert client.post(f"{there}/start").status_code == 303
    assert states(house, uids[:1]) == [State.REGISTERED]
    assert "Waiting for its turn." in client.get(there).text
    assert client.get(f"{there}/progress").headers.get("HX-Refresh") is None
    with house.writing() as session:  # the first attempt died behind its first piece
        found = session.scalars(select(BulkAct)).one()
        assert bulk.piece(session, found, by=found.created_by.uid, at=utcnow()) == 10
    assert TaskRunner(house.work, KINDS, "worker", Terms(utcnow)).run_next()
    assert states(house, uids) == [State.AWAITING_VERIFICATION] * 55
    with house.work.database.reading() as session:
        steps = session.scalars(select(ScaleEvent.id).where(ScaleEvent.action == "submit")).all()
        assert len(steps) == 55
    assert client.get(f"{there}/progress").headers["HX-Refresh"] == "true"
    assert re.search(r">55</strong>\s*carried out", client.get(there).text)
