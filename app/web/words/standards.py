"""Words of verification bodies, their weights, labels and lead seals. Source: domain.md 8."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.mark_stock import VoidReason
from app.domain.qualifications import EndingKind, GateFault, Urgency, VerificationItem
from app.domain.standards import MarkKind, MarkState, WeightClass, WeightState
from app.domain.traceability import WeightWhy, WithdrawReason

# The classes are called so in every language.
CLASS: Final[Mapping[WeightClass, Any]] = MappingProxyType({one: one.value for one in WeightClass})
WEIGHT: Final[Mapping[WeightState, Any]] = MappingProxyType(
    {
        WeightState.IN_USE: _l("weight in use"),
        WeightState.WITHDRAWN: _l("weight withdrawn"),
        WeightState.RETIRED: _l("weight retired"),
    }
)
WHY: Final[Mapping[WeightWhy, Any]] = MappingProxyType(
    {
        WeightWhy.NOT_OF_THIS_BODY: _l("It is not a weight of this body."),
        WeightWhy.RETIRED: _l("It was retired."),
        WeightWhy.WITHDRAWN: _l("It was withdrawn."),
        WeightWhy.RECALLED: _l("It is in doubt: a recall is open."),
        WeightWhy.NO_CERTIFICATE: _l("It has no certificate."),
        WeightWhy.NOT_PASSED: _l("Its last calibration did not pass."),
        WeightWhy.EXPIRED: _l("The certificate of this weight has expired; it cannot be used."),
        WeightWhy.CHAIN_UNCERTIFIED: _l(
            "A weight it was calibrated by had no valid certificate on that day."
        ),
        WeightWhy.CHAIN_WITHDRAWN: _l("A weight it was calibrated by was withdrawn."),
        WeightWhy.CHAIN_RECALLED: _l("A weight it was calibrated by is in doubt."),
        WeightWhy.CHAIN_ENDLESS: _l("Its chain of calibrations does not end."),
        WeightWhy.LIMIT_UNKNOWN: _l("Neither its class nor its certificate gives a limit."),
        WeightWhy.TOO_COARSE: _l("Its error is more than a third of the limit at this load."),
        WeightWhy.CANNOT_BUILD: _l("These weights do not add up to this load."),
    }
)
WITHDRAW: Final[Mapping[WithdrawReason, Any]] = MappingProxyType(
    {
        WithdrawReason.CHECK_FAILED: _l("failed a check between calibrations"),
        WithdrawReason.CALIBRATION_FAILED: _l("failed its calibration"),
        WithdrawReason.DAMAGED: _l("damaged or worn"),
        WithdrawReason.LOST: _l("lost"),
        WithdrawReason.LABORATORY_NOTICE: _l("notice of the calibrating laboratory"),
        WithdrawReason.HIGHER_WEIGHT: _l("the weight above it is in doubt"),
    }
)
MARK: Final[Mapping[MarkKind, Any]] = MappingProxyType(
    {
        MarkKind.LABEL: _l("verification label"),
        MarkKind.LEAD_SEAL: _l("lead seal of the body"),
    }
)
MARK_STATE: Final[Mapping[MarkState, Any]] = MappingProxyType(
    {
        MarkState.USED: _l("mark used"),
        MarkState.VOIDED: _l("mark voided"),
        MarkState.RETURNED: _l("mark given back"),
    }
)
VOID: Final[Mapping[VoidReason, Any]] = MappingProxyType(
    {
        VoidReason.DAMAGED: _l("torn or damaged"),
        VoidReason.WRONGLY_FILLED: _l("wrongly filled in"),
        VoidReason.MISPRINTED: _l("misprinted"),
        VoidReason.LOST: _l("lost on the way"),
        VoidReason.WORKSHEET_VOID: _l("its worksheet was set aside"),
    }
)
ITEM: Final[Mapping[VerificationItem, Any]] = MappingProxyType(
    {
        VerificationItem.PRICE_SCALES: _l("electronic price-computing scales"),
        VerificationItem.DIGITAL_SCALES: _l("digital indicating scales"),
        VerificationItem.NON_AUTOMATIC: _l("non-automatic weighing instruments"),
        VerificationItem.WEIGHTS: _l("standard weights"),
    }
)
GATE: Final[Mapping[GateFault, Any]] = MappingProxyType(
    {
        GateFault.AUTHORISATION_EXPIRED: _l("The authorisation of the body has expired."),
        GateFault.NOT_ASSIGNED: _l("The body is not assigned to this region today."),
        GateFault.NO_STANDARD: _l("The body has no measurement standard."),
        GateFault.STANDARD_EXPIRED: _l("The assessment certificate of the standard has expired."),
        GateFault.NOT_QUALIFIED: _l("You hold no certificate for this item at the body."),
        GateFault.QUALIFICATION_EXPIRED: _l("Your certificate for this item has expired."),
    }
)
ENDING: Final[Mapping[EndingKind, Any]] = MappingProxyType(
    {
        EndingKind.AUTHORISATION: _l("Authorisation of the body"),
        EndingKind.STANDARD: _l("Assessment certificate of the standard"),
        EndingKind.QUALIFICATION: _l("Certificate of a verifier"),
        EndingKind.WEIGHT: _l("Calibration of weights"),
    }
)
URGENCY: Final[Mapping[Urgency, Any]] = MappingProxyType(
    {
        Urgency.OVER: _l("Over already"),
        Urgency.PRESSING: _l("Ends within 30 days"),
        Urgency.COMING: _l("Ends in 31 to 60 days"),
    }
)
