"""Why a scale was suspended: the codes of its story in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

# Why a person or a rule suspended it, after "Suspended: ".
WHY: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "spot_check": _l("the spot check differed"),
        "seal": _l("a seal is broken or missing"),
        "display": _l("display or keys are faulty"),
        "complaint": _l("after a complaint"),
        "other": _l("the market decided so"),
        "opened": _l("its case was opened"),
        "no_code": _l("it carries no code any more"),
        "stop_order": _l("an authority ordered it"),
        "recall": _l("its model was recalled"),
        "finding": _l("of a finding"),
    }
)
