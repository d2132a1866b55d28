"""Words of tags that seem to hang twice."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.copies import CopyOutcome, CopyReason

REASON: Final[Mapping[CopyReason, Any]] = MappingProxyType(
    {
        CopyReason.TWO_PLACES: _l(
            "Seen at two places within a time in which nobody gets from one to the other."
        ),
        CopyReason.PLATE_DIFFERS: _l(
            "The plate under the tag is another one than in the register."
        ),
    }
)
OUTCOME: Final[Mapping[CopyOutcome, Any]] = MappingProxyType(
    {
        CopyOutcome.VOIDED: _l("A copy: the tag was voided, the scale gets a new one"),
        CopyOutcome.EXPLAINED: _l("No copy: it is explained"),
    }
)
