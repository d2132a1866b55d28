"""Taking evidence in: each report once, with a signed receipt, its verdict and its effects.

At-least-once delivery, exactly one effect: the same report gets the receipt it got before,
byte for byte; another one under its id or number is refused.
"""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.attest import judging, nonces, stations, tasks
from app.attest.cases import Bench, Case, Opinion
from app.attest.effects import Settlement, settle
from app.attest.wire import Measurement, Report, Signed
from app.crypto import dsse
from app.domain.errors import DomainError
from app.domain.verdicts import VOUCHED, NonceState
from app.ledger import checkpoints, entries
from app.models import Evidence, EvidenceStatus, Nonce, Scale, Station, Task

LOG: Final = logging.getLogger("wutong.attest")
PROGRAM: Final = "program"


class ForeignStationError(DomainError):
    """The report names another station than the one that sends it."""

    code = "foreign_station"


class UnknownScaleError(DomainError):
    """No scale of this id is within the station's region."""

    code = "unknown_scale"


class EvidenceConflictError(DomainError):
    """Another report was taken in under this id; the first stays."""

    code = "evidence_conflict"


class SequenceConflictError(DomainError):
    """Another report of this station has this number; the first stays."""

    code = "sequence_conflict"


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a delivery: its receipt as stored, and whether it was the first."""

    receipt: str
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    """A report with everything that was looked up for it."""

    signed: Signed
    station: Station
    scale: Scale
    task: Task | None
    nonce: Nonce | None
    nonce_state: NonceState
    taken_at: datetime


def receive(
    session: Session, signed: Signed, station_id: int, bench: Bench, *, at: datetime
) -> Taken:
    """Take one verified report in and return its receipt.

    Raises:
        ForeignStationError: It is another station's.
        UnknownScaleError: There is no such scale here.
        EvidenceConflictError: Its id stands for other bytes.
        SequenceConflictError: Its number stands for another report.
    """
    entries.lock(session)  # before anything is looked up: of 50 at once, 49 find the first
    station = session.get_one(Station, station_id)
    report = signed.report
    if report.station != station.uid:
        raise ForeignStationError("the report is another station's")
    if known := _known(session, station, signed):
        return Taken(known.receipt, is_new=False)
    scale = _scale(session, station, report.scale)
    delivery = _look_up(session, signed, station, scale, at)
    return Taken(_take(session, delivery, bench, at), is_new=True)


def _known(session: Session, station: Station, signed: Signed) -> Evidence | None:
    """Return the evidence that this very report became before."""
    report = signed.report
    numbered = (Evidence.station_id == station.id) & (Evidence.seq == report.seq)
    found = session.scalars(select(Evidence).where((Evidence.uid == report.uid) | numbered)).all()
    same = next((row for row in found if row.uid == report.uid), None)
    if same is None and found:
        raise SequenceConflictError("another report has this number; the first stays")
    if same is not None and (
        same.payload_sha256 != signed.payload_sha256 or same.station_id != station.id
    ):
        raise EvidenceConflictError("another report has this id; the first stays")
    return same


def _scale(session: Session, station: Station, uid: str) -> Scale:
    wanted = select(Scale).where(Scale.uid == uid).options(joinedload(Scale.model))
    scale = session.scalar(wanted)
    if scale is None or not (
        stations.within_reach(station, scale)
        or stations.was_assigned(session, station.id, scale.id)
    ):
        raise UnknownScaleError("there is no such scale in the station's region")
    return scale


def _look_up(
    session: Session, signed: Signed, station: Station, scale: Scale, at: datetime
) -> _Delivery:
    report = signed.report
    task = tasks.own(session, station.id, report.task) if report.task else None
    if task is not None and task.scale_id != scale.id:
        task = None  # a task for another scale is not done by this reading
    nonce = nonces.find(session, station.id, report.nonce)
    state = nonces.state(nonce, report.nonce, task, at)
    return _Delivery(
        signed=signed,
        station=station,
        scale=scale,
        task=task,
        nonce=nonce,
        nonce_state=state,
        taken_at=taken_at(report.iat, nonce if state in VOUCHED else None, at),
    )


def taken_at(iat: int, nonce: Nonce | None, at: datetime) -> datetime:
    """Return when the reading was made, as far as the station's clock can be believed.

    It was made before it came, and after the challenge in it was given out.
    """
    if iat >= at.timestamp():
        return at
    claimed = datetime.fromtimestamp(iat, UTC)
    return max(claimed, nonce.issued_at) if nonce else claimed


def _take(session: Session, delivery: _Delivery, bench: Bench, at: datetime) -> str:
    case = Case(
        report=delivery.signed.report,
        scale=delivery.scale,
        station_id=delivery.station.id,
        taken_at=delivery.taken_at,
        nonce=delivery.nonce_state,
        assigned=stations.is_assigned(session, delivery.station.id, delivery.scale.id),
    )
    opinion = judge_or_none(session, case, bench, at)
    evidence = _row(delivery, case, at)
    evidence.receipt = _receipt(session, evidence, delivery, opinion, bench)
    if delivery.nonce is not None and delivery.nonce.used_at is None:
        delivery.nonce.used_at = at
    settlement = Settlement(
        scale=delivery.scale,
        evidence=evidence,
        opinion=opinion,
        action="evidence",
        task=delivery.task,
    )
    settle(session, settlement, by=f"station:{delivery.station.uid}", at=at)
    return evidence.receipt


def judge_or_none(session: Session, case: Case, bench: Bench, at: datetime) -> Opinion | None:
    """Return the Verifier's opinion, or None where it failed: then no match may stand."""
    try:
        with session.begin_nested():
            return judging.opinion(session, case, bench, at)
    except Exception:
        LOG.exception("judging %s failed; no match stands on it", case.report.uid)
        return None


