"""Words of readings, verdicts and levels: what may be shown, and never more.

Source: firmware.md, "words that may be shown": matches or differs from the registered
program, never that a scale does not cheat.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.differences import DifferenceKind
from app.domain.evidence import Level, LevelReason
from app.domain.findings import FindingState, LeadState
from app.domain.references import Origin, ReferenceStatus
from app.domain.regions import RegionKind
from app.domain.verdicts import Discount, JudgeReason, NonceState, Verdict

VERDICT: Final[Mapping[Verdict, Any]] = MappingProxyType(
    {
        Verdict.MATCH: _l("matches the registered program"),
        Verdict.MISMATCH: _l("differs from the registered program"),
        Verdict.UNKNOWN_VERSION: _l("program not on file"),
        Verdict.INCONSISTENT: _l("evidence contradicts itself"),
        Verdict.UNREADABLE: _l("protected against reading"),
        Verdict.NO_ANSWER: _l("no answer"),
        Verdict.MALFORMED: _l("could not be read cleanly"),
        Verdict.SLOW: _l("answered too late"),
    }
)

# What kind of evidence a rung is; says nothing about the outcome.
LEVEL: Final[Mapping[Level, Any]] = MappingProxyType(
    {
        Level.E0: _l("recorded by a person"),
        Level.E1: _l("the scale's own word"),
        Level.E2: _l("answered by code in flash"),
        Level.E3: _l("read out twice through the chip's own loader"),
        Level.E4: _l("all programmable parts, case opened"),
        Level.E5: _l("with weighing and trigger test in one visit"),
    }
)

# What may be claimed at a rung, and only where the verdict is a match.
LEVEL_CLAIM: Final[Mapping[Level, Any]] = MappingProxyType(
    {
        Level.E0: _l("recorded"),
        Level.E1: _l("self-reported version"),
        Level.E2: _l("answers as registered"),
        Level.E3: _l("the program read out equals the registered one"),
        Level.E4: _l("all programmable parts agree, seals intact"),
        Level.E5: _l("weighs correctly and the program agrees, in one visit"),
    }
)

LEVEL_REASON: Final[Mapping[LevelReason, Any]] = MappingProxyType(
    {
        LevelReason.NOTHING_READ: _l("nothing was read"),
        LevelReason.PASSES_DIFFER: _l("two passes differ"),
        LevelReason.SELF_REPORTED: _l("only the scale's own word"),
        LevelReason.BOOTLOADER_IN_FLASH: _l("the answer came from code in flash"),
        LevelReason.NO_CONTROL_LINES: _l("the line has no control wires"),
        LevelReason.STRAP_NOT_DRIVEN: _l("the boot strap was not driven or attested"),
        LevelReason.RESET_NOT_DRIVEN: _l("the reset was not driven or attested"),
        LevelReason.ONE_PASS: _l("read once only"),
        LevelReason.CHIP_UID_NOT_READ: _l("the chip's id was not read"),
        LevelReason.OPTION_BYTES_NOT_READ: _l("the option bytes were not read"),
        LevelReason.SEALS_NOT_RECORDED: _l("seals before and after are not recorded"),
        LevelReason.NOT_OPENED_BY_INSPECTOR: _l("no inspector opened the case"),
        LevelReason.NO_WEIGHING_TEST: _l("no weighing test in the same visit"),
        LevelReason.NO_TRIGGER_PROBE: _l("no trigger probe in the same visit"),
    }
)

JUDGE_REASON: Final[Mapping[JudgeReason, Any]] = MappingProxyType(
    {
        JudgeReason.EQUALS_REFERENCE: _l("equals an approved reference"),
        JudgeReason.DIFFERS_FROM_REFERENCE: _l("differs from every approved reference"),
        JudgeReason.NO_APPROVED_REFERENCE: _l("no approved reference of this version"),
        JudgeReason.IMAGE_OF_OTHER_ID: _l("the image is a registered one of another version"),
        JudgeReason.REPORTED_NOT_REGISTERED: _l(
            "it reports another version than registered, and its program is neither"
        ),
        JudgeReason.CHECKSUM_NOT_THE_IMAGES: _l("the reported checksum is not the image's"),
        JudgeReason.PARAMETERS_CHANGED: _l("calibration changed with no repair on record"),
        JudgeReason.CHIP_UID_CHANGED: _l("another chip than before"),
        JudgeReason.PASSES_DIFFER: _l("two passes differ"),
        JudgeReason.INCOMPLETE: _l("not all required bytes were read"),
        JudgeReason.READ_BADLY: _l("the line was noisy"),
        JudgeReason.LATE_ANSWER: _l("the answer came later than allowed"),
        JudgeReason.SILENT: _l("the scale was silent"),
        JudgeReason.PROTECTED: _l("read protection is on"),
    }
)

DISCOUNT: Final[Mapping[Discount, Any]] = MappingProxyType(
    {
        Discount.UNASSIGNED_STATION: _l("the station is not assigned to this scale"),
        Discount.NOTHING_LEARNED: _l("nothing was learned about the program"),
        Discount.NOT_FRESH: _l("nothing vouches for its freshness"),
        Discount.OLDER_READING: _l("a newer reading stands"),
    }
)

NONCE: Final[Mapping[NonceState, Any]] = MappingProxyType(
    {
        NonceState.FRESH: _l("fresh, asked for by the server"),
        NonceState.BOOK: _l("fresh, from the offline book"),
        NonceState.NONE: _l("without proof of freshness"),
        NonceState.STALE: _l("proof of freshness used or too old"),
    }
)

REFERENCE_STATUS: Final[Mapping[ReferenceStatus, Any]] = MappingProxyType(
    {
        ReferenceStatus.SUBMITTED: _l("awaits the second approval"),
        ReferenceStatus.APPROVED: _l("approved"),
        ReferenceStatus.REJECTED: _l("rejected"),
        ReferenceStatus.WITHDRAWN: _l("withdrawn"),
    }
)

ORIGIN: Final[Mapping[Origin, Any]] = MappingProxyType(
    {
        Origin.TYPE_SAMPLE: _l("sample kept from type evaluation"),
        Origin.MAKER_LETTER: _l("maker's letter"),
        Origin.ALIKE_SCALES: _l("several new scales alike"),
    }
)

FINDING: Final[Mapping[FindingState, Any]] = MappingProxyType(
    {
        FindingState.OPEN: _l("open"),
        FindingState.CONFIRMED: _l("confirmed"),
        FindingState.DISMISSED: _l("dismissed"),
        FindingState.CLOSED: _l("closed"),
    }
)

LEAD: Final[Mapping[LeadState, Any]] = MappingProxyType(
    {
        LeadState.OPEN: _l("open"),
        LeadState.HANDED_OVER: _l("handed over"),
        LeadState.CLOSED: _l("closed"),
    }
)

DIFFERENCE: Final[Mapping[DifferenceKind, Any]] = MappingProxyType(
    {
        DifferenceKind.CONSTANTS: _l("constants: a few bytes changed"),
        DifferenceKind.NEW_CODE: _l("code where the registered program is blank"),
        DifferenceKind.REMOVED: _l("blank where the registered program has code"),
        DifferenceKind.MOVED_CODE: _l("code that stands elsewhere in the registered program"),
        DifferenceKind.STRINGS: _l("text"),
        DifferenceKind.BLANK: _l("blank bytes that only one of the two has"),
        DifferenceKind.CODE: _l("other code"),
    }
)

REGION: Final[Mapping[RegionKind, Any]] = MappingProxyType(
    {
        RegionKind.CODE: _l("code, compared exactly"),
        RegionKind.PARAMETERS: _l("parameters, compared with the scale's own baseline"),
        RegionKind.VOLATILE: _l("changes by itself, not compared"),
    }
)
