"""What is going on: jobs, tasks, stations, tags."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cli.checks.machine import LOCAL
from app.config import Settings
from app.models import Code, CodeKind, Station
from app.web.readiness import N_, Finding, bad, ok, warn
from app.work.health import JobHealth, job_health

NAMED: Final = 5


def jobs(session: Session, at: datetime) -> Iterator[Finding]:
    """Look whether somebody leads, and when each job was last done."""
    health = job_health(session, at)
    if not health.leader:
        yield bad(
            "jobs",
            N_("No jobs process leads: validities do not end, nothing is signed or pruned."),
            N_("Start wutong jobs."),
        )
    elif late := [duty.name for duty in health.duties if duty.is_late]:
        yield bad(
            "jobs",
            N_("These jobs are overdue: %(names)s."),
            N_("Look into the log of wutong jobs for why they fail."),
            names=", ".join(late),
        )
    else:
        yield ok("jobs", N_("Jobs: %(leader)s leads, and none is overdue."), leader=health.leader)
    yield from _tasks(health)


def _tasks(health: JobHealth) -> Iterator[Finding]:
    stale = sum(queue.stale for queue in health.queues)
    failed = sum(queue.failed_lately for queue in health.queues)
    waiting = sum(queue.queued for queue in health.queues)
    if stale or failed:
        yield warn(
            "tasks",
            N_("%(failed)s tasks failed within a day, %(stale)s are claimed by nobody alive."),
            N_("Look into the log of wutong jobs and of the stations."),
            failed=failed,
            stale=stale,
        )
    else:
        yield ok("tasks", N_("%(waiting)s tasks wait; none failed within a day."), waiting=waiting)


def stations(session: Session) -> Iterator[Finding]:
    """Look which stations are not heard of."""
    active = select(Station.name).where(
        Station.enrolled_at.is_not(None), Station.revoked_at.is_(None)
    )
    silent = session.scalars(
        active.where(Station.silent_since.is_not(None)).order_by(Station.silent_since)
    ).all()
    number = session.scalar(select(func.count()).select_from(active.subquery()))
    if silent:
        yield warn(
            "stations",
            N_("%(silent)s of %(number)s stations are silent: %(names)s."),
            N_("See whether they have power and a network; their reports wait there."),
            silent=len(silent),
            number=number,
            names=", ".join(silent[:NAMED]) + (" ..." if len(silent) > NAMED else ""),
        )
    else:
        yield ok("stations", N_("None of %(number)s stations is silent."), number=number)


def tags(found: Settings, session: Session) -> Iterator[Finding]:
    """Look whether the host that tags are signed for is one that people reach."""
    host = urlsplit(found.base_url).hostname or ""
    used = session.scalar(
        select(func.count(Code.id)).where(Code.kind == CodeKind.TAG, Code.revoked_at.is_(None))
    )
    if used and host in LOCAL:
        yield bad(
            "tags",
            N_("%(number)s tags are in use, and as it is set now they are read at %(host)s only."),
            N_("Set WUTONG_BASE_URL to the address the tags were printed with."),
            number=used,
            host=host,
        )
    else:
        says = N_("%(number)s tags are in use; those printed for another host than %(host)s fail.")
        yield ok("tags", says, number=used, host=host)
