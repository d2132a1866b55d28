"""A reference that ends re-judges its scales, as one that is withdrawn does."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.tasks import Executor
from app.domain.verdicts import Verdict
from app.jobs import duties
from app.jobs.kinds import KINDS
from app.jobs.runner import TaskRunner
from app.models import Evidence, Reference, Task
from app.work.progress import Terms
from tests.attest.lab import HONEST, Lab


def last_day_passed(lab: Lab) -> datetime:
    """Return an instant on the day after every reference's last."""
    with lab.work.database.reading() as session:
        last = session.scalars(select(func.max(Reference.expires_on))).one()
    return utcnow() + ((last - local_date(utcnow())) + timedelta(days=2))


def do_server_tasks(lab: Lab, at: datetime) -> None:
    """Do what the jobs process would do at ``at``."""
    runner = TaskRunner(lab.work, KINDS, "test", Terms(lambda: at))
    while runner.run_next():
        pass


def test_the_day_after_its_last_what_it_judged_is_judged_without_it(lab: Lab) -> None:
    """By a duty of the timetable; until then the old verdict stands, which is the control."""
    do_server_tasks(lab, utcnow())  # what the approvals asked for
    lab.read(HONEST)
    at = last_day_passed(lab)
    do_server_tasks(lab, at)
    assert lab.all_evidence()[-1].verdict is Verdict.MATCH
    assert duties.end_references(lab.work, at) != "0 references ended"
    do_server_tasks(lab, at)
    assert lab.all_evidence()[-1].verdict is not Verdict.MATCH
    assert lab.ledger_problems() == []


def test_an_end_is_asked_for_once(lab: Lab) -> None:
    """Day after day, and whoever does the duty; on its last day a reference still judges."""
    at = last_day_passed(lab)
    assert duties.end_references(lab.work, at - timedelta(days=3)) == "0 references ended"
    ended = duties.end_references(lab.work, at)
    assert duties.end_references(lab.work, at + timedelta(days=1)) == "0 references ended"
    with lab.work.database.reading() as session:
        asked = session.scalars(
            select(Task).where(
                Task.executor == Executor.SERVER, Task.once_key.like("reference_ended:%")
            )
        ).all()
    assert f"{len(asked)} references ended" == ended
    assert not any(task.may_cancel for task in asked)


def test_a_rejudging_that_died_goes_on_behind_the_last_scale(lab: Lab) -> None:
    """Each scale is judged once in a row of attempts."""
    do_server_tasks(lab, utcnow())
    lab.read(HONEST)
    at = last_day_passed(lab)
    duties.end_references(lab.work, at)
    with lab.work.database.transaction() as session:
        newest = session.scalars(select(func.max(Evidence.id))).one()
        for task in session.scalars(select(Task).where(Task.executor == Executor.SERVER)):
            task.stage = {"after": newest}
    do_server_tasks(lab, at)
    assert lab.all_evidence()[-1].verdict is Verdict.MATCH
