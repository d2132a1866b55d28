"""The four meanings that have a colour, a symbol and a word each; nothing else is coloured."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.advisories import AdvisoryCode
from app.domain.findings import FindingState
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import State
from app.domain.public_status import PublicStatus
from app.domain.references import ReferenceStatus
from app.domain.seals import SealState
from app.domain.stations import StationHealth
from app.domain.tasks import TaskState
from app.domain.verdicts import Verdict


class Meaning(StrEnum):
    """Valid ✓ green, attention ! amber, stopped ■ red, unknown ? grey; plain has none."""

    VALID = "valid"
    ATTENTION = "attention"
    STOPPED = "stopped"
    UNKNOWN = "unknown"
    PLAIN = "plain"


MEANINGS: Final[Mapping[Enum, Meaning]] = MappingProxyType(
    {
        LegalCode.VALID: Meaning.VALID,
        LegalCode.UNVERIFIED: Meaning.ATTENTION,
        LegalCode.OVERDUE: Meaning.STOPPED,
        LegalCode.FAILED: Meaning.STOPPED,
        LegalCode.SEAL_BROKEN: Meaning.STOPPED,
        LegalCode.REPAIRED_NOT_REVERIFIED: Meaning.ATTENTION,
        LegalCode.TYPE_PHASE_OUT: Meaning.STOPPED,
        LegalCode.STOP_ORDER: Meaning.STOPPED,
        LegalCode.UNKNOWN: Meaning.UNKNOWN,
    }
    | {code: Meaning.ATTENTION for code in AdvisoryCode}
    | {
        AdvisoryCode.FIRMWARE_MISMATCH: Meaning.STOPPED,
        AdvisoryCode.FIRMWARE_INCONSISTENT: Meaning.STOPPED,
        AdvisoryCode.EVIDENCE_HOLD: Meaning.STOPPED,
        AdvisoryCode.TYPE_RECALLED: Meaning.STOPPED,
        AdvisoryCode.FIRMWARE_UNKNOWN: Meaning.UNKNOWN,
        AdvisoryCode.FIRMWARE_UNREADABLE: Meaning.UNKNOWN,
        AdvisoryCode.EVIDENCE_LAPSED: Meaning.UNKNOWN,
        State.SUSPENDED: Meaning.STOPPED,
        State.AWAITING_VERIFICATION: Meaning.ATTENTION,
        PublicStatus.VALID: Meaning.VALID,
        PublicStatus.EXPIRED: Meaning.STOPPED,
        PublicStatus.SUSPENDED: Meaning.STOPPED,
        PublicStatus.TO_BE_CONFIRMED: Meaning.ATTENTION,
        PublicStatus.UNKNOWN: Meaning.UNKNOWN,
        Verdict.MATCH: Meaning.VALID,
        Verdict.MISMATCH: Meaning.STOPPED,
        Verdict.INCONSISTENT: Meaning.STOPPED,
        Verdict.UNKNOWN_VERSION: Meaning.UNKNOWN,
        Verdict.UNREADABLE: Meaning.UNKNOWN,
        Verdict.NO_ANSWER: Meaning.ATTENTION,
        Verdict.MALFORMED: Meaning.ATTENTION,
        Verdict.SLOW: Meaning.ATTENTION,
        ReferenceStatus.SUBMITTED: Meaning.ATTENTION,
        ReferenceStatus.APPROVED: Meaning.VALID,
        ReferenceStatus.REJECTED: Meaning.STOPPED,
        FindingState.OPEN: Meaning.STOPPED,
        FindingState.CONFIRMED: Meaning.STOPPED,
        SealState.INTACT: Meaning.VALID,
        SealState.BROKEN: Meaning.STOPPED,
        SealState.MISSING: Meaning.STOPPED,
        StationHealth.HEARD: Meaning.VALID,
        StationHealth.SILENT: Meaning.ATTENTION,
        StationHealth.NEVER_SEEN: Meaning.UNKNOWN,
        StationHealth.REVOKED: Meaning.STOPPED,
        TaskState.FAILED: Meaning.ATTENTION,
        TaskState.EXPIRED: Meaning.ATTENTION,
    }
)


def meaning(code: Enum) -> Meaning:
    """Return what ``code`` means to a person in a hurry; most codes are plain."""
    return MEANINGS.get(code, Meaning.PLAIN)
