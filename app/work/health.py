"""How the jobs do, for people who look after the machine."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.domain.duties import DUTIES, Period, is_late
from app.domain.tasks import Executor, TaskState
from app.models import JobRun, Leader, Task

RECENT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyHealth:
    """One line of the timetable.

    Attributes:
        last_success: When it last came to its end, and with which word.
        running_since: It is being done, or was when its process died.
        failures: Tries that failed in the present period.
        is_late: It should have been done since.
    """

    name: str
    period: Period
    last_success: datetime | None
    outcome: str
    running_since: datetime | None
    failures: int
    failed_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueHealth:
    """What waits for one executor; ``stale``: claimed, and nothing heard of it any more."""

    executor: Executor
    queued: int
    running: int
    stale: int
    failed_lately: int
    oldest_queued: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHealth:
    """The whole of it. ``leader`` is empty when no process leads: then nothing is done."""

    leader: str
    duties: tuple[DutyHealth, ...]
    queues: tuple[QueueHealth, ...]

    @property
    def is_well(self) -> bool:
        """Whether somebody leads, nothing is late and no task of the server waits for nobody."""
        server = self.queues[0]
        late = any(duty.is_late for duty in self.duties)
        return bool(self.leader) and not late and not server.stale


def job_health(session: Session, at: datetime) -> JobHealth:
    """Return when each duty was last done, who leads, and what waits."""
    leader = session.scalar(select(Leader))
    leads = leader is not None and leader.until > at
    return JobHealth(
        leader=leader.holder if leader and leads else "",
        duties=tuple(_duty(session, name, period, at) for name, period in DUTIES.items()),
        queues=tuple(_queue(session, executor, at) for executor in Executor),
    )


def _duty(session: Session, name: str, period: Period, at: datetime) -> DutyHealth:
    newest = _newest(name)
    done = session.scalar(newest.where(JobRun.finished_at.is_not(None)))
    under_way = session.scalar(newest.where(JobRun.finished_at.is_(None)))
    last = done.finished_at if done else None
    return DutyHealth(
        name=name,
        period=period,
        last_success=last,
        outcome=done.outcome if done else "",
        running_since=under_way.started_at if under_way and under_way.worker else None,
        failures=under_way.failures if under_way else 0,
        failed_at=under_way.failed_at if under_way else None,
        is_late=is_late(period, last, at),
    )


def _newest(name: str) -> Select[JobRun]:
    """Return the runs of a duty, the newest period first: the names of periods sort by time."""
    return select(JobRun).where(JobRun.job == name).order_by(JobRun.period.desc()).limit(1)


def _queue(session: Session, executor: Executor, at: datetime) -> QueueHealth:
    own = Task.executor == executor
    counted = select(Task.state, func.count()).where(own).group_by(Task.state)
    open_states = counted.where(Task.state.in_((TaskState.QUEUED, TaskState.RUNNING)))
    unfinished = {state: count for state, count in session.execute(open_states)}  # noqa: C416 - typed
    failed = select(func.count()).where(
        own, Task.state == TaskState.FAILED, Task.finished_at > at - RECENT
    )
    stale = select(func.count()).where(own, Task.state == TaskState.RUNNING, Task.lease_until <= at)
    oldest = select(func.min(Task.created_at)).where(own, Task.state == TaskState.QUEUED)
    return QueueHealth(
        executor=executor,
        queued=unfinished.get(TaskState.QUEUED, 0),
        running=unfinished.get(TaskState.RUNNING, 0),
        stale=session.scalar(stale) or 0,
        failed_lately=session.scalar(failed) or 0,
        oldest_queued=session.scalar(oldest),
    )
