"""Words of batches, and of codes and seals that are missing. Source: domain.md 1.2 and 8."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.gaps import Cover, Ground, Part
from app.domain.procurement import Funding

FUNDING: Final[Mapping[Funding, Any]] = MappingProxyType(
    {
        Funding.ORGANISER: _l("the organiser's money"),
        Funding.GOVERNMENT: _l("public money"),
        Funding.BANK_OR_SPONSOR: _l("a bank or sponsor"),
        Funding.TRADER_DEPOSIT: _l("traders' deposits"),
        Funding.LEASE: _l("leased"),
    }
)

PART: Final[Mapping[Part, Any]] = MappingProxyType(
    {
        Part.PRODUCTION: _l("Production code"),
        Part.REPAIR: _l("Repair code"),
        Part.VERIFICATION: _l("Verification code"),
        Part.SEAL: _l("Seal"),
    }
)

GROUND: Final[Mapping[Ground, Any]] = MappingProxyType(
    {
        Ground.OLD_TYPE: _l("a type from before the codes"),
        Ground.NOT_SUPPLIED: _l("the maker gave none"),
        Ground.MAKER_GONE: _l("the maker is no longer in business"),
        Ground.PLATE_ILLEGIBLE: _l("the plate cannot be read"),
        Ground.AT_VERIFICATION: _l("comes with the next verification"),
        Ground.AT_REPAIR: _l("comes with the first repair"),
        Ground.OTHER: _l("another reason, see the remark"),
    }
)

COVER: Final[Mapping[Cover, Any]] = MappingProxyType(
    {
        Cover.STANDS: _l("grounds stand"),
        Cover.RUN_OUT: _l("grounds ran out"),
        Cover.NOT_GIVEN: _l("no grounds given"),
    }
)
