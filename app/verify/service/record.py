"""Recording a result: the scale moves, its mark and its seal change, all in one act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.calendar import local_date, valid_until
from app.domain.errors import DomainError
from app.domain.gaps import Part
from app.domain.lifecycle import Action, next_state
from app.domain.seals import SealKind, SealOwner, SealState, all_intact
from app.domain.standards import MarkKind
from app.domain.suspension import SuspensionReason
from app.domain.verification import VerificationKind, VerificationResult
from app.ledger import entries
from app.ledger.door import act
from app.models import Person, Scale, ScaleEvent, Seal, Verification
from app.standing.gaps import fill
from app.verify.service.retests import answer_retests
from app.verify.service.rulesets import NoRuleSetError, rule_set_for
from app.verify.service.taken import gone_from_stock, label_elsewhere


class VerifiedFault(StrEnum):
    """What is wrong with a field of the record."""

    MISSING = "missing"
    IN_THE_FUTURE = "in_the_future"
    BEFORE_THE_LAST = "before_the_last"
    BEFORE_THE_OPENING = "before_the_opening"
    NO_VERIFICATION = "no_verification"
    TAKEN = "taken"
    SEAL_NEEDED = "seal_needed"
    HELD = "held"
    NO_RULES = "no_rules"


class ResultError(DomainError):
    """The record is incomplete or contradicts itself; nothing was written."""

    code = "invalid_result"

    def __init__(self, faults: Mapping[str, VerifiedFault]) -> None:
        super().__init__("the record cannot be taken: " + ", ".join(faults))
        self.faults = faults


class OwnRepairError(DomainError):
    """Who opened or repaired a scale does not verify it."""

    code = "own_repair"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVerification:
    """A result as the verification body gives it.

    Attributes:
        verifier: The account of the verifier, None for a result brought in on paper.
        label_no: Number of the mark (检定合格证), where one was given.
        seal_no: Number of the seal applied; empty where the old one was left intact.
        regulation: By which it was judged; empty for the one in force on its day.
        worksheet: uid of the worksheet that it rests on, empty for a record on paper.
    """

    result: VerificationResult
    kind: VerificationKind
    verified_on: date
    body: str
    verifier: Person | None = None
    certificate_no: str = ""
    label_no: str = ""
    seal_no: str = ""
    seal_kind: SealKind = SealKind.LEAD
    failed_items: tuple[str, ...] = ()
    regulation: str = ""
    worksheet: str = ""


OPENED: Final = ("complete_repair", "case_opened")


def record_verification(
    session: Session, scale: Scale, command: NewVerification, *, by: str, at: datetime
) -> Verification:
    """Put a result on record and move the scale on.

    A pass gives the rule set's months minus a day, replaces the verification seals by the new
    one and ends what an opening took away. A failure cancels the mark that stood before.

    Raises:
        ResultError: Fields are missing or contradict the scale's record.
        OwnRepairError: ``by`` opened or repaired it since it last passed.
        IllegalTransitionError: Its state does not allow a result.
    """
    entries.lock(session)
    session.refresh(scale)
    check_verification(session, scale, command, by=by, at=at)
    found = _row(session, scale, command, at)
    action = Action.PASS if _passed(command) else Action.FAIL
    with act(session, scale, action, by=by, at=at, details=_told(found, command)):
        session.add(found)
        if _passed(command):
            _pass(session, scale, command)
        else:
            scale.suspended_for = SuspensionReason.FAILED
    answer_retests(session, scale.id, found.uid, at)
    return found


def check_verification(
    session: Session, scale: Scale, command: NewVerification, *, by: str, at: datetime
) -> None:
    """Refuse what `record_verification` would refuse, and write nothing.

    Raises:
        ResultError: Fields are missing or contradict the scale's record.
        OwnRepairError: ``by`` opened or repaired it since it last passed.
        IllegalTransitionError: Its state does not allow a result.
    """
    next_state(scale.state, Action.PASS if _passed(command) else Action.FAIL)
    faults = _faults(scale, command, _last(session, scale), local_date(at))
    if not faults and not _has_rules(session, scale, command.verified_on):
        faults = {"verified_on": VerifiedFault.NO_RULES}
    if not faults and _passed(command) and not command.worksheet:
        faults = _marks_taken(session, scale, command)
    if faults:
        raise ResultError(faults)
    _refuse_own_repair(session, scale, by)


def _marks_taken(
    session: Session, scale: Scale, command: NewVerification
) -> dict[str, VerifiedFault]:
    """Return which marks of a result on paper are another scale's; a worksheet asked the stock."""
    label, seal = command.label_no.strip(), command.seal_no.strip()
    taken = {
        "label_no": label_elsewhere(session, scale, command.body.strip(), label)
        or gone_from_stock(session, scale, MarkKind.LABEL, label),
        "seal_no": gone_from_stock(session, scale, MarkKind.LEAD_SEAL, seal),
    }
    return {name: VerifiedFault.TAKEN for name, is_taken in taken.items() if is_taken}


def _passed(command: NewVerification) -> bool:
    return command.result is VerificationResult.PASS


