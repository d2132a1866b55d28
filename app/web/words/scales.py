"""Words of a scale's life, its standing in law and the market's advice. Source: domain.md 8."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.advisories import AdvisoryCode
from app.domain.blocking import Condition, HeldDeed
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import Action, ScaleRole, State
from app.domain.public_status import PublicStatus
from app.domain.suspension import SuspensionReason
from app.domain.verification import VerificationKind, VerificationResult
from app.standing import Hindrance

STATE: Final[Mapping[State, Any]] = MappingProxyType(
    {
        State.REGISTERED: _l("registered"),
        State.AWAITING_VERIFICATION: _l("awaiting verification"),
        State.READY: _l("ready"),
        State.IN_SERVICE: _l("in service"),
        State.SUSPENDED: _l("suspended"),
        State.IN_REPAIR: _l("in repair"),
        State.STORED: _l("stored"),
        State.RETIRED: _l("retired"),
    }
)

# What stands on the button; the story tells the same acts in the past.
ACTION: Final[Mapping[Action, Any]] = MappingProxyType(
    {
        Action.SUBMIT: _l("Ask for verification"),
        Action.PASS: _l("Record a pass"),
        Action.FAIL: _l("Record a fail"),
        Action.DEPLOY: _l("Hand out"),
        Action.RETURN: _l("Take back"),
        Action.SUSPEND: _l("Suspend"),
        Action.RESUME: _l("Resume"),
        Action.EXPIRE: _l("Expire"),
        Action.SEND_TO_REPAIR: _l("Report for repair"),
        Action.COMPLETE_REPAIR: _l("Complete the repair"),
        Action.STORE: _l("Store"),
        Action.RETIRE: _l("Retire"),
    }
)

DONE: Final[Mapping[Action, Any]] = MappingProxyType(
    {
        Action.SUBMIT: _l("verification was asked for"),
        Action.PASS: _l("passed its verification"),
        Action.FAIL: _l("failed its verification"),
        Action.DEPLOY: _l("was handed out"),
        Action.RETURN: _l("was taken back"),
        Action.SUSPEND: _l("was suspended"),
        Action.RESUME: _l("went back into use"),
        Action.EXPIRE: _l("came to the end of its validity"),
        Action.SEND_TO_REPAIR: _l("was sent to repair"),
        Action.COMPLETE_REPAIR: _l("came back from repair"),
        Action.STORE: _l("was stored"),
        Action.RETIRE: _l("was retired"),
    }
)

ROLE_OF_SCALE: Final[Mapping[ScaleRole, Any]] = MappingProxyType(
    {
        ScaleRole.TRADE: _l("trade scale"),
        ScaleRole.FAIR: _l("fair scale"),
        ScaleRole.DAY_LOAN: _l("day-loan scale"),
        ScaleRole.SPARE: _l("spare scale"),
    }
)

LEGAL: Final[Mapping[LegalCode, Any]] = MappingProxyType(
    {
        LegalCode.VALID: _l("Verification valid"),
        LegalCode.UNVERIFIED: _l("Not verified"),
        LegalCode.OVERDUE: _l("Verification overdue"),
        LegalCode.FAILED: _l("Verification failed"),
        LegalCode.SEAL_BROKEN: _l("Seal missing or broken"),
        LegalCode.REPAIRED_NOT_REVERIFIED: _l("Repaired, not verified since"),
        LegalCode.TYPE_PHASE_OUT: _l("Transition of the type is over"),
        LegalCode.STOP_ORDER: _l("Ordered out of use"),
        LegalCode.UNKNOWN: _l("Status unclear, please check"),
    }
)

# Each advisory: the sentence, and what to do about it.
ADVISORY: Final[Mapping[AdvisoryCode, tuple[Any, Any]]] = MappingProxyType(
    {
        AdvisoryCode.DUE_SOON: (
            _l("Due within 30 days"),
            _l("Plan the verification or a swap before the last day."),
        ),
        AdvisoryCode.NO_TAG: (
            _l("No information tag"),
            _l("Print a tag and bind it; without it the scale is not handed out."),
        ),
        AdvisoryCode.FIRMWARE_MISMATCH: (
            _l("The program read out differs from the registered one; awaits confirmation"),
            _l("Leave the scale switched on and untouched. The verification body decides."),
        ),
        AdvisoryCode.FIRMWARE_INCONSISTENT: (
            _l("Evidence about the program contradicts itself; to be checked"),
            _l("Have it read again on a bench; the verification body decides."),
        ),
        AdvisoryCode.FIRMWARE_UNKNOWN: (
            _l("Program not on file; to be checked"),
            _l("A custodian files the image of this version, then the reading is judged."),
        ),
        AdvisoryCode.FIRMWARE_UNREADABLE: (
            _l("Chip protected against reading (this is nothing unusual)"),
            _l("Nothing is proved either way; rely on seals and weighing tests."),
        ),
        AdvisoryCode.EVIDENCE_LAPSED: (
            _l("Program check has lapsed"),
            _l("Ask for a new reading."),
        ),
        AdvisoryCode.COUNTERS_ROSE: (
            _l("Counters rose without a reason; to be checked"),
            _l("Ask who calibrated or opened the scale, and record it."),
        ),
        AdvisoryCode.WEIGHT_WITHDRAWN: (
            _l("A weight used was withdrawn; the verification body decides"),
            _l("Wait for the body's decision, or ask for a new verification."),
        ),
        AdvisoryCode.EVIDENCE_HOLD: (
            _l("Held as evidence"),
            _l("No repair, opening, swap or retirement until the hold is lifted."),
        ),
        AdvisoryCode.TOO_LONG_WITH_TRADER: (
            _l("Too long with one trader"),
            _l("Swap it for a spare scale."),
        ),
        AdvisoryCode.LOW_RATINGS: (
            _l("Low ratings"),
            _l("Do a spot check with the 1 kg mass."),
        ),
        AdvisoryCode.TYPE_RECALLED: (
            _l("The model was recalled"),
            _l("Take the scale back; it is not handed out again."),
        ),
    }
)

PUBLIC: Final[Mapping[PublicStatus, Any]] = MappingProxyType(
    {
        PublicStatus.VALID: _l("Verification valid"),
        PublicStatus.EXPIRED: _l("Expired"),
        PublicStatus.SUSPENDED: _l("Suspended from use"),
        PublicStatus.TO_BE_CONFIRMED: _l("Record to be confirmed"),
        PublicStatus.UNKNOWN: _l("No record"),
    }
)

SUSPENSION: Final[Mapping[SuspensionReason, Any]] = MappingProxyType(
    {
        SuspensionReason.EXPIRY: _l("its validity ran out"),
        SuspensionReason.FAILED: _l("it failed its verification"),
        SuspensionReason.FINDING: _l("of a finding"),
        SuspensionReason.STOP_ORDER: _l("an authority ordered it"),
        SuspensionReason.RECALL: _l("of a recall"),
        SuspensionReason.DECISION: _l("the market decided so"),
    }
)

CONDITION: Final[Mapping[Condition, Any]] = MappingProxyType(
    {
        Condition.NO_VALID_VERIFICATION: _l("It has no valid verification."),
        Condition.NO_INTACT_VERIFICATION_SEAL: _l("Its verification seal is not intact."),
        Condition.NO_BOUND_CODE: _l("No tag or code is bound to it."),
        Condition.NO_STALL_AND_TRADER: _l("Its stall and trader are not named."),
        Condition.NO_PLACE: _l("Its place as a fair scale is not named."),
        Condition.OPEN_FINDING: _l("A finding about it is not resolved."),
        Condition.NOTHING_TO_RESUME: _l("It was taken from no state it could go back to."),
        Condition.BODY_DECIDES: _l(
            "The verification body suspended it: it clears the weight, or the scale passes "
            "a verification."
        ),
        Condition.AUTHORITY_DECIDES: _l(
            "An officer suspended it: an inspector or the regulator takes it up again, "
            "or it passes a verification."
        ),
        Condition.MARKET_DECIDES: _l(
            "It is a measure of the market: the manager takes it up again."
        ),
    }
)

HINDRANCE: Final[Mapping[Hindrance, Any]] = MappingProxyType(
    {
        Hindrance.HELD: _l("It is held as evidence."),
        Hindrance.OPENED: _l("It was opened since its verification."),
    }
)

HELD_DEED: Final[Mapping[HeldDeed, Any]] = MappingProxyType(
    {
        HeldDeed.CHANGE_SEAL: _l("changing a seal"),
        HeldDeed.OPEN_CASE: _l("opening the case"),
        HeldDeed.READ_WITH_OPENING: _l("a reading that opens the case"),
    }
)

VERIFICATION_KIND: Final[Mapping[VerificationKind, Any]] = MappingProxyType(
    {
        VerificationKind.INITIAL: _l("initial verification"),
        VerificationKind.SUBSEQUENT: _l("subsequent verification"),
        VerificationKind.IN_SERVICE: _l("in-service inspection"),
    }
)

VERIFICATION_RESULT: Final[Mapping[VerificationResult, Any]] = MappingProxyType(
    {
        VerificationResult.PASS: _l("passed"),
        VerificationResult.FAIL: _l("failed"),
    }
)
