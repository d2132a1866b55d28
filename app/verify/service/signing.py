"""Signing worksheets: one signature over many of a place, three steps by three persons."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.crypto import dsse
from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.signing import AsideReason, ReturnReason, SigningFault, fault
from app.domain.verification import VerificationResult
from app.domain.worksheets import SignatureStep, WorksheetState
from app.ledger import entries
from app.ledger.door import act
from app.models import Person, Scale, SignatureBatch, Worksheet
from app.verify.service import outcome, papers, stock
from app.verify.service.facts import facts_of, signer_of
from app.verify.service.papers import Office

FORMAT: Final = 1


class NotWaitingError(DomainError):
    """The worksheet does not wait for this any more: somebody was faster."""

    code = "not_waiting"


class MixedBatchError(DomainError):
    """One signature is over the worksheets of one place and one body."""

    code = "mixed_batch"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Which worksheets can be signed, and why the others cannot."""

    ready: tuple[Worksheet, ...]
    refused: tuple[tuple[Worksheet, SigningFault], ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """What came of a batch; ``batch`` is None where nothing could be signed."""

    batch: SignatureBatch | None
    ready: tuple[Worksheet, ...]
    refused: tuple[tuple[Worksheet, SigningFault], ...]


def load(session: Session, uids: Iterable[str]) -> Sequence[Worksheet]:
    """Return the worksheets ``uids`` with all that signing asks of them, oldest first."""
    return session.scalars(
        select(Worksheet)
        .where(Worksheet.uid.in_(set(uids)))
        .options(
            joinedload(Worksheet.scale).selectinload(Scale.seals),
            joinedload(Worksheet.scale).joinedload(Scale.model),
            joinedload(Worksheet.body),
            joinedload(Worksheet.verifier),
            selectinload(Worksheet.verified_in).joinedload(SignatureBatch.person),
            selectinload(Worksheet.checked_in).joinedload(SignatureBatch.person),
        )
        .order_by(Worksheet.finished_at, Worksheet.id)
    ).all()


def waits_for(worksheet: Worksheet, step: SignatureStep) -> bool:
    """Return whether ``step`` comes next."""
    if step is SignatureStep.APPROVED:
        return worksheet.state is WorksheetState.CHECKED
    if step is SignatureStep.CHECKED:
        return worksheet.state is WorksheetState.SUBMITTED and worksheet.verified_in_id is not None
    written = worksheet.state is WorksheetState.SUBMITTED and worksheet.verified_in_id is None
    return written or worksheet.state is WorksheetState.RETURNED


def judge(
    session: Session,
    worksheets: Sequence[Worksheet],
    step: SignatureStep,
    *,
    by: Person,
    at: datetime,
) -> Verdicts:
    """Say which of ``worksheets`` ``by`` can sign now; nothing is written."""
    if not worksheets:
        return Verdicts((), ())
    facts = facts_of(session, worksheets)
    signer = signer_of(session, by, worksheets[0].body_id, local_date(at))
    ready: list[Worksheet] = []
    refused: list[tuple[Worksheet, SigningFault]] = []
    scales: set[int] = set()
    for one in worksheets:
        found = fault(facts[one.id], step, signer)
        if found is None and step is SignatureStep.APPROVED:
            found = (
                SigningFault.TWICE
                if one.scale_id in scales
                else outcome.fault(session, one, by=by, at=at)
            )
            scales.add(one.scale_id)
        if found is None:
            ready.append(one)
        else:
            refused.append((one, found))
    return Verdicts(tuple(ready), tuple(refused))


def sign(
    session: Session,
    uids: Iterable[str],
    step: SignatureStep,
    office: Office,
    *,
    by: Person,
    at: datetime,
) -> Signed:
    """Sign what can be signed of ``uids``, all of one place and body, with one signature.

    An approval also puts each result on record, and a failure gets its notice. What cannot be
    signed is told and left as it is; the others do not wait for it.

    Raises:
        NotWaitingError: One of them waits for another step by now.
        MixedBatchError: They are of several places or bodies.
    """
    entries.lock(session)
    worksheets = load(session, uids)
    if not worksheets or not all(waits_for(one, step) for one in worksheets):
        raise NotWaitingError("one of these worksheets does not wait for this signature")
    if len({(one.place_id, one.body_id) for one in worksheets}) > 1:
        raise MixedBatchError("one signature is over one place and one body")
    found = judge(session, worksheets, step, by=by, at=at)
    if not found.ready:
        return Signed(None, (), found.refused)
    batch = _batch(session, found.ready, office, statement(step, by, at), by)
    for one in found.ready:
        _step(session, one, batch, by, at)
        if step is SignatureStep.APPROVED and one.verdict is VerificationResult.FAIL:
            papers.revoke_all(session, one.scale_id, by=by, at=at)
            papers.issue(session, one, office, by=by, at=at)
    return Signed(batch, found.ready, found.refused)


def send_back(
    session: Session, worksheet: Worksheet, because: ReturnReason, *, by: Person, at: datetime
) -> None:
    """Give a worksheet back to its verifier; its signatures no longer count.

    Raises:
        NotWaitingError: It waits for neither check nor approval.
    """
    entries.lock(session)
    if not any(waits_for(worksheet, step) for step in list(SignatureStep)[1:]):
        raise NotWaitingError("this worksheet waits for neither check nor approval")
    with act(session, worksheet, "send_back", by=by.uid, at=at):
        worksheet.state = WorksheetState.RETURNED
        worksheet.returned_because = because
        worksheet.verified_in = worksheet.checked_in = None


def set_aside(
    session: Session, worksheet: Worksheet, because: AsideReason, *, by: Person, at: datetime
) -> None:
    """Let a worksheet have no effect, for good; it stays on record, its marks are void.

    Raises:
        NotWaitingError: It was neither sent back to ``by`` nor does it wait for approval.
    """
    entries.lock(session)
    returned = worksheet.state is WorksheetState.RETURNED and worksheet.verifier_id == by.id
    if not returned and worksheet.state is not WorksheetState.CHECKED:
        raise NotWaitingError("this worksheet was neither sent back to you nor waits for approval")
    with act(session, worksheet, "set_aside", by=by.uid, at=at):
        worksheet.state = WorksheetState.VOID
        worksheet.returned_because = because
    stock.void_of_worksheet(session, worksheet.uid, by=by.uid, at=at)


def statement(step: SignatureStep, by: Person, at: datetime) -> dict[str, Any]:
    """Return what every signature says beside its list."""
    return {
        "v": FORMAT,
        "batch": new_uid(),
        "step": step.value,
        "signer": by.uid,
        "signed_at": at.astimezone(UTC).isoformat(timespec="microseconds"),
    }


def line(worksheet: Worksheet) -> Mapping[str, str]:
    """Return what a signature says of one worksheet."""
    return {
        "worksheet": worksheet.uid,
        "number": worksheet.number,
        "document_sha256": worksheet.document_sha256,
        "verdict": worksheet.verdict.value,
    }


def _batch(
    session: Session,
    ready: Sequence[Worksheet],
    office: Office,
    said: Mapping[str, Any],
    by: Person,
) -> SignatureBatch:
    first, at = ready[0], datetime.fromisoformat(said["signed_at"])
    whole = {**said, "worksheets": [line(one) for one in ready]}
    row = SignatureBatch(
        uid=said["batch"],
        path=first.path,
        body_id=first.body_id,
        place_id=first.place_id,
        step=SignatureStep(said["step"]),
        person=by,
        signed_at=at,
        number=len(ready),
        envelope=json.dumps(dsse.sign(office.key, dsse.VERIFICATIONS, whole)),
    )
    with act(session, row, "sign", by=by.uid, at=at):
        session.add(row)
    return row


def _step(
    session: Session, worksheet: Worksheet, batch: SignatureBatch, by: Person, at: datetime
) -> None:
    approves = batch.step is SignatureStep.APPROVED
    found = outcome.settle(session, worksheet, by=by, at=at) if approves else None
    with act(session, worksheet, batch.step.value, by=by.uid, at=at):
        match batch.step:
            case SignatureStep.VERIFIED:
                worksheet.verified_in = batch
                worksheet.state = WorksheetState.SUBMITTED
            case SignatureStep.CHECKED:
                worksheet.checked_in = batch
                worksheet.state = WorksheetState.CHECKED
            case SignatureStep.APPROVED:
                worksheet.approved_in = batch
                worksheet.verification = found
                worksheet.state = WorksheetState.APPROVED