def _last(session: Session, scale: Scale) -> Verification | None:
    return session.scalars(
        select(Verification)
        .where(Verification.scale_id == scale.id)
        .order_by(Verification.verified_on.desc(), Verification.id.desc())
        .limit(1)
    ).first()


def _faults(
    scale: Scale, command: NewVerification, last: Verification | None, today: date
) -> dict[str, VerifiedFault]:
    faults: dict[str, VerifiedFault] = {}
    if command.kind is VerificationKind.IN_SERVICE:
        faults["kind"] = VerifiedFault.NO_VERIFICATION
    if not command.body.strip():
        faults["body"] = VerifiedFault.MISSING
    if command.verified_on > today:
        faults["verified_on"] = VerifiedFault.IN_THE_FUTURE
    elif last is not None and command.verified_on < last.verified_on:
        faults["verified_on"] = VerifiedFault.BEFORE_THE_LAST
    return faults | (_pass_faults(scale, command) if _passed(command) else _fail_faults(command))


def _pass_faults(scale: Scale, command: NewVerification) -> dict[str, VerifiedFault]:
    faults: dict[str, VerifiedFault] = {}
    # Rule 2: what was opened since was not seen by a pass of the days before.
    if scale.opened_on is not None and command.verified_on < scale.opened_on:
        faults["verified_on"] = VerifiedFault.BEFORE_THE_OPENING
    if not (command.certificate_no.strip() or command.label_no.strip()):
        faults["label_no"] = VerifiedFault.MISSING
    standing = [seal.state for seal in scale.seals if seal.owner is SealOwner.VERIFICATION]
    # A scale that is held gets no seal: an arbitration leaves its seals as they are.
    if not command.seal_no.strip() and not all_intact(standing) and not scale.hold_document:
        faults["seal_no"] = VerifiedFault.SEAL_NEEDED
    if command.seal_no.strip() and scale.hold_document:
        faults["seal_no"] = VerifiedFault.HELD
    return faults


def _fail_faults(command: NewVerification) -> dict[str, VerifiedFault]:
    return {} if command.failed_items else {"failed_items": VerifiedFault.MISSING}


def _refuse_own_repair(session: Session, scale: Scale, by: str) -> None:
    """Rule 5: the repairer of a scale is never its verifier.

    A failure in between changes nothing: only a pass of somebody else's ends the repair.
    """
    passed_at = session.scalar(
        select(func.max(Verification.recorded_at)).where(
            Verification.scale_id == scale.id, Verification.result == VerificationResult.PASS
        )
    )
    opened = select(ScaleEvent.id).where(
        ScaleEvent.scale_id == scale.id, ScaleEvent.actor == by, ScaleEvent.action.in_(OPENED)
    )
    if passed_at is not None:
        opened = opened.where(ScaleEvent.at > passed_at)
    if session.scalar(opened.limit(1)) is not None:
        raise OwnRepairError("who repaired a scale does not verify it")


def _has_rules(session: Session, scale: Scale, day: date) -> bool:
    try:
        rule_set_for(session, scale.model, day)
    except NoRuleSetError:
        return False
    return True


def _row(session: Session, scale: Scale, command: NewVerification, at: datetime) -> Verification:
    passed = _passed(command)
    rules = rule_set_for(session, scale.model, command.verified_on).rules
    until = valid_until(command.verified_on, rules.limits.validity_months)
    return Verification(
        uid=new_uid(),
        path=scale.path,
        scale_id=scale.id,
        kind=command.kind,
        result=command.result,
        regulation=command.regulation or rules.identifier,
        body=command.body.strip(),
        verifier_id=command.verifier.id if command.verifier else None,
        verified_on=command.verified_on,
        valid_until=until if passed else None,
        certificate_no=command.certificate_no.strip(),
        label_no=command.label_no.strip(),
        failed_items=[] if passed else list(command.failed_items),
        recorded_at=at,
    )


def _pass(session: Session, scale: Scale, command: NewVerification) -> None:
    if scale.opened_on is not None and command.verified_on >= scale.opened_on:
        scale.opened_on = None
    number = command.seal_no.strip()
    if not number:
        return
    fill(scale, Part.SEAL)
    for seal in scale.seals:
        if seal.owner is SealOwner.VERIFICATION:
            seal.state = SealState.REPLACED
    session.add(
        Seal(
            uid=new_uid(),
            scale_id=scale.id,
            kind=command.seal_kind,
            owner=SealOwner.VERIFICATION,
            number=number,
            state=SealState.INTACT,
            applied_on=command.verified_on,
        )
    )


def _told(found: Verification, command: NewVerification) -> dict[str, Any]:
    told: dict[str, Any] = {
        "verification": found.uid,
        "kind": found.kind.value,
        "regulation": found.regulation,
        "verified_on": found.verified_on.isoformat(),
        "valid_until": found.valid_until.isoformat() if found.valid_until else "",
        "certificate_no": found.certificate_no,
        "label_no": found.label_no,
        "failed_items": found.failed_items,
        "worksheet": command.worksheet,
    }
    return {name: value for name, value in told.items() if value} | (
        {"seal_no": command.seal_no.strip()} if command.seal_no.strip() else {}
    )
