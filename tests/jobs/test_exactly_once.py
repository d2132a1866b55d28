"""Three jobs processes and four web workers: each period's effect is there once.

The clock is moved under real processes; `tests.jobs.bench` has the fault point.
"""

import contextlib
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.duties import Period
from app.jobs import leader, process, runs
from app.jobs.process import JobsProcess
from app.jobs.timetable import Job
from app.models import JobRun, LedgerEntry, Scale, ScaleEvent
from app.web.database import Installation
from tests.jobs.conftest import fleet
from tests.jobs.crew import PATIENCE_S, PROCESSES, Crew
from tests.support.ports import free_port

WEB_WORKERS = 4


@pytest.fixture
def crew(work: Installation) -> Iterator[Crew]:
    """Yield processes that are not started yet."""
    crew = Crew(work)
    yield crew
    crew.close()


@pytest.mark.usefixtures("any_url")
def test_one_effect_whatever_happens(crew: Crew, work: Installation) -> None:
    """Killed, frozen, away for a month, the clock set back: each period once, each scale once."""
    fleet(work, until=local_date(crew.noon))
    port = free_port()
    with crew.web(port) as web:
        crew.start()
        crew.until(lambda: crew.effects()[crew.day(0)] == 1)
        crew.until(lambda: answers(port))
        a_leader_is_killed(crew)
        a_leader_is_frozen(crew)
        nobody_runs_for_a_month(crew)
        the_clock_is_set_back(crew)
        assert answers(port)
        children = Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text().split()
        assert len(children) == WEB_WORKERS
    crew.stop()
    assert set(crew.effects()) == {crew.day(0), crew.day(1), crew.day(2), crew.day(32)}
    assert set(crew.effects().values()) == {1}
    expired_once(crew, work)


def answers(port: int) -> bool:
    """Return whether the web server is well."""
    with contextlib.suppress(OSError):  # it is not there yet
        return bool(
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60).status == 200
        )
    return False


def a_leader_is_killed(crew: Crew) -> None:
    """In the middle of the new day's work; another has it after the lease, and ends it."""
    crew.hold()
    crew.set_clock(timedelta(days=1))
    # A slow machine may take it from one that lives, too: who began first is killed in any case.
    crew.until(lambda: bool(crew.lines("begin", crew.day(1))))
    first = crew.lines("begin", crew.day(1))[0]
    crew.send(first, signal.SIGKILL)
    crew.until(lambda: len(crew.lines("begin", crew.day(1))) >= 2)
    crew.release()
    crew.until(lambda: len(crew.lines("end", crew.day(1))) == 1)
    assert crew.lines("end", crew.day(1)) != [first]


def a_leader_is_frozen(crew: Crew) -> None:
    """For longer than its lease; let go, it finds its write refused."""
    crew.hold()
    crew.set_clock(timedelta(days=2))
    crew.until(lambda: bool(crew.lines("begin", crew.day(2))))
    frozen = crew.lines("begin", crew.day(2))[0]
    crew.send(frozen, signal.SIGSTOP)
    crew.until(lambda: len(crew.lines("begin", crew.day(2))) >= 2)
    crew.release()
    crew.until(lambda: len(crew.lines("end", crew.day(2))) == 1)
    crew.send(frozen, signal.SIGCONT)
    crew.until(lambda: frozen in crew.lines("go-on", crew.day(2)))
    time.sleep(0.5)
    assert frozen not in crew.lines("end", crew.day(2))


def nobody_runs_for_a_month(crew: Crew) -> None:
    """What is due is done once, not thirty times; nobody's lease from before counts."""
    for child in crew.running:
        child.send_signal(signal.SIGSTOP)
    crew.set_clock(timedelta(days=32))
    for child in crew.running:
        child.send_signal(signal.SIGCONT)
    crew.until(lambda: crew.effects()[crew.day(32)] == 1)


def the_clock_is_set_back(crew: Crew) -> None:
    """To a day whose work is done: nothing is done again, and the timetable goes on."""
    minutes = _minutes(crew)
    # Two minutes on: in those that they have seen of that day nothing was left to do.
    crew.set_clock(timedelta(days=2, minutes=2))
    crew.until(lambda: _minutes(crew) > minutes)
    time.sleep(1)


def _minutes(crew: Crew) -> int:
    with crew.work.database.reading() as session:
        minutes = select(func.count()).where(JobRun.job == "watch_stations")
        return session.scalars(minutes.where(JobRun.finished_at.is_not(None))).one()


def expired_once(crew: Crew, work: Installation) -> None:
    """Each scale has one step and one entry for the end of its validity."""
    with work.database.reading() as session:
        events = session.scalars(select(ScaleEvent).where(ScaleEvent.action == "expire")).all()
        assert len(events) == session.scalar(select(func.count()).select_from(Scale))
        entries = session.scalars(select(LedgerEntry.data)).all()
        assert sum(b'"action":"expire"' in data for data in entries) == len(events)
        runs_of = select(JobRun.period).where(JobRun.job == "expire_scales")
        assert sorted(session.scalars(runs_of)) == [
            crew.day(0),
            crew.day(1),
            crew.day(2),
            crew.day(32),
        ]


