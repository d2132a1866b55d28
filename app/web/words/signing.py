"""Words of worksheets on their way, of signatures and papers. Source: domain.md 8."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.papers import PaperState
from app.domain.signing import AsideReason, ReturnReason, SigningFault
from app.domain.worksheets import CertificateKind, ReviewMark, SignatureStep, WorksheetState

WORKSHEET: Final[Mapping[WorksheetState, Any]] = MappingProxyType(
    {
        WorksheetState.SUBMITTED: _l("to be checked"),
        WorksheetState.RETURNED: _l("sent back"),
        WorksheetState.CHECKED: _l("to be approved"),
        WorksheetState.APPROVED: _l("approved"),
        WorksheetState.VOID: _l("set aside"),
    }
)
STEP: Final[Mapping[SignatureStep, Any]] = MappingProxyType(
    {
        SignatureStep.VERIFIED: _l("sign as verifier"),
        SignatureStep.CHECKED: _l("check"),
        SignatureStep.APPROVED: _l("approve"),
    }
)
REVIEW: Final[Mapping[ReviewMark, Any]] = MappingProxyType(
    {
        ReviewMark.DUPLICATE_VALUES: _l("the same readings as another scale"),
        ReviewMark.TOO_FAST: _l("done unusually fast"),
        ReviewMark.CONDITIONS: _l("temperature or humidity outside of the usual conditions"),
    }
)
PAPER: Final[Mapping[CertificateKind, Any]] = MappingProxyType(
    {
        CertificateKind.CERTIFICATE: _l("verification certificate"),
        CertificateKind.REJECTION_NOTICE: _l("rejection notice"),
    }
)
PAPER_STATE: Final[Mapping[PaperState, Any]] = MappingProxyType(
    {
        PaperState.GENUINE: _l("stands"),
        PaperState.REPLACED: _l("replaced by a newer one"),
        PaperState.REVOKED: _l("taken back"),
    }
)
RETURN: Final[Mapping[ReturnReason, Any]] = MappingProxyType(
    {
        ReturnReason.READINGS: _l("readings in doubt"),
        ReturnReason.WEIGHTS: _l("weights are not right"),
        ReturnReason.MARKS: _l("label or lead seal is not right"),
        ReturnReason.ENVIRONMENT: _l("temperature or humidity in doubt"),
        ReturnReason.INCOMPLETE: _l("something is missing"),
        ReturnReason.REVIEW: _l("the review mark needs an answer"),
    }
)
ASIDE: Final[Mapping[AsideReason, Any]] = MappingProxyType(
    {
        AsideReason.DONE_AGAIN: _l("verified again"),
        AsideReason.SUPERSEDED: _l("a newer result stands"),
        AsideReason.SCALE_CHANGED: _l("the scale was changed or retired since"),
        AsideReason.MISTAKE: _l("written by mistake"),
    }
)
FAULT: Final[Mapping[SigningFault, Any]] = MappingProxyType(
    {
        SigningFault.SAME_PERSON: _l(
            "You signed it before: verifier, checker and signatory are three persons."
        ),
        SigningFault.REPAIRED_IT: _l(
            "Somebody who signs repaired this scale. Who repaired a scale may not verify, check or"
            " approve it."
        ),
        SigningFault.INSPECTS: _l("You are an inspector: inspectors do not sign verifications."),
        SigningFault.OTHER_BODY: _l("You belong to another verification body."),
        SigningFault.SUPERSEDED: _l("A newer result of this scale is on record. Set it aside."),
        SigningFault.WEIGHT_IN_DOUBT: _l(
            "A weight that was used is withdrawn, and was last surely good before that day. Send"
            " the worksheet back: the scale has to be verified again with other weights."
        ),
        SigningFault.OPENED_SINCE: _l(
            "The scale was opened or repaired after this verification: it has to be done again."
        ),
        SigningFault.SEAL_BROKEN_SINCE: _l(
            "A seal was found broken or gone after this verification: it has to be done again."
        ),
        SigningFault.TWICE: _l(
            "Another worksheet of the same scale comes first; sign this one afterwards."
        ),
        SigningFault.STATE: _l(
            "The scale's state allows no result now. Once it awaits verification, or is ready or in"
            " service, this can be signed."
        ),
        SigningFault.LABEL_MISSING: _l("It passed, and the number of the label is missing."),
        SigningFault.SEAL_MISSING: _l(
            "It passed, no new seal was given, and no old one is on record as intact."
        ),
        SigningFault.HELD: _l("The scale is held as evidence: its seals stay as they are."),
        SigningFault.RESULT: _l("The result contradicts the scale's record."),
    }
)
TABLES: Final = (WORKSHEET, STEP, REVIEW, PAPER, PAPER_STATE, RETURN, ASIDE, FAULT)

# By code, as worksheets keep them.
POSITION: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "centre": _l("centre"),
        "front_left": _l("front left"),
        "front_right": _l("front right"),
        "back_left": _l("back left"),
        "back_right": _l("back right"),
    }
)
