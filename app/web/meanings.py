"""The four meanings that have a colour, a symbol and a word each; nothing else is coloured."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.advisories import AdvisoryCode
from app.domain.campaigns import CampaignOutcome
from app.domain.findings import FindingState
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import State
from app.domain.public_status import PublicStatus
from app.domain.recalls import RecallDecision, RecallState
from app.domain.references import ReferenceStatus
from app.domain.seals import SealState
from app.domain.stations import StationHealth
from app.domain.tasks import TaskState
from app.domain.verdicts import Verdict
from app.domain.verification import VerificationResult


class Meaning(StrEnum):
    """Valid ✓ green, attention ! amber, stopped ■ red, unknown ? grey; plain has none."""

    VALID = "valid"
    ATTENTION = "attention"
    STOPPED = "stopped"
    UNKNOWN = "unknown"
    PLAIN = "plain"


# By class first: members of two StrEnums with the same text are equal to one another.
MEANINGS: Final[Mapping[type[Enum], Mapping[Enum, Meaning]]] = MappingProxyType(
    {
        LegalCode: {
            LegalCode.VALID: Meaning.VALID,
            LegalCode.UNVERIFIED: Meaning.ATTENTION,
            LegalCode.OVERDUE: Meaning.STOPPED,
            LegalCode.FAILED: Meaning.STOPPED,
            LegalCode.SEAL_BROKEN: Meaning.STOPPED,
            LegalCode.REPAIRED_NOT_REVERIFIED: Meaning.ATTENTION,
            LegalCode.TYPE_PHASE_OUT: Meaning.STOPPED,
            LegalCode.STOP_ORDER: Meaning.STOPPED,
            LegalCode.UNKNOWN: Meaning.UNKNOWN,
        },
        AdvisoryCode: {
            AdvisoryCode.DUE_SOON: Meaning.ATTENTION,
            AdvisoryCode.NO_TAG: Meaning.ATTENTION,
            AdvisoryCode.FIRMWARE_MISMATCH: Meaning.STOPPED,
            AdvisoryCode.FIRMWARE_INCONSISTENT: Meaning.STOPPED,
            AdvisoryCode.FIRMWARE_UNKNOWN: Meaning.UNKNOWN,
            AdvisoryCode.FIRMWARE_UNREADABLE: Meaning.UNKNOWN,
            AdvisoryCode.EVIDENCE_LAPSED: Meaning.UNKNOWN,
            AdvisoryCode.COUNTERS_ROSE: Meaning.ATTENTION,
            AdvisoryCode.WEIGHT_WITHDRAWN: Meaning.ATTENTION,
            AdvisoryCode.EVIDENCE_HOLD: Meaning.STOPPED,
            AdvisoryCode.TOO_LONG_WITH_TRADER: Meaning.ATTENTION,
            AdvisoryCode.LOW_RATINGS: Meaning.ATTENTION,
            AdvisoryCode.TYPE_RECALLED: Meaning.STOPPED,
        },
        State: {
            State.SUSPENDED: Meaning.STOPPED,
            State.AWAITING_VERIFICATION: Meaning.ATTENTION,
        },
        PublicStatus: {
            PublicStatus.VALID: Meaning.VALID,
            PublicStatus.EXPIRED: Meaning.STOPPED,
            PublicStatus.SUSPENDED: Meaning.STOPPED,
            PublicStatus.TO_BE_CONFIRMED: Meaning.ATTENTION,
            PublicStatus.UNKNOWN: Meaning.UNKNOWN,
        },
        Verdict: {
            Verdict.MATCH: Meaning.VALID,
            Verdict.MISMATCH: Meaning.STOPPED,
            Verdict.INCONSISTENT: Meaning.STOPPED,
            Verdict.UNKNOWN_VERSION: Meaning.UNKNOWN,
            Verdict.UNREADABLE: Meaning.UNKNOWN,
            Verdict.NO_ANSWER: Meaning.ATTENTION,
            Verdict.MALFORMED: Meaning.ATTENTION,
            Verdict.SLOW: Meaning.ATTENTION,
        },
        VerificationResult: {
            VerificationResult.PASS: Meaning.VALID,
            VerificationResult.FAIL: Meaning.STOPPED,
        },
        ReferenceStatus: {
            ReferenceStatus.SUBMITTED: Meaning.ATTENTION,
            ReferenceStatus.APPROVED: Meaning.VALID,
            ReferenceStatus.REJECTED: Meaning.STOPPED,
        },
        FindingState: {
            FindingState.OPEN: Meaning.STOPPED,
            FindingState.CONFIRMED: Meaning.STOPPED,
        },
        SealState: {
            SealState.INTACT: Meaning.VALID,
            SealState.BROKEN: Meaning.STOPPED,
            SealState.MISSING: Meaning.STOPPED,
        },
        StationHealth: {
            StationHealth.HEARD: Meaning.VALID,
            StationHealth.SILENT: Meaning.ATTENTION,
            StationHealth.NEVER_SEEN: Meaning.UNKNOWN,
            StationHealth.REVOKED: Meaning.STOPPED,
        },
        RecallState: {RecallState.OPEN: Meaning.ATTENTION},
        RecallDecision: {
            RecallDecision.PENDING: Meaning.ATTENTION,
            RecallDecision.SUSPEND: Meaning.STOPPED,
        },
        CampaignOutcome: {
            CampaignOutcome.DONE: Meaning.VALID,
            CampaignOutcome.NO_SHOW: Meaning.ATTENTION,
        },
        TaskState: {
            TaskState.FAILED: Meaning.ATTENTION,
            TaskState.EXPIRED: Meaning.ATTENTION,
        },
    }
)


def meaning(code: Enum) -> Meaning:
    """Return what ``code`` means to a person in a hurry; most codes are plain."""
    return MEANINGS.get(type(code), {}).get(code, Meaning.PLAIN)
