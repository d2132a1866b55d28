"""Taking evidence in: each report once, with a signed receipt, its verdict and its effects.

At-least-once delivery, exactly one effect: the same report gets the receipt it got before,
byte for byte; another one under its id or number is refused.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

import orjson
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.attest import judging, nonces
from app.attest.cases import Bench, Case, Opinion, Sender
from app.attest.effects import Settlement, settle
from app.attest.inbox import Inbox, Item
from app.attest.lookups import Lookups
from app.attest.nonces import Challenge
from app.attest.wire import Measurement, Signed
from app.crypto import dsse
from app.db.rows import unwritten
from app.domain.errors import DomainError
from app.domain.verdicts import VOUCHED, NonceState
from app.ledger import entries
from app.ledger.gathering import gathered
from app.models import Evidence, EvidenceStatus, Scale, Task

LOG: Final = logging.getLogger("wutong.attest")
PROGRAM: Final = "program"
UNJUDGED: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "status": EvidenceStatus.AWAITING_BYTES,
        "level": 0,
        "partial": False,
        "counts": False,
        "verdict": None,
        "reasons": [],
        "differences": [],
        "reference_id": None,
        "similarity": None,
        "code_sha256": None,
        "parameters_sha256": None,
        "judged_at": None,
    }
)


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a delivery: its receipt as stored, and whether it was the first."""

    receipt: str
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    """A report with everything that was looked up for it."""

    id: int
    signed: Signed
    station: Sender
    scale: Scale
    task: Task | None
    nonce_state: NonceState
    case: Case


def receive(
    session: Session, delivered: Sequence[Item], bench: Bench, *, at: datetime
) -> list[Taken | DomainError]:
    """Take verified reports in, in their order; return the receipt or the refusal of each.

    What is refused is refused before anything of it is written: the others are not touched.
    """
    head = entries.lock(session)  # before all else: of 50 at once, 49 find the first
    inbox = Inbox(session)
    if not inbox.look_up(delivered):
        return [_answer(inbox, item) for item in delivered]
    known = Lookups(session)
    with gathered(session, head) as together:
        scales = inbox.scales_found()
        together.learn(scales)
        known.learn(scales)
        answers = [_answer(inbox, item, (known, bench, at)) for item in delivered]
        nonces.spend(session, inbox.spent, at=at)
        known.write()
    return answers


def _answer(
    inbox: Inbox, item: Item, take: tuple[Lookups, Bench, datetime] | None = None
) -> Taken | DomainError:
    try:
        if kept := inbox.kept(item):
            return Taken(kept.receipt, is_new=False)
        scale = inbox.scale(item)
    except DomainError as refusal:
        return refusal
    assert take is not None  # noqa: S101 - what is not fresh was found, or refused
    known, bench, at = take
    evidence = _take(known, _look_up(inbox, item, scale, at), bench, inbox.checkpoint, at)
    inbox.keep(evidence)
    return Taken(evidence.receipt, is_new=True)


def _look_up(inbox: Inbox, item: Item, scale: Scale, at: datetime) -> _Delivery:
    report, task, nonce = item.report, inbox.task(item, scale), inbox.challenge(item)
    state = nonces.state(nonce, report.nonce, task, at)
    if nonce is not None and nonce.used_at is None:
        nonce.used_at = at
        inbox.spent.append(nonce)
    case = Case(
        report=report,
        scale=scale,
        station_id=item.sender.id,
        taken_at=taken_at(report.iat, nonce if state in VOUCHED else None, at),
        nonce=state,
        assigned=inbox.is_assigned(item, scale),
    )
    return _Delivery(
        id=inbox.next_id(),
        signed=item.signed,
        station=item.sender,
        scale=scale,
        task=task,
        nonce_state=state,
        case=case,
    )


def taken_at(iat: int, nonce: Challenge | None, at: datetime) -> datetime:
    """Return when the reading was made, as far as the station's clock can be believed.

    It was made before it came, and after the challenge in it was given out.
    """
    if iat >= at.timestamp():
        return at
    claimed = datetime.fromtimestamp(iat, UTC)
    return max(claimed, nonce.issued_at) if nonce else claimed


def _take(
    known: Lookups,
    delivery: _Delivery,
    bench: Bench,
    checkpoint: dict[str, Any] | None,
    at: datetime,
) -> Evidence:
    opinion = judge_or_none(known, delivery.case, bench, at)
    evidence = _row(delivery, at)
    evidence.receipt = _receipt(evidence, delivery, opinion, bench, checkpoint)
    known.take(evidence)
    settlement = Settlement(
        scale=delivery.scale,
        evidence=evidence,
        opinion=opinion,
        action="evidence",
        task=delivery.task,
    )
    settle(known, settlement, by=f"station:{delivery.station.uid}", at=at)
    return evidence


def judge_or_none(known: Lookups, case: Case, bench: Bench, at: datetime) -> Opinion | None:
    """Return the Verifier's opinion, or None where it failed: then no match may stand.

    Raises:
        SQLAlchemyError: The database failed, which says nothing about the reading.
    """
    try:
        return judging.opinion(known, case, bench, at)
    except SQLAlchemyError:
        raise
    except Exception:
        LOG.exception("judging %s failed; no match stands on it", case.report.uid)
        return None


def _row(delivery: _Delivery, at: datetime) -> Evidence:
    """Return the row, every column of it: its digest is taken before it is written."""
    report, case = delivery.signed.report, delivery.case
    columns = {
        "id": delivery.id,
        "uid": report.uid,
        "path": delivery.scale.path,
        "station_id": delivery.station.id,
        "scale_id": delivery.scale.id,
        "task_id": delivery.task.id if delivery.task else None,
        "seq": report.seq,
        "received_at": at,
        "taken_at": case.taken_at,
        "envelope": delivery.signed.envelope,
        "payload_sha256": delivery.signed.payload_sha256,
        "receipt": "",
        "protocol": report.protocol,
        "agent_verdict": report.verdict,
        "clock_offset_s": report.iat - int(at.timestamp()),
        "fresh": delivery.nonce_state in VOUCHED,
        "assigned": case.assigned,
        **_measured(report.part(PROGRAM)),
        **UNJUDGED,
    }
    return unwritten(Evidence, columns)


def _measured(seen: Measurement | None) -> dict[str, Any]:
    if seen is None:
        return {"sha256": None, "crc32": "", "length": 0}
    return {"sha256": seen.sha256, "crc32": seen.crc32, "length": seen.length}


def _receipt(
    evidence: Evidence,
    delivery: _Delivery,
    opinion: Opinion | None,
    bench: Bench,
    checkpoint: dict[str, Any] | None,
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
    if checkpoint:
        receipt["checkpoint"] = checkpoint
    return orjson.dumps(dsse.sign(bench.key, dsse.RECEIPT, receipt)).decode()
