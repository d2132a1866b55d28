"""What a scale can fail at in a verification, in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

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
