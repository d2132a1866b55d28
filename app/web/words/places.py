"""Words of places, codes and types; and of faults that forms find, by their codes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.scale_types import TypeGeneration
from app.models.places import PlaceKind, RegionKind
from app.models.scale import CodeKind

PLACE: Final[Mapping[PlaceKind, Any]] = MappingProxyType(
    {
        PlaceKind.MARKET: _l("market"),
        PlaceKind.SHOP: _l("shop"),
        PlaceKind.SUPERMARKET: _l("supermarket"),
        PlaceKind.MOBILE_PITCH: _l("mobile pitch"),
    }
)

REGION: Final[Mapping[RegionKind, Any]] = MappingProxyType(
    {
        RegionKind.PROVINCE: _l("province"),
        RegionKind.CITY: _l("city"),
        RegionKind.COUNTY: _l("county"),
        RegionKind.OFFICE: _l("market supervision office"),
    }
)

CODE: Final[Mapping[CodeKind, Any]] = MappingProxyType(
    {
        CodeKind.TAG: _l("information tag"),
        CodeKind.CITY: _l("city code"),
        CodeKind.MAKER: _l("maker's code"),
    }
)

GENERATION: Final[Mapping[TypeGeneration, Any]] = MappingProxyType(
    {
        TypeGeneration.OLD: _l("type before JJF 2184-2025"),
        TypeGeneration.JJF2184: _l("type by JJF 2184-2025"),
    }
)

# Codes of slices' own enums, which this package may not import; a StrEnum member finds its line.
FAULT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "missing": _l("This is missing."),
        "too_long": _l("This text is too long."),
        "taken": _l("This is taken already."),
        "malformed": _l("This text has another form than expected."),
        "out_of_order": _l("These are not in order of size."),
        "in_the_future": _l("This day is still to come."),
        "in_the_past": _l("This day is over."),
        "too_far": _l("This day is too far ahead."),
        "code_or_ground": _l("Give the code or number, or say why it is missing."),
        "say_why": _l("Say in the remark what this reason means."),
        "other_batch": _l("This batch does not fit."),
        "twice": _l("Name each only once."),
        "referenced": _l("References rest on this."),
        "before_signing": _l("This day is before the signing."),
        "overlapping": _l("These regions do not fit."),
        "not_here": _l("There is no such thing in your region."),
        "before_the_last": _l("This day is before the last verification."),
        "seal_needed": _l("A pass needs the number of the seal or label."),
        "held": _l("It is held as evidence."),
    }
)
