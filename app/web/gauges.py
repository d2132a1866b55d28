"""Numbers read from the database when Prometheus asks: the same from every worker."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.ledger import checkpoints
from app.models import Evidence, LedgerHead, Station
from app.web.database import Installation
from app.work.health import JobHealth, job_health

NEVER: Final = 0.0


class Gauges(Collector):
    """What there is to do, and how long ago it was done."""

    def __init__(self, work: Installation, at: datetime) -> None:
        self.work = work
        self.at = at

    def collect(self) -> Iterator[Metric]:
        """Yield each number; without a database only that there is none."""
        try:
            with self.work.database.reading() as session:
                found = [*self._rows(session), *self._jobs(job_health(session, self.at))]
        except (SQLAlchemyError, OSError):
            found = []
        yield _one("wutong_database_up", "Whether the database answers", bool(found))
        yield from found

    def _rows(self, session: Session) -> Iterator[Metric]:
        enrolled = select(func.count(Station.id)).where(
            Station.enrolled_at.is_not(None), Station.revoked_at.is_(None)
        )
        silent = enrolled.where(Station.silent_since.is_not(None))
        size = session.scalar(select(LedgerHead.size)) or 0
        signed = checkpoints.latest(session)
        age = (self.at - signed.at).total_seconds() if signed else NEVER
        behind = size - (signed.size if signed else 0)
        for name, words, value in (
            ("wutong_stations", "Stations that are enrolled", session.scalar(enrolled)),
            ("wutong_stations_silent", "Stations not heard of", session.scalar(silent)),
            ("wutong_ledger_entries", "Entries of the ledger", size),
            ("wutong_ledger_unsigned_entries", "Entries no checkpoint covers", behind),
            ("wutong_checkpoint_age_seconds", "Since the newest checkpoint; 0: none yet", age),
            # Rows are never deleted and numbered in order: no count of millions is needed.
            (
                "wutong_evidence_received",
                "Reports received since the beginning",
                session.scalar(select(func.max(Evidence.id))),
            ),
        ):
            yield _one(name, words, value or 0)

    def _jobs(self, health: JobHealth) -> Iterator[Metric]:
        yield _one("wutong_jobs_leading", "Whether a jobs process leads", bool(health.leader))
        done = GaugeMetricFamily(
            "wutong_job_last_success_timestamp_seconds",
            "When a job last came to its end; 0: never",
            labels=["job"],
        )
        late = GaugeMetricFamily("wutong_job_late", "Whether a job is overdue", labels=["job"])
        for duty in health.duties:
            last = duty.last_success
            done.add_metric([duty.name], last.timestamp() if last else NEVER)
            late.add_metric([duty.name], float(duty.is_late))
        tasks = GaugeMetricFamily("wutong_tasks", "Tasks", labels=["executor", "state"])
        for queue in health.queues:
            for state in ("queued", "running", "stale", "failed_lately"):
                tasks.add_metric([queue.executor, state], getattr(queue, state))
        yield from (done, late, tasks)


def _one(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, float(value))
