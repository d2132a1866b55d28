"""What the jobs do: each a function of the installation and the instant."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.stations import SILENT_AFTER_MINUTES
from app.domain.tasks import Executor, TaskState
from app.domain.verdicts import has_lapsed
from app.ledger import checkpoints
from app.models import (
    Evidence,
    IdempotencyKey,
    Nonce,
    Scale,
    ScaleModel,
    SignIn,
    SignInAttempt,
    Station,
    Task,
)
from app.verify import expiry
from app.web.database import Installation

UNFINISHED: Final = (TaskState.QUEUED, TaskState.RUNNING)
ATTEMPTS_KEPT: Final = timedelta(days=184)  # the floor for logs of access, 等保
KEYS_KEPT: Final = timedelta(days=2)
NONCES_KEPT: Final = timedelta(days=30)


def expire_scales(work: Installation, at: datetime) -> str:
    """End the service of every scale whose validity ran out; one short transaction each."""
    with work.database.reading() as session:
        due = expiry.overdue(session, local_date(at))
    done = 0
    for scale_id in due:
        with work.database.transaction() as session:
            done += expiry.expire(session, scale_id, at=at)
    return f"{done} scales expired"


def lapse_evidence(work: Installation, at: datetime) -> str:
    """Ask for a new reading where the last one is too old to stand."""
    today = local_date(at)
    with work.database.transaction() as session:
        rows = session.execute(
            select(Scale, Evidence.taken_at, ScaleModel.evidence_days)
            .join(Evidence, Evidence.id == Scale.standing_evidence_id)
            .join(ScaleModel, ScaleModel.id == Scale.model_id)
        ).all()
        lapsed = [
            scale for scale, taken, days in rows if has_lapsed(local_date(taken), days, today)
        ]
        return f"{_to_do(session, lapsed, 'read_again', at)} readings asked for"


def _to_do(session: Session, scales: Sequence[Scale], kind: str, at: datetime) -> int:
    """Give somebody of the market a task for each scale that has none of this kind open."""
    busy = set(
        session.scalars(select(Task.scale_id).where(Task.kind == kind, Task.state.in_(UNFINISHED)))
    )
    fresh = [scale for scale in scales if scale.id not in busy]
    for scale in fresh:
        session.add(
            Task(
                uid=new_uid(),
                path=scale.path,
                executor=Executor.PERSON,
                kind=kind,
                state=TaskState.QUEUED,
                scale_id=scale.id,
                created_at=at,
            )
        )
    return len(fresh)


def watch_stations(work: Installation, at: datetime) -> str:
    """Mark stations that have not been heard of, and those that came back."""
    limit = at - timedelta(minutes=SILENT_AFTER_MINUTES)
    with work.database.transaction() as session:
        stations = session.scalars(
            select(Station).where(Station.enrolled_at.is_not(None), Station.revoked_at.is_(None))
        ).all()
        for station in stations:
            silent = (station.last_seen_at or station.enrolled_at or at) < limit
            if not silent:
                station.silent_since = None
            elif station.silent_since is None:
                station.silent_since = at
        return f"{sum(s.silent_since is not None for s in stations)} of {len(stations)} silent"


def sign_checkpoint(work: Installation, at: datetime) -> str:
    """Sign the ledger as it stands."""
    with work.database.transaction() as session:
        signed = checkpoints.sign(session, work.keys.server, at=at)
        return f"signed at {signed.size}" if signed else "nothing new"


def expire_tasks(work: Installation, at: datetime) -> str:
    """End what nobody took in time."""
    with work.database.transaction() as session:
        done = session.execute(
            update(Task)
            .where(Task.state.in_(UNFINISHED), Task.expires_at < at)
            .values(state=TaskState.EXPIRED, finished_at=at)
        )
        return f"{done.rowcount} tasks expired"  # type: ignore[attr-defined]  # a cursor result


def prune(work: Installation, at: datetime) -> str:
    """Delete what has served: old challenges, answers, attempts and ended sessions."""
    with work.database.transaction() as session:
        session.execute(delete(Nonce).where(Nonce.expires_at < at - NONCES_KEPT))
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < at - KEYS_KEPT))
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < at - ATTEMPTS_KEPT))
        session.execute(delete(SignIn).where(SignIn.expires_at < at - ATTEMPTS_KEPT))
    return "pruned"
