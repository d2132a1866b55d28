"""Words of campaigns: where one stands, what became of a scale, which scales come."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.campaigns import CampaignOutcome, CampaignState, ListKind

STATE: Final[Mapping[CampaignState, Any]] = MappingProxyType(
    {
        CampaignState.PLANNED: _l("planned"),
        CampaignState.RUNNING: _l("under way"),
        CampaignState.CLOSED: _l("ended"),
    }
)
OUTCOME: Final[Mapping[CampaignOutcome, Any]] = MappingProxyType(
    {
        CampaignOutcome.LISTED: _l("is to come"),
        CampaignOutcome.DONE: _l("done"),
        CampaignOutcome.NO_SHOW: _l("did not come"),
        CampaignOutcome.EXCUSED: _l("need not come"),
    }
)
KIND: Final[Mapping[ListKind, Any]] = MappingProxyType(
    {
        ListKind.DUE: _l("due by then, overdue or awaiting verification"),
        ListKind.AWAITING: _l("awaiting verification"),
        ListKind.ALL: _l("all of the market"),
    }
)