def test_without_lease_and_claim_each_process_does_it(work: Installation) -> None:
    """The control: the same three processes, and nothing that holds two of them back."""
    crew = Crew(work, "unguarded")
    crew.hold()
    try:
        crew.start()
        crew.until(lambda: len(crew.lines("begin")) == PROCESSES)
        crew.release()
        crew.until(lambda: len(crew.lines("end")) == PROCESSES)
        crew.stop()
        assert crew.effects()[crew.day(0)] == PROCESSES
    finally:
        crew.close()


@pytest.mark.usefixtures("any_url")
@pytest.mark.parametrize("fenced", [True, False])
def test_one_that_was_frozen_writes_nothing(
    work: Installation, fenced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It read that nothing was done, slept, and another did it; without the fence both do."""
    if not fenced:
        monkeypatch.setattr(runs.Run, "check", lambda *_: None)
        monkeypatch.setattr(runs.Run, "finish", lambda *_, **__: None)
    asleep, wake = threading.Event(), threading.Event()
    written: list[str] = []

    def sleeps(found: Installation, _at: datetime) -> str:
        asleep.set()
        wake.wait(PATIENCE_S)
        with found.database.transaction():
            written.append("frozen")
        return "done"

    def does(found: Installation, _at: datetime) -> str:
        with found.database.transaction():
            written.append("other")
        return "done"

    frozen = JobsProcess(work, {})
    other = JobsProcess(work, {})
    frozen.campaign()
    thread = threading.Thread(target=frozen.fire, args=[Job("probe", Period.DAY, sleeps)])
    thread.start()
    assert asleep.wait(PATIENCE_S)
    with work.database.transaction() as session:
        session.execute(update(leader.Leader).values(until=utcnow()))  # as if it had slept longer
    other.campaign()
    other.fire(Job("probe", Period.DAY, does))
    wake.set()
    thread.join()
    assert written == (["other"] if fenced else ["other", "frozen"])


class Beats:
    """The end of a process, at which it does not look before somebody lets it; time flies."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.is_over = utcnow(), False
        self.waits, self.may_go = threading.Semaphore(0), threading.Semaphore(0)
        monkeypatch.setattr(process, "utcnow", lambda: self.now)

    def wait(self, seconds: float) -> bool:
        """Let the time pass, and go on when told to."""
        self.now += timedelta(seconds=seconds)
        self.waits.release()
        assert self.may_go.acquire(timeout=PATIENCE_S)
        return self.is_over


def test_work_that_outlasts_the_lease_stays_its_own(
    work: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is renewed beside the work, in a thread of its own."""
    busy, other = JobsProcess(work, {}), JobsProcess(work, {})
    beats = Beats(monkeypatch)
    monkeypatch.setattr(busy, "ended", beats)
    heart = threading.Thread(target=busy.live)
    heart.start()
    assert busy.elected.wait(PATIENCE_S)
    for look in range(10):
        assert beats.waits.acquire(timeout=PATIENCE_S)
        other.campaign()
        assert not other.leading
        beats.is_over = look == 9
        beats.may_go.release()
    heart.join()
    beats.now += busy.lease
    other.campaign()
    assert other.leading


def test_a_lease_from_the_future_holds_nobody_back(work: Installation) -> None:
    """The clock was a day ahead when its holder died; a clock a little ahead is no reason."""
    with work.database.transaction() as session:
        now = utcnow()
        assert leader.lead(session, "dead", at=now + timedelta(days=1))
        assert leader.lead(session, "b", at=now)
        assert leader.lead(session, "b", at=now + timedelta(minutes=1))
        assert not leader.lead(session, "c", at=now)


@pytest.mark.soak
@pytest.mark.usefixtures("any_url")
def test_a_hundred_kills(crew: Crew, work: Installation) -> None:
    """A day passes, and whoever leads is killed at any moment of its work."""
    fleet(work)
    crew.start()
    for number in range(1, 101):
        crew.set_clock(timedelta(days=number))
        time.sleep((number % 10) / 5)
        with work.database.reading() as session:
            found = session.scalar(select(leader.Leader.holder))
        leads = [one for one in crew.running if found and one.pid == int(found.split(":")[-2])]
        for child in leads:  # none, where the last one is dead and nobody took over yet
            child.kill()
            child.wait()
            crew.replace(child)
        crew.until(lambda ahead=number: crew.effects()[crew.day(ahead)] >= 1)  # type: ignore[misc]
    crew.stop()
    assert set(crew.effects().values()) == {1}
