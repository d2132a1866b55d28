"""Who may sign a worksheet, and what stands against a signature; pure rules.

Sources: 计量检定印、证管理办法 8 (检定, 核验, 批准 are three signatures); product.md, rule 5 (the
repairer of a scale is never its verifier); 国办发〔2024〕54号 (verification staff do not inspect).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.permissions import LegalAct
from app.domain.roles import Role
from app.domain.verification import VerificationResult
from app.domain.worksheets import SignatureStep, WorksheetState

SIGNERS: Final[Mapping[SignatureStep, Role]] = MappingProxyType(
    {
        SignatureStep.VERIFIED: Role.VERIFIER,
        SignatureStep.CHECKED: Role.CHECKER,
        SignatureStep.APPROVED: Role.SIGNATORY,
    }
)
ACTS: Final[Mapping[SignatureStep, LegalAct]] = MappingProxyType(
    {
        SignatureStep.VERIFIED: LegalAct.SIGN_WORKSHEETS,
        SignatureStep.CHECKED: LegalAct.CHECK_WORKSHEETS,
        SignatureStep.APPROVED: LegalAct.APPROVE_WORKSHEETS,
    }
)
# Who may send a worksheet back, by how far it has come.
RETURNERS: Final[Mapping[WorksheetState, Role]] = MappingProxyType(
    {
        WorksheetState.SUBMITTED: Role.CHECKER,
        WorksheetState.CHECKED: Role.SIGNATORY,
    }
)
# Who may set one aside: what was sent back, by whoever wrote it; what can have no effect any
# more, by the signatory. So nobody hides a failure alone.
SETTERS_ASIDE: Final[Mapping[WorksheetState, Role]] = MappingProxyType(
    {
        WorksheetState.RETURNED: Role.VERIFIER,
        WorksheetState.CHECKED: Role.SIGNATORY,
    }
)


class ReturnReason(StrEnum):
    """Why a worksheet goes back to the verifier."""

    READINGS = "readings"
    WEIGHTS = "weights"
    MARKS = "marks"
    ENVIRONMENT = "environment"
    INCOMPLETE = "incomplete"
    REVIEW = "review"


class AsideReason(StrEnum):
    """Why a worksheet has no effect, for good."""

    DONE_AGAIN = "done_again"
    SUPERSEDED = "superseded"
    SCALE_CHANGED = "scale_changed"
    MISTAKE = "mistake"


class SigningFault(StrEnum):
    """Why one worksheet cannot be signed now; the others of a batch can."""

    SAME_PERSON = "same_person"
    REPAIRED_IT = "repaired_it"
    INSPECTS = "inspects"
    OTHER_BODY = "other_body"
    SUPERSEDED = "superseded"
    WEIGHT_IN_DOUBT = "weight_in_doubt"
    OPENED_SINCE = "opened_since"
    SEAL_BROKEN_SINCE = "seal_broken_since"
    TWICE = "twice"
    STATE = "state"
    LABEL_MISSING = "label_missing"
    SEAL_MISSING = "seal_missing"
    HELD = "held"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: whether also an inspector, and whether known as another body's staff."""

    uid: str
    inspects: bool = False
    other_body: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFacts:
    """What is on record about one worksheet and its scale.

    Attributes:
        signed_by: Who signed the steps before.
        openings: Who opened or repaired the scale since it last passed, and when.
        violated_at: When a seal of it was seen broken or gone.
        superseded: Whether a newer result is on record.
        weight_in_doubt: Whether a weight used was withdrawn, last surely good before that day,
            or calibrated by such a one.
    """

    verdict: VerificationResult
    finished_at: datetime
    signed_by: tuple[str, ...] = ()
    openings: tuple[tuple[str, datetime], ...] = ()
    violated_at: tuple[datetime, ...] = ()
    superseded: bool = False
    weight_in_doubt: bool = False


def fault(facts: SheetFacts, step: SignatureStep, signer: Signer) -> SigningFault | None:
    """Return what keeps ``signer`` from taking ``step``; None where nothing does.

    A pass that was overtaken by an opening, a broken seal or a newer result makes nothing
    valid; a failure stands whatever was done to the scale since.
    """
    hands = {*facts.signed_by, signer.uid}
    repairers = {who for who, _at in facts.openings}
    checks = (
        (SigningFault.INSPECTS, signer.inspects),
        (SigningFault.OTHER_BODY, signer.other_body),
        (SigningFault.SAME_PERSON, signer.uid in facts.signed_by),
        (SigningFault.REPAIRED_IT, bool(hands & repairers)),
        # The writer's own signature has no effect; whoever checks sends the worksheet back.
        (
            SigningFault.WEIGHT_IN_DOUBT,
            facts.weight_in_doubt and step is not SignatureStep.VERIFIED,
        ),
    )
    late = _overtaken(facts) if step is SignatureStep.APPROVED else None
    return next((found for found, applies in checks if applies), late)


def _overtaken(facts: SheetFacts) -> SigningFault | None:
    if facts.superseded:
        return SigningFault.SUPERSEDED
    if facts.verdict is not VerificationResult.PASS:
        return None
    if any(at > facts.finished_at for _who, at in facts.openings):
        return SigningFault.OPENED_SINCE
    if any(at > facts.finished_at for at in facts.violated_at):
        return SigningFault.SEAL_BROKEN_SINCE
    return None
