"""Reading tasks for stations: asked for, handed out, told of, called off, done."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.attest import nonces
from app.attest.lookups import UNFINISHED
from app.attest.profiles import METHODS, Profile
from app.crypto import dsse
from app.db.ids import new_uid
from app.domain.blocking import HeldDeed, held
from app.domain.errors import DomainError
from app.domain.tasks import ENDED, Executor, TaskState
from app.models import Evidence, NonceBook, Person, Scale, Station, StationScale, Task

READ: Final = "read"
READ_AGAIN: Final = "read_again"
LIFETIME: Final = timedelta(hours=4)
# A station that took a task and says nothing may have started anew: it gets it once more.
QUIET: Final = timedelta(seconds=20)
PROGRESS_EVERY: Final = timedelta(seconds=1)


class NoStationError(DomainError):
    """The scale is on no station: it has to be taken to a bench."""

    code = "no_station"


class NotReadableError(DomainError):
    """Nobody knows how a scale of this model is read."""

    code = "model_not_readable"


class EvidenceHeldError(DomainError):
    """Reading would open the case of a scale whose state is held as evidence."""

    code = "evidence_hold"


class TaskGoneError(DomainError):
    """The task was cancelled, is finished, or is past its time."""

    code = "task_gone"


def request_reading(session: Session, scale: Scale, *, by: str, at: datetime) -> Task:
    """Ask the station that the scale is on for a reading; one that waits already is returned.

    Raises:
        NoStationError: It is on none.
        NotReadableError: The model's profile names no way to read it.
        EvidenceHeldError: Reading opens the case, and the evidence is held.
    """
    profile = Profile.of(scale.model.profile)
    if profile.protocol not in METHODS:
        raise NotReadableError("the model's profile names no way to read it")
    if _is_held(scale, profile):
        raise EvidenceHeldError("the scale is held as evidence and may not be opened")
    session.refresh(scale, with_for_update={"of": Scale})  # two who ask at once get one task
    place = station_of(session, scale)
    if place is None:
        raise NoStationError("the scale is on no station")
    if waiting := unfinished_reading(session, scale, at):
        return waiting
    until = at + LIFETIME
    nonce = nonces.issue(session, place.station_id, NonceBook.TASK, at=at, until=until)
    task = Task(
        uid=new_uid(),
        path=scale.path,
        executor=Executor.STATION,
        kind=READ,
        state=TaskState.QUEUED,
        scale=scale,
        station=place.station,
        created_by=session.scalar(select(Person).where(Person.uid == by)),
        created_at=at,
        expires_at=until,
        payload=_errand(profile, place.port, nonce.value),
    )
    session.add(task)
    session.flush()
    return task


def _is_held(scale: Scale, profile: Profile) -> bool:
    opens = bool(scale.hold_document) and profile.opens_case
    return opens and held(HeldDeed.READ_WITH_OPENING)


def is_held(task: Task) -> bool:
    """Return whether a hold, set since the task was asked for, forbids its reading."""
    return task.scale is not None and _is_held(task.scale, Profile.of(task.scale.model.profile))


def _errand(profile: Profile, port: str, nonce: str) -> dict[str, Any]:
    errand: dict[str, Any] = {"port": port, "method": profile.protocol, "nonce": nonce}
    if profile.program is not None:
        errand["length"] = profile.program.length
    if profile.entry is not None:
        errand["entry"] = profile.entry
    return errand


def station_of(session: Session, scale: Scale) -> StationScale | None:
    """Return the station that speaks for the scale and can be asked, the newest first."""
    return session.scalar(
        select(StationScale)
        .join(Station)
        .where(
            StationScale.scale_id == scale.id,
            StationScale.until.is_(None),
            Station.revoked_at.is_(None),
            Station.enrolled_at.is_not(None),
        )
        .order_by(StationScale.id.desc())
        .limit(1)
    )


def unfinished_reading(session: Session, scale: Scale, at: datetime) -> Task | None:
    """Return the reading of this scale that is asked for and not done."""
    return session.scalar(
        select(Task)
        .where(
            Task.scale_id == scale.id,
            Task.executor == Executor.STATION,
            Task.kind == READ,
            Task.state.in_(UNFINISHED),
            Task.expires_at > at,
        )
        .order_by(Task.id.desc())
        .limit(1)
    )


def for_station(session: Session, station_id: int, at: datetime) -> Sequence[Task]:
    """Return what the station has to do, the oldest first."""
    return session.scalars(_of_station(station_id, at)).all()


def _of_station(station_id: int, at: datetime) -> Select[Task]:
    return (
        select(Task)
        .where(
            Task.station_id == station_id,
            Task.executor == Executor.STATION,
            Task.state.in_(UNFINISHED),
            Task.expires_at > at,
        )
        .order_by(Task.id)
    )


def is_news(task: Task, at: datetime) -> bool:
    """Return whether a waiting station should be told of ``task`` at once."""
    if task.state is TaskState.QUEUED:
        return True
    heard = datetime.fromisoformat(task.progress["at"]) if "at" in task.progress else None
    last = max(found for found in (task.claimed_at, heard, task.created_at) if found)
    return at - last >= QUIET


def hand_out(session: Session, station: Station, *, at: datetime) -> list[Task]:
    """Return the station's tasks, now running; unfinished ones are handed out again."""
    # Locked, so that a task called off meanwhile is not handed out.
    found = []
    for task in session.scalars(_of_station(station.id, at).with_for_update()).all():
        if is_held(task):
            task.state, task.finished_at = TaskState.CANCELLED, at
            task.result = {"error": EvidenceHeldError.code}
            continue
        found.append(task)
        if is_news(task, at):
            task.state, task.claimed_at = TaskState.RUNNING, at
            task.claimed_by = f"station:{station.uid}"
    return found


