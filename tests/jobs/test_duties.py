"""What the other jobs do, and what they leave alone."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.db.ids import new_uid
from app.domain.lifecycle import Action
from app.domain.stations import SILENT_AFTER_MINUTES, StationHealth, health
from app.domain.tasks import Executor, TaskState
from app.jobs import duties
from app.ledger.door import SYSTEM, act
from app.ledger.verify import problems
from app.models import Checkpoint, Evidence, Scale, Station, Task
from app.web.database import Installation
from tests.jobs.conftest import in_china
from tests.support.makers import NOON, make_stall
from tests.support.world import ELSEWHERE, HERE, make_county

TEN = timedelta(minutes=SILENT_AFTER_MINUTES)
DAYS = 30  # evidence of the world's models stands so long


@pytest.fixture
def world(work: Installation) -> Installation:
    """Return the installation with two counties, a station and a scale with evidence in each."""
    with work.database.transaction() as session:
        for path in (HERE, ELSEWHERE):
            make_county(session, path, NOON)
        for evidence in session.scalars(select(Evidence)):
            evidence.taken_at = evidence.received_at = NOON
            scale = evidence.scale
            assert scale is not None
            with act(session, scale.model, "change", by=SYSTEM, at=NOON):
                scale.model.evidence_days = DAYS
            with act(session, scale, Action.SUBMIT, by=SYSTEM, at=NOON):
                scale.standing_evidence_id = evidence.id
            with act(session, scale, Action.PASS, by=SYSTEM, at=NOON):
                pass
    return work


def to_dos(work: Installation) -> list[Task]:
    """Return the open readings that people were asked for."""
    with work.database.reading() as session:
        return list(
            session.scalars(
                select(Task).where(Task.kind == "read_again", Task.state == TaskState.QUEUED)
            )
        )


@pytest.mark.usefixtures("any_url")
def test_evidence_lapses_after_its_last_day(world: Installation) -> None:
    """Taken on the 23rd, it stands through its thirtieth day; then one to-do for each scale."""
    assert duties.lapse_evidence(world, in_china("2026-12-23T23:59:59"))[0] == "0"
    assert duties.lapse_evidence(world, in_china("2026-12-24T00:00:00"))[0] == "2"
    tasks = to_dos(world)
    assert {task.executor for task in tasks} == {Executor.PERSON}
    assert len({task.scale_id for task in tasks}) == 2
    assert {task.path for task in tasks} == {f"{HERE}M01/", f"{ELSEWHERE}M01/"}


def test_a_reading_is_asked_for_once(world: Installation) -> None:
    """Day after day, until somebody did it; then the next lapse asks anew."""
    for day in (24, 25, 26):
        duties.lapse_evidence(world, in_china(f"2026-12-{day}T00:00:05"))
    assert len(to_dos(world)) == 2
    with world.database.transaction() as session:
        session.scalars(select(Task).where(Task.kind == "read_again")).first().state = (  # type: ignore[union-attr]
            TaskState.DONE
        )
    assert duties.lapse_evidence(world, in_china("2026-12-27T00:00:05"))[0] == "1"


def test_a_station_whose_clock_runs_ahead_gains_nothing(world: Installation) -> None:
    """The day it was received counts where that was earlier."""
    with world.database.transaction() as session:
        for evidence in session.scalars(select(Evidence)):
            evidence.taken_at = NOON + timedelta(days=4000)
    assert duties.lapse_evidence(world, in_china("2026-12-24T00:00:00"))[0] == "2"


def test_nothing_is_due_of_a_scale_in_storage(world: Installation) -> None:
    """Nor of one that is retired."""
    with world.database.transaction() as session:
        first, second = session.scalars(select(Scale).order_by(Scale.id))
        with act(session, first, Action.STORE, by=SYSTEM, at=NOON):
            pass
        with act(session, second, Action.RETIRE, by=SYSTEM, at=NOON):
            pass
    assert duties.lapse_evidence(world, in_china("2026-12-24T00:00:00"))[0] == "0"


@pytest.mark.usefixtures("any_url")
def test_a_station_falls_silent_and_comes_back(world: Installation) -> None:
    """Marked once with the instant, unmarked when it is heard; the ledger does not mind."""
    assert "0 stations fell silent" in duties.watch_stations(world, NOON + TEN - _second())
    assert "2 stations fell silent" in duties.watch_stations(world, NOON + TEN)
    assert "0 stations fell silent" in duties.watch_stations(world, NOON + TEN * 2)
    assert silent(world) == [NOON + TEN, NOON + TEN]
    with world.database.transaction() as session:
        session.scalars(select(Station)).first().last_seen_at = NOON + TEN * 2  # type: ignore[union-attr]
    assert "1 came back" in duties.watch_stations(world, NOON + TEN * 2)
    assert len(silent(world)) == 1
    with world.database.reading() as session:
        found = list(problems(session, world.keys.server.public_key()))
    assert not [one for one in found if not one.subject.startswith("evidence:")]


def test_the_mark_and_the_pages_agree_on_what_silent_is(world: Installation) -> None:
    """The same minute for both."""
    for at in (NOON + TEN - _second(), NOON + TEN):
        duties.watch_stations(world, at)
        with world.database.reading() as session:
            for station in session.scalars(select(Station)):
                shown = health(station.last_seen_at, at) is StationHealth.SILENT
                assert shown == (station.silent_since is not None)


def test_a_revoked_station_is_not_missed(world: Installation) -> None:
    """It is silent because we do not listen."""
    duties.watch_stations(world, NOON + TEN)
    with world.database.transaction() as session:
        for station in session.scalars(select(Station)):
            station.revoked_at = NOON + TEN
    duties.watch_stations(world, NOON + TEN * 2)
    assert silent(world) == []


def test_a_checkpoint_is_signed_only_over_something_new(world: Installation) -> None:
    """No entry since the last one, no checkpoint."""
    assert duties.sign_checkpoint(world, NOON).startswith("signed at ")
    assert duties.sign_checkpoint(world, NOON + TEN) == "nothing new"
    with world.database.transaction() as session:
        make_stall(session, session.scalars(select(Scale)).first().place, "B-7")  # type: ignore[union-attr]
    assert duties.sign_checkpoint(world, NOON + TEN).startswith("signed at ")
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Checkpoint)) == 2


def test_a_task_nobody_took_ends(work: Installation) -> None:
    """After its time, and not before; one that ended or has no time is left."""
    with work.database.transaction() as session:
        for state, expires_at in (
            (TaskState.QUEUED, NOON),
            (TaskState.RUNNING, NOON),
            (TaskState.DONE, NOON),
            (TaskState.QUEUED, None),
            (TaskState.QUEUED, NOON + TEN),
        ):
            session.add(_task(state, expires_at))
    assert duties.expire_tasks(work, NOON) == "0 tasks expired"
    assert duties.expire_tasks(work, NOON + _second()) == "2 tasks expired"
    with work.database.reading() as session:
        states = session.scalars(select(Task.state).order_by(Task.id)).all()
    assert states == [
        TaskState.EXPIRED,
        TaskState.EXPIRED,
        TaskState.DONE,
        TaskState.QUEUED,
        TaskState.QUEUED,
    ]


def silent(work: Installation) -> list[datetime | None]:
    """Return since when stations are silent."""
    with work.database.reading() as session:
        marked = select(Station.silent_since).where(Station.silent_since.is_not(None))
        return list(session.scalars(marked))


def _second() -> timedelta:
    return timedelta(seconds=1)


def _task(state: TaskState, expires_at: datetime | None) -> Task:
    return Task(
        uid=new_uid(),
        path="/",
        executor=Executor.STATION,
        kind="read",
        state=state,
        created_at=NOON,
        expires_at=expires_at,
    )
