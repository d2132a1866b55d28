"""Words of recalls: their state, what was decided, and why a scale stands high on the list."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.recall_risk import RiskReason
from app.domain.recalls import RecallDecision, RecallState

STATE: Final[Mapping[RecallState, Any]] = MappingProxyType(
    {
        RecallState.OPEN: _l("to be decided"),
        RecallState.CLOSED: _l("decided"),
        RecallState.CLEARED: _l("taken back"),
    }
)
DECISION: Final[Mapping[RecallDecision, Any]] = MappingProxyType(
    {
        RecallDecision.PENDING: _l("waits for a decision"),
        RecallDecision.KEEP: _l("the mark stands"),
        RecallDecision.RETEST: _l("verify again"),
        RecallDecision.SUSPEND: _l("suspend and verify again"),
    }
)
RISK: Final[Mapping[RiskReason, Any]] = MappingProxyType(
    {
        RiskReason.MARK_RESTS_ON_IT: _l("its mark rests on this weight"),
        RiskReason.IN_SERVICE: _l("in use at a stall"),
        RiskReason.FAIR_SCALE: _l("a fair scale"),
        RiskReason.NO_MARGIN: _l("close to its limit"),
        RiskReason.LITTLE_MARGIN: _l("half of its limit used up"),
        RiskReason.WEIGHT_ITSELF: _l("the bad weight itself was used"),
        RiskReason.FINDING_OPEN: _l("a finding is open"),
    }
)
TABLES: Final = (STATE, DECISION, RISK)
