"""Submitting a worksheet: all is checked, then it is frozen with its digest and its number.

A submitted worksheet has no effect on the scale yet: signing gives it that. The marks leave the
verifier's stock here, because from now on they are on the scale.

``Worksheet.items`` holds the pre-checks ({"precheck","result","effect","verdict"}), then the
judgement of the readings ({"test","load_mg","error_mg","mpe_mg","verdict","readings"}).
"""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.rules.judging import Outcome
from app.domain.standards import MarkKind
from app.domain.verification import VerificationKind, VerificationResult
from app.ledger import entries
from app.ledger.door import act
from app.ledger.projections import digest
from app.models import Body, Person, Scale, WeightUse, Worksheet, WorksheetDraft
from app.verify.service import arbitration, detectors, outcome, rulesets, stock
from app.verify.service.documents import BadDocumentError, Document, instant
from app.verify.service.means import Means, check_weights, demands_of, means_of
from app.verify.service.record import check_verification
from app.verify.service.rulesets import HeldRuleSet
from app.verify.service.verdict import Verdict, verdict

SUBMITTED: Final = "worksheet_submitted"
AHEAD: Final = timedelta(minutes=10)  # how far a tablet's clock may be ahead of ours
OLDEST: Final = timedelta(days=14)


class WorksheetIncompleteError(DomainError):
    """What the rule set asks for is not all there; ``missing`` names it in codes."""

    code = "worksheet_incomplete"

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__("the worksheet is not complete", missing=list(missing))
        self.missing = missing


def submit(session: Session, draft: WorksheetDraft, *, by: Person, at: datetime) -> Worksheet:
    """Freeze the draft as a worksheet; sent again, it is the worksheet it was.

    Raises:
        WorksheetIncompleteError: Something is missing.
        BadDocumentError: A field contradicts the register or the clock.
        GateError: The body or the verifier may not do this work.
        WeightsError: A weight is not valid or not good enough.
        ResultError: The outcome contradicts the scale's record.
        SameArbiterError: The verifier took part in the result that is contested.
        OwnRepairError: The verifier opened or repaired the scale.
        IllegalTransitionError: The scale's state allows no result.
        MarkError: A label or a lead seal is not in the verifier's stock.
    """
    entries.lock(session)
    session.refresh(draft)
    if (done := worksheet_of(session, draft.uid)) is not None:
        return done
    scale, document = draft.scale, Document.read(draft.document)
    if document.check is not None or document.kind == "in_service":
        raise BadDocumentError("kind")  # an inspector's check is no verification
    day = day_of_work(document, at)
    held = rulesets.rule_set_for(session, scale.model, day)
    found = verdict(held.rules, scale.model, document)
    if missing := _missing(document, found):
        raise WorksheetIncompleteError(missing)
    arbitration.check(session, scale, document.purpose, by)
    means = means_of(session, scale, document, by, day)
    check_weights(session, means, demands_of(held.rules, scale.model, document), day)
    row = _frozen(session, draft, document, (held, found, means))
    row.verifier = by
    check_verification(session, scale, outcome.command(row), by=by.uid, at=at)
    with act(session, row, SUBMITTED, by=by.uid, at=at, details={"draft": draft.uid}):
        session.add(row)
        session.flush()
        session.add_all(_uses(row, means, day))
    if found.outcome is Outcome.PASS:
        _take_marks(session, row, document, by, at)
    draft.closed_at = at
    return row


def worksheet_of(session: Session, uid: str) -> Worksheet | None:
    """Return the worksheet that came of the draft ``uid``."""
    return session.scalar(select(Worksheet).where(Worksheet.uid == uid))


def day_of_work(document: Document, at: datetime) -> date:
    """Return the day of the work; a tablet whose clock is wrong is found out here."""
    if document.started_at is None or document.finished_at is None:
        raise WorksheetIncompleteError(("finished_at",))
    began, ended = instant(document.started_at), instant(document.finished_at)
    if not began <= ended <= at + AHEAD:
        raise BadDocumentError("finished_at")
    if ended < at - OLDEST:
        raise BadDocumentError("finished_at")
    return local_date(ended)


def _missing(document: Document, found: Verdict) -> tuple[str, ...]:
    open_fields = [
        name for name in ("body", "standard", "environment") if not getattr(document, name)
    ]
    if document.heaviest_mg and not document.weights:
        open_fields.append("weights")
    if found.outcome is Outcome.PASS and not document.label_no.strip():
        open_fields.append("label_no")
    return (*open_fields, *found.missing)


def _frozen(
    session: Session,
    draft: WorksheetDraft,
    document: Document,
    how: tuple[HeldRuleSet, Verdict, Means],
) -> Worksheet:
    held, found, means = how
    scale: Scale = draft.scale
    passed = found.outcome is Outcome.PASS
    assert document.started_at is not None  # noqa: S101 - seen by `_day`
    assert document.finished_at is not None  # noqa: S101 - seen by `_day`
    finished = instant(document.finished_at)
    # The numbers that were held ready go on no scale that failed.
    frozen = draft.document if passed else {**draft.document, "label_no": "", "seal_no": ""}
    return Worksheet(
        uid=draft.uid,
        path=scale.path,
        place=scale.place,
        scale=scale,
        body=means.body,
        standard=means.standard,
        number=_number(session, means.body, local_date(finished).year),
        kind=VerificationKind(document.kind),
        rules=held.rules.identifier,
        rules_version=held.rules.version,
        rules_sha256=held.sha256,
        document=frozen,
        document_sha256=digest(frozen),
        verdict=VerificationResult.PASS if passed else VerificationResult.FAIL,
        items=found.items(),
        reviews=detectors.reviews(session, scale, frozen),
        started_at=instant(document.started_at),
        finished_at=finished,
    )


def _number(session: Session, body: Body, year: int) -> str:
    """Return the next number of the body's year; the ledger's lock keeps it ours."""
    last = session.scalar(
        select(func.max(Worksheet.number)).where(
            Worksheet.body_id == body.id, Worksheet.number.like(f"{year}-%")
        )
    )
    return f"{year}-{int(last.partition('-')[2]) + 1 if last else 1:06d}"


def _uses(row: Worksheet, means: Means, day: date) -> list[WeightUse]:
    return [
        WeightUse(worksheet=row, weight=weight, calibration=calibration, used_on=day)
        for weight, calibration in means.used
    ]


def _take_marks(
    session: Session, row: Worksheet, document: Document, by: Person, at: datetime
) -> None:
    for kind, number in (
        (MarkKind.LABEL, document.label_no),
        (MarkKind.LEAD_SEAL, document.seal_no),
    ):
        if number.strip():
            stock.use(
                session,
                verifier=by,
                kind=kind,
                number=number.strip(),
                scale=row.scale,
                worksheet_uid=row.uid,
                by=by.uid,
                at=at,
            )