def envelope(task: Task, key: Ed25519PrivateKey, station_uid: str) -> dict[str, Any]:
    """Return the signed order for a station."""
    assert task.scale is not None  # noqa: S101 - a reading task names its scale
    assert task.expires_at is not None  # noqa: S101 - and its end
    order = {
        "uid": task.uid,
        "kind": READ,
        "station": station_uid,
        "scale": task.scale.uid,
        **task.payload,
        "iat": int(task.created_at.timestamp()),
        "exp": int(task.expires_at.timestamp()),
    }
    return dsse.sign(key, dsse.TASK, order)


def own(session: Session, station_ids: Collection[int], uids: Collection[str]) -> dict[str, Task]:
    """Return the stations' tasks among ``uids``, locked until the transaction ends."""
    if not uids:
        return {}
    found = session.scalars(
        select(Task)
        .where(
            Task.uid.in_(uids),
            Task.station_id.in_(station_ids),
            Task.executor == Executor.STATION,
        )
        .order_by(Task.id)
        .with_for_update()
    )
    return {task.uid: task for task in found}


def note_progress(task: Task, progress: dict[str, Any], *, at: datetime) -> bool:
    """Take the station's word on how far it is; return whether it was worth writing.

    Raises:
        TaskGoneError: Nobody waits for it any more, or a hold forbids it.
    """
    is_over = task.expires_at is not None and task.expires_at <= at
    if task.state in ENDED or is_over or is_held(task):
        raise TaskGoneError("the task was cancelled, is finished or is past its time")
    told = {key: value for key, value in progress.items() if key != "state"}
    if progress["state"] == "failed":
        task.state, task.finished_at = TaskState.FAILED, at
        task.result = {"error": told.get("message", "")}
        return True
    last = task.progress.get("at")
    if last is not None and at - datetime.fromisoformat(last) < PROGRESS_EVERY:
        return False
    task.state, task.progress = TaskState.RUNNING, {**told, "at": at.isoformat()}
    return True


def cancel(session: Session, task: Task, *, at: datetime) -> None:
    """Call a reading off; the station learns it at its next word.

    Raises:
        TaskGoneError: It has ended already.
    """
    session.refresh(task, with_for_update={"of": Task})
    if task.state in ENDED:
        raise TaskGoneError("the task has ended already")
    task.state, task.finished_at = TaskState.CANCELLED, at


def finish(task: Task, evidence: Evidence, *, at: datetime) -> None:
    """End a task by the evidence that names it; the verdict may follow with the image."""
    if task.state in ENDED and task.result.get("evidence") != evidence.uid:
        return
    if task.state not in ENDED:
        task.state, task.finished_at = TaskState.DONE, at
    task.result = {
        "evidence": evidence.uid,
        "status": evidence.status.value,
        "verdict": evidence.verdict.value if evidence.verdict else None,
        "level": evidence.level,
    }
