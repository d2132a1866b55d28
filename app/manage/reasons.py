"""Why a scale was suspended, and which item it failed at: the codes of a story in words."""

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
ITEMS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "plate": _l("plate and markings"),
        "seals": _l("seals and codes"),
        "software": _l("software identification"),
        "zero": _l("zero and tare"),
        "weighing": _l("weighing"),
        "eccentricity": _l("eccentric loading"),
        "repeatability": _l("repeatability"),
        "discrimination": _l("discrimination"),
        "price": _l("price computation"),
    }
)
