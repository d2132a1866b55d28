"""What the jobs do: each a function of the installation and the instant."""

import logging
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import CursorResult, Result, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.attest import looked, rejudging
from app.attest import work as attest_work
from app.attest.tasks import READ_AGAIN
from app.configure.importing import forgetting
from app.db.ids import new_uid
from app.domain.calendar import local_date, local_midnight
from app.domain.lifecycle import State
from app.domain.stations import SILENT_AFTER_MINUTES
from app.domain.tasks import Executor, TaskState
from app.ledger import checkpoints
from app.manage import copies
from app.models import (
    Evidence,
    JobRun,
    Nonce,
    Scale,
    ScaleModel,
    SignIn,
    Station,
    Task,
)
from app.verify import expiry
from app.web import api_idempotency, tries
from app.web.database import Installation

LOG: Final = logging.getLogger("wutong.jobs")
UNFINISHED: Final = (TaskState.QUEUED, TaskState.RUNNING)
# Of a scale in storage nothing is due; one in repair cannot be read where it belongs.
READ_IN: Final = (State.IN_SERVICE, State.READY, State.SUSPENDED)
KEYS_KEPT: Final = timedelta(days=2)
NONCES_KEPT: Final = timedelta(days=30)


def expire_scales(work: Installation, at: datetime) -> str:
    """End the service of every scale whose validity ran out; one short transaction each."""
    with work.database.reading() as session:
        due = expiry.overdue(session, local_date(at))
    done, failed = 0, 0
    for scale_id in due:
        try:
            with work.database.transaction() as session:
                done += expiry.expire(session, scale_id, at=at)
        except Exception:  # one scale must not keep the others in service
            LOG.exception("scale %s could not be expired", scale_id)
            failed += 1
    if failed:
        raise RuntimeError(f"{failed} of {len(due)} scales could not be expired")
    return f"{done} scales expired"


def lapse_evidence(work: Installation, at: datetime) -> str:
    """Ask for a new reading where the last one is too old to stand."""
    today = local_date(at)
    with work.database.transaction() as session:
        spans = session.scalars(select(ScaleModel.evidence_days).distinct()).all()
        asked = sum(_ask_again(session, days, today, at) for days in spans)
    return f"{asked} readings asked for"


def end_references(work: Installation, at: datetime) -> str:
    """Have judged again what rests on references whose last day has passed."""
    with work.database.transaction() as session:
        return f"{attest_work.end_references(session, at=at)} references ended"


def _ask_again(session: Session, days: int, today: date, at: datetime) -> int:
    """Give people a to-do for each serving scale whose evidence may stand ``days`` only."""
    open_to_dos = select(Task.scale_id).where(
        Task.executor == Executor.PERSON,
        Task.kind == READ_AGAIN,
        Task.state.in_(UNFINISHED),
        Task.scale_id.is_not(None),
    )
    # Read before this instant, by the earlier of two clocks: as app.standing counts it.
    limit = local_midnight(today - timedelta(days=days))
    scales = session.scalars(
        select(Scale)
        .join(Evidence, Evidence.id == Scale.standing_evidence_id)
        .join(ScaleModel, ScaleModel.id == Scale.model_id)
        .where(
            ScaleModel.evidence_days == days,
            or_(Evidence.taken_at < limit, Evidence.received_at < limit),
            Scale.state.in_(READ_IN),
            Scale.id.not_in(open_to_dos),
        )
    ).all()
    for scale in scales:
        session.add(
            Task(
                uid=new_uid(),
                path=scale.path,
                executor=Executor.PERSON,
                kind=READ_AGAIN,
                state=TaskState.QUEUED,
                scale_id=scale.id,
                created_at=at,
            )
        )
    return len(scales)


def give_up_images(work: Installation, at: datetime) -> str:
    """Let no match stand on a later reading whose image never came."""
    with work.database.reading() as session:
        late = rejudging.overdue(session, at)
    done = 0
    for evidence_id in late:
        with work.database.transaction() as session:
            done += rejudging.give_up(session, evidence_id, at=at)
    return f"{done} images no longer waited for"


def watch_stations(work: Installation, at: datetime) -> str:
    """Mark stations that have not been heard of, and those that came back."""
    heard = func.coalesce(Station.last_seen_at, Station.enrolled_at)
    silent = and_(
        heard <= at - timedelta(minutes=SILENT_AFTER_MINUTES), Station.revoked_at.is_(None)
    )
    with work.database.transaction() as session:
        # One statement each: a station may be heard of while we look.
        lost = session.execute(
            update(Station).where(silent, Station.silent_since.is_(None)).values(silent_since=at)
        )
        back = session.execute(
            update(Station)
            .where(~silent, Station.silent_since.is_not(None))
            .values(silent_since=None)
        )
    return f"{_rows(lost)} stations fell silent, {_rows(back)} came back"


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
    return f"{_rows(done)} tasks expired"


def prune(work: Installation, at: datetime) -> str:
    """Delete what has served: old challenges, answers, attempts, ended sessions and sightings."""
    records_of_access = at - timedelta(days=work.settings.keep_days)
    looked.prune(work.blobs, at)
    with work.database.transaction() as session:
        session.execute(delete(Nonce).where(Nonce.expires_at < at - NONCES_KEPT))
        api_idempotency.forget(session, at - KEYS_KEPT)
        tries.forget_tries(session, records_of_access)
        session.execute(delete(SignIn).where(SignIn.expires_at < records_of_access))
        copies.forget(session, at - timedelta(days=work.settings.sighting_days))
        session.execute(delete(JobRun).where(JobRun.finished_at < records_of_access))
    return "pruned"


def forget_imports(work: Installation, at: datetime) -> str:
    """Let old imports go of names, telephone numbers and files."""
    with work.database.reading() as session:
        old = forgetting.due(session, at - timedelta(days=work.settings.import_days))
    for import_id in old:
        last: int | None = 0
        while last is not None:
            with work.database.transaction() as session:
                last = forgetting.forget_rows(session, import_id, last)
        with work.database.transaction() as session:
            file = forgetting.forget(session, import_id, at=at)
        if file is not None:
            work.blobs.remove(file)
    return f"{len(old)} imports forgotten"


def _rows(result: Result[Any]) -> int:
    assert isinstance(result, CursorResult)  # noqa: S101 - an UPDATE has one
    return result.rowcount