def _row(delivery: _Delivery, case: Case, at: datetime) -> Evidence:
    report = delivery.signed.report
    seen = report.part(PROGRAM)
    return Evidence(
        uid=report.uid,
        path=delivery.scale.path,
        station_id=delivery.station.id,
        scale_id=delivery.scale.id,
        task_id=delivery.task.id if delivery.task else None,
        seq=report.seq,
        received_at=at,
        taken_at=delivery.taken_at,
        envelope=delivery.signed.envelope,
        payload_sha256=delivery.signed.payload_sha256,
        protocol=report.protocol,
        agent_verdict=report.verdict,
        clock_offset_s=report.iat - int(at.timestamp()),
        status=EvidenceStatus.AWAITING_BYTES,
        fresh=delivery.nonce_state in VOUCHED,
        assigned=case.assigned,
        reasons=[],
        differences=[],
        **_measured(seen),
    )


def _measured(seen: Measurement | None) -> dict[str, Any]:
    if seen is None:
        return {}
    return {"sha256": seen.sha256, "crc32": seen.crc32, "length": seen.length}


def _receipt(
    session: Session,
    evidence: Evidence,
    delivery: _Delivery,
    opinion: Opinion | None,
    bench: Bench,
) -> str:
    """Return the signed promise that the report is kept, and what else is wanted of it."""
    wants = opinion is not None and opinion.wants_image and evidence.sha256 is not None
    receipt: dict[str, Any] = {
        "evidence": evidence.uid,
        "sha256": evidence.payload_sha256,
        "station": delivery.station.uid,
        "received_at": int(evidence.received_at.timestamp()),
        "wanted": [evidence.sha256] if wants else [],
    }
    if checkpoint := checkpoints.statement(session):
        receipt["checkpoint"] = checkpoint
    return json.dumps(dsse.sign(bench.key, dsse.RECEIPT, receipt), separators=(",", ":"))


def prepare(session: Session, report: Report, bench: Bench) -> None:
    """Compare the bytes that are here already, so that nobody waits for it while we write.

    Only a cache is filled: whatever goes wrong here goes wrong again where it is answered.
    """
    seen = report.part(PROGRAM)
    if seen is None or not bench.blobs.has(seen.sha256):
        return
    scale = session.scalar(select(Scale).where(Scale.uid == report.scale))
    if scale is None:
        return
    try:
        judging.compare_all(session, scale, report, bench)
    except Exception:
        LOG.exception("comparing %s beforehand failed", report.uid)
